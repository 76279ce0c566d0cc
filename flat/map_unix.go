//go:build unix

package flat

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// unmapAfter is how long a file stays mapped after the last reference to its File: a
// function that no longer needs the File may still read a slice of it.
const unmapAfter = time.Minute

func mapped(f *os.File, size int) (*File, error) {
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", f.Name(), err)
	}
	file := &File{data}
	runtime.AddCleanup(file, func(data []byte) {
		time.AfterFunc(unmapAfter, func() { unmap(data) })
	}, data)
	return file, nil
}

func unmap(data []byte) {
	unmapping.Lock()
	defer unmapping.Unlock()
	_ = unix.Munmap(data) // an error would mean that data is no mapping
}
