package testkit

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

const reservedPort = "HERAUT_TEST_RESERVED_PORT"

// A port has one owner at a time.
func TestPortIsReserved(t *testing.T) {
	if other := os.Getenv(reservedPort); other != "" {
		port, err := strconv.Atoi(other)
		if err != nil {
			t.Fatal(err)
		}
		if reserved, err := ports.reserve(port); reserved || err != nil {
			t.Errorf("reserved the port of another process: %t, %v", reserved, err)
		}
		if reserved, err := ports.reserve(port + 1); !reserved || err != nil {
			t.Errorf("could not reserve a free port: %t, %v", reserved, err)
		}
		return
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var own reservations
	defer func() { _ = own.file.Close() }() // an unused file is closed early, which ends its locks
	for _, want := range []bool{true, false} {
		if reserved, err := own.reserve(30000); reserved != want || err != nil {
			t.Errorf("reserved %t, want %t: %v", reserved, want, err)
		}
	}
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	other.Env = append(os.Environ(), reservedPort+"=30000")
	if output, err := other.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
