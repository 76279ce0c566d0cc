package search

import (
	"context"
	"os"
	"syscall"
	"unsafe"
)

// ShrinkMemory gives back the memory that holds the table of near words, two MiB of
// the program's file. The system reads it again when a search needs it.
func ShrinkMemory(context.Context) error {
	page := uintptr(os.Getpagesize())
	data := unsafe.Slice(unsafe.StringData(nearWords), len(nearWords))
	start := uintptr(unsafe.Pointer(&data[0]))
	first := (start+page-1)/page*page - start
	last := (start+uintptr(len(data)))/page*page - start
	if first >= last {
		return nil
	}
	return syscall.Madvise(data[first:last], syscall.MADV_DONTNEED)
}
