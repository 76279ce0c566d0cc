package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"heraut/flat"
)

// fileArea is a range of addresses at which a part of a file is mapped into the
// process's memory.
type fileArea struct{ start, end uintptr }

// giveBackPages drops from memory the pages of the program's file and its libraries
// that were never written; they stay mapped, and the system reads them again, from
// its cache or the file, when something needs them. Reading the configuration and a
// first answer touch most of the program; the idle bot needs less than half of that.
// The error means that the system does not list or take the pages.
func giveBackPages() error { return flat.WhileMapped(unmapPages) }

// unmapPages gives the pages of the program's file and its libraries that are in memory
// back to the system, which reads them again when something needs them. The error means
// that the system does not list or take them. Nothing may unmap an area of a file while
// unmapPages runs: Go could get the same addresses for its own memory, which unmapPages
// would then erase.
func unmapPages() error {
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("look up the pages of the program: %w", err)
	}
	defer smaps.Close()
	areas, err := cleanFileAreas(smaps)
	if err != nil {
		return fmt.Errorf("look up the pages of the program: %w", err)
	}
	for _, a := range areas {
		// The area is no Go memory, so the garbage collector does not see the pointer.
		pages := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), a.start)), a.end-a.start)
		if err := unix.Madvise(pages, unix.MADV_DONTNEED); err != nil {
			return fmt.Errorf("give back pages of the program: %w", err)
		}
	}
	return nil
}

// cleanFileAreas returns the areas listed in smaps, of the form of /proc/PID/smaps,
// that map files, cannot be written, and were never written: MADV_DONTNEED would undo
// the relocations that the dynamic linker made. A written page is in memory
// («Anonymous») or swapped out («Swap»). The error means that smaps cannot be read.
func cleanFileAreas(smaps io.Reader) ([]fileArea, error) {
	var out []fileArea
	var area fileArea
	readOnly, anonymous := false, false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		fields := bytes.Fields(lines.Bytes())
		if len(fields) >= 6 && !bytes.HasSuffix(fields[0], []byte(":")) { // «start-end perms offset device inode path»
			var err error
			if area, err = parseArea(fields[0]); err != nil {
				return nil, err
			}
			readOnly = bytes.HasPrefix(fields[1], []byte("r-")) && fields[1][3] == 'p' && fields[5][0] == '/'
			anonymous = true // until a line says otherwise
			continue
		}
		if !readOnly || len(fields) != 3 {
			continue
		}
		none := string(fields[1]) == "0"
		switch string(fields[0]) { // «Swap» comes after «Anonymous»
		case "Anonymous:":
			anonymous = !none
		case "Swap:":
			if none && !anonymous {
				out = append(out, area)
			}
		}
	}
	return out, lines.Err()
}

func parseArea(s []byte) (fileArea, error) {
	from, to, _ := bytes.Cut(s, []byte("-"))
	start, err := strconv.ParseUint(string(from), 16, 64)
	if err != nil {
		return fileArea{}, err
	}
	end, err := strconv.ParseUint(string(to), 16, 64)
	return fileArea{uintptr(start), uintptr(end)}, err
}
