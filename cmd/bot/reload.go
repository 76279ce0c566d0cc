package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/rs/zerolog"

	"heraut/health"
	"heraut/locale"
)

// errReload is the cause with which a reload ends a round of the service, so that the
// next round uses another configuration.
var errReload = errors.New("the configuration is read again")

// service is the running bot: it works in rounds, each with one configuration. On
// SIGHUP the round ends and the next one begins in the same process, on the same
// database.
type service struct {
	load func() (*Config, []Remark, error)
	// serve runs the bot, as the function of that name does.
	serve   func(ctx context.Context, config *Config, log zerolog.Logger, monitor *health.Monitor, notify notifier, started func()) error
	hangups <-chan os.Signal
	monitor *health.Monitor
	notify  notifier
	// logger returns the log with a level.
	logger func(Log) zerolog.Logger
	log    zerolog.Logger // of this round
}

// run serves until ctx ends or a round fails; a round serves with one configuration,
// and each reload begins a new one. A reload with a faulty configuration changes
// nothing. If the round after a reload fails before it has started, run goes back to
// the former configuration, and to its languages. The error is that of the last round;
// tellEnd alerts the operators to it.
func (s *service) run(ctx context.Context, config *Config) error {
	defer s.notify.stopping()
	var former *Config
	var formerLanguages *locale.Set
	for {
		languages := locale.InForce() // those of config: reading another one changes them
		var started atomic.Bool
		next := make(chan *Config, 1)
		round, end := context.WithCancelCause(ctx)
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			if c := s.awaitReload(round, config); c != nil {
				next <- c
				end(errReload)
			}
		}()
		err := s.round(round, config, func() {
			started.Store(true)
			s.notify.ready()
			s.notify.status(s.monitor)
		})
		reloads := errors.Is(context.Cause(round), errReload)
		end(nil)
		<-watched
		switch {
		case reloads && ctx.Err() == nil:
			former, formerLanguages, config = config, languages, <-next
			s.monitor.Enter(health.Trouble{State: health.Starting})
			s.log = s.logger(config.Log)
		case err != nil && former != nil && !started.Load() && ctx.Err() == nil:
			s.log.Error().Err(explained(err)).Msg("La nouvelle configuration ne permet pas de démarrer : le robot reprend la précédente")
			config, former = former, nil
			locale.Use(formerLanguages)
			s.log = s.logger(config.Log)
		default:
			s.tellEnd(ctx, config, err)
			return err
		}
	}
}

// tellEnd alerts operators that the process ends with err, through the channels of
// config. It does nothing if err is nil, if ctx has ended (a signal), or if another
// process already serves the state directory.
func (s *service) tellEnd(ctx context.Context, config *Config, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, errStateInUse) {
		return
	}
	monitor := s.monitor
	if !monitor.Has(health.SessionEnded, health.LoginRefused) {
		monitor = health.NewMonitor(zerolog.Nop(), config.Timezone) // the log gets err itself
		monitor.Enter(health.Trouble{State: health.ProcessEnded, Cause: err})
	}
	if alarm, err := newAlarm(config, monitor, s.log); err == nil {
		alarm.Flush(context.WithoutCancel(ctx))
	}
}

// awaitReload waits for a SIGHUP, reads the configuration again and returns it;
// settings that only a restart can change stay as in config. It returns nil once ctx
// ends. It tells systemd that a reload begins; the caller tells systemd that it has
// ended (notify.ready). If the new configuration is faulty, awaitReload logs the
// faults, tells systemd itself that the reload has ended, and waits again.
func (s *service) awaitReload(ctx context.Context, config *Config) *Config {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.hangups:
		}
		s.notify.reloading()
		next, remarks, err := s.load()
		if err != nil {
			s.log.Error().Err(err).Msg("La configuration n’est pas rechargée, car elle a des fautes : corrigez-les (« bot check »), puis rechargez")
			s.notify.ready()
			continue
		}
		logRemarks(s.log, remarks)
		if fixed := keepFixed(config, next); len(fixed) > 0 {
			s.log.Warn().Strs("settings", fixed).Msg("Ces réglages ne changent qu’en relançant le robot")
		}
		s.log.Info().Strs("changed", changes(config, next)).Msg("La configuration est rechargée")
		return next
	}
}

// keepFixed copies to next those settings of config that only a restart can change (the
// state directory, the homeserver, the user, the format of the log, the time zone), and
// returns the names of those that differed; nil if none did. If the path of the
// recovery key's file in next is the default one in next's state directory, it becomes
// the default one in that of config.
func keepFixed(config, next *Config) (names []string) {
	fixed := func(name string, differs bool) {
		if differs {
			names = append(names, name)
		}
	}
	fixed("state", config.State != next.State)
	fixed("matrix.homeserver", config.Matrix.Homeserver.String() != next.Matrix.Homeserver.String())
	fixed("matrix.user", config.Matrix.User != next.Matrix.User)
	fixed("log.format", config.Log.Format != next.Log.Format)
	fixed("timezone", config.Timezone.String() != next.Timezone.String())
	if next.Matrix.RecoveryKeyFile == filepath.Join(next.State, "recovery-key") {
		next.Matrix.RecoveryKeyFile = filepath.Join(config.State, "recovery-key")
	}
	next.State, next.Matrix.Homeserver, next.Matrix.User = config.State, config.Matrix.Homeserver, config.Matrix.User
	next.Log.Format, next.Timezone = config.Log.Format, config.Timezone
	return names
}

// changes returns the names of the configuration's top-level keys whose values differ
// between config and next; nil if none do.
func changes(config, next *Config) (sections []string) {
	a, b := reflect.ValueOf(config).Elem(), reflect.ValueOf(next).Elem()
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
			sections = append(sections, name)
		}
	}
	return sections
}

// round runs the bot and the alerts to operators with one configuration, until ctx ends
// or the bot fails. It calls started once the listeners are open, before the login. The
// error is that of the bot, or says that a secret for alerts cannot be read.
func (s *service) round(ctx context.Context, config *Config, started func()) error {
	alarm, err := newAlarm(config, s.monitor, s.log)
	if err != nil {
		return err
	}
	running, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		alarm.Run(running)
	}()
	err = s.serve(ctx, config, s.log, s.monitor, s.notify, started)
	end()
	<-ended
	return err
}
