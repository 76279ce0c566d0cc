//go:build unix

package flat

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestNothingIsUnmappedWhileMapped(t *testing.T) {
	data, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	err = WhileMapped(func() error {
		go func() {
			unmap(data)
			close(done)
		}()
		select {
		case <-done:
			t.Error("the file was unmapped meanwhile")
		case <-time.After(50 * time.Millisecond):
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
}
