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

// notifier tells systemd how the service does (sd_notify). Without systemd, its
// messages go nowhere.
type notifier struct{ log zerolog.Logger }

func (n notifier) send(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		n.log.Warn().Err(err).Msg("The service manager could not be told how the service does")
	}
}

// ready reports the end of a start or of a reload.
func (n notifier) ready() { n.send(daemon.SdNotifyReady) }

// reloading reports the beginning of a reload.
func (n notifier) reloading() {
	n.send(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

func (n notifier) stopping() { n.send(daemon.SdNotifyStopping) }

// status shows the gravest trouble in «systemctl status».
func (n notifier) status(monitor *health.Monitor) {
	line := "Prêt"
	if troubles := monitor.Troubles(); len(troubles) > 0 {
		line = troubles[0].Sentence("fr", monitor.Zone())
	}
	n.send("STATUS=" + line)
}

// watchStatus shows each change of the troubles until ctx ends.
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

// watchdog sends systemd signs of life until ctx ends, as long as alive does not return
// a moment that is longer ago than lifeWithin; a zero moment counts as alive. It
// returns at once if the unit has no WatchdogSec.
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

// aliveAt reports whether all signs of life are recent enough.
func aliveAt(now time.Time, alive ...func() time.Time) bool {
	for _, last := range alive {
		if at := last(); !at.IsZero() && now.Sub(at) > lifeWithin {
			return false
		}
	}
	return true
}
