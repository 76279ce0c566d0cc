package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"

	"heraut/health"
)

// lifeWithin is the longest time between two signs of life of sync or of the sender. A
// long poll takes two minutes at most, an attempt to send one.
const lifeWithin = 10 * time.Minute

// notifier is the connection to systemd (sd_notify), to which it sends the state of the
// service. Without systemd it does nothing. A failure is only logged.
type notifier struct{ log zerolog.Logger }

func (n notifier) send(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		n.log.Warn().Err(err).Msg("The service manager could not be told how the service does")
	}
}

// ready tells systemd that a start or a reload has ended.
func (n notifier) ready() { n.send(daemon.SdNotifyReady) }

// reloading tells systemd that a reload has begun.
func (n notifier) reloading() {
	n.send(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

func (n notifier) stopping() { n.send(daemon.SdNotifyStopping) }

// status sends the sentence about the gravest present trouble to systemd, or «Prêt» if
// there is none; «systemctl status» shows it.
func (n notifier) status(monitor *health.Monitor) {
	line := "Prêt"
	if troubles := monitor.Troubles(); len(troubles) > 0 {
		line = troubles[0].Line(monitor.Zone())
	}
	n.send("STATUS=" + line)
}

// watchStatus makes a goroutine send the sentence for «systemctl status» at each change
// of the monitor's troubles, until ctx ends. It returns at once.
func (n notifier) watchStatus(ctx context.Context, monitor *health.Monitor) {
	changed := make(chan struct{}, 1)
	monitor.Watch(func(health.Trouble, bool) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
				n.status(monitor)
			}
		}
	}()
}

// watchdog tells systemd regularly that the process works, until ctx ends, so that
// systemd restarts a process that hangs. It stays silent while one of the functions
// alive returns a time longer ago than lifeWithin; the zero time counts as recent.
// Without a WatchdogSec in the unit it returns nil at once; the error means that its
// value is wrong.
func (n notifier) watchdog(ctx context.Context, alive ...func() time.Time) error {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		return err
	}
	ticker := time.NewTicker(interval / 3)
	defer ticker.Stop()
	for {
		if aliveAt(time.Now(), alive...) {
			n.send(daemon.SdNotifyWatchdog)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// aliveAt reports whether every function in alive returns a time that is at most
// lifeWithin before now, or the zero time; true if there are no functions.
func aliveAt(now time.Time, alive ...func() time.Time) bool {
	for _, last := range alive {
		if at := last(); !at.IsZero() && now.Sub(at) > lifeWithin {
			return false
		}
	}
	return true
}
