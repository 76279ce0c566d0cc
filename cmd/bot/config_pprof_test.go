package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Profiles are refused where other machines could read them.
func TestPprofStaysOnThisMachine(t *testing.T) {
	for listen, allowed := range map[string]bool{
		"127.0.0.1:8480": true, `"[::1]:8480"`: true, "localhost:8480": true,
		"0.0.0.0:8480": false, `":8480"`: false, `""`: false, "bot.example.org:8480": false,
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		write(t, file, minimal+"http: {listen: "+listen+", pprof: true}\n")
		config, _, err := loadConfig(file, noEnv)
		if allowed && (err != nil || !config.HTTP.Pprof) || !allowed && (err == nil || !strings.Contains(err.Error(), "http.pprof")) {
			t.Errorf("%s: %v", listen, err)
		}
	}
}
