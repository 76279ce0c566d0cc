package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"heraut/health"
	"heraut/locale"
)

// A reload whose configuration is read, but with which the bot cannot start, leaves the
// former languages in force, as it leaves the former configuration.
func TestFailedReloadKeepsLanguages(t *testing.T) {
	t.Cleanup(func() { mustRead(t, minimal) }) // the program's own languages again
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	for _, name := range []string{"before", "after"} {
		if err := os.CopyFS(filepath.Join(dir, name, "it-"+name), os.DirFS("../../locale/testdata/languages/it")); err != nil {
			t.Fatal(err)
		}
	}
	write(t, file, minimal+"languages: before\n")
	config, _, err := loadConfig(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	hangups := make(chan os.Signal, 1)
	var spoken [][]string // in each round
	s := &service{
		load:    func() (*Config, []Remark, error) { return loadConfig(file, noEnv) },
		hangups: hangups, monitor: health.NewMonitor(zerolog.Nop(), config.Timezone), notify: notifier{zerolog.Nop()},
		logger: func(Log) zerolog.Logger { return zerolog.Nop() },
		serve: func(ctx context.Context, _ *Config, _ zerolog.Logger, _ *health.Monitor, _ notifier, started func()) error {
			spoken = append(spoken, locale.Languages())
			switch len(spoken) {
			case 1:
				started()
				write(t, file, minimal+"languages: after\n")
				hangups <- syscall.SIGHUP
				<-ctx.Done()
			case 2:
				return errors.New("the address is in use")
			}
			return nil
		},
	}
	if err := s.run(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if len(spoken) != 3 || !slices.Contains(spoken[1], "it-after") || !slices.Equal(spoken[2], spoken[0]) || !slices.Contains(spoken[2], "it-before") {
		t.Errorf("the languages of each round: %v", spoken)
	}
}
