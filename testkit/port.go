package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// freePort returns a port of this machine on which no process listens. It lies below
// those that systems give to outgoing connections, so that it stays free while a server
// restarts. This process owns the port until it ends, so that no other test takes it.
// The error means that 100 ports in a row were taken, or that the file of reservations
// failed.
func freePort(ctx context.Context) (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(12000)
		if reserved, err := ports.reserve(port); err != nil {
			return 0, fmt.Errorf("reserve a port: %w", err)
		} else if !reserved {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, errors.New("find a free port: 100 in a row are taken")
}

// FreePort returns a port of this machine on which a test's own server can listen. No
// other test process gets the same one until this process ends. The error means that no
// free port was found.
func FreePort(ctx context.Context) (int, error) { return freePort(ctx) }

// ports holds the ports that this process owns.
var ports reservations

type reservations struct {
	mu    sync.Mutex
	taken map[int]bool
	// file is shared by all processes; the owner of a port holds the lock of the
	// byte at that offset.
	file *os.File
}

// reserve makes this process the only test process that may use a port until it ends.
// It returns false if another test process has reserved the port, or this one has
// before. It does not check whether a program listens there.
func (r *reservations) reserve(port int) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		cache, err := os.UserCacheDir()
		if err != nil {
			return false, err
		}
		dir := filepath.Join(cache, "heraut")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return false, err
		}
		r.file, err = os.OpenFile(filepath.Join(dir, "ports"), os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return false, err
		}
		r.taken = make(map[int]bool)
	}
	if r.taken[port] {
		return false, nil
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: int64(port), Len: 1}
	err := syscall.FcntlFlock(r.file.Fd(), syscall.F_SETLK, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	r.taken[port] = err == nil
	return err == nil, err
}
