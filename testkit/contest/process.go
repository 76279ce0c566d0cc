package contest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"time"
)

// Memory is the resident memory of a process, in MiB. All is the whole. Own is the part
// that belongs to the process alone; the rest are pages of files, which the system can
// drop and read again.
type Memory struct{ All, Own float64 }

var resident = regexp.MustCompile(`(?m)^(VmRSS|RssAnon):\s*(\d+) kB$`)

// ResidentMemory returns the resident memory of the process with that id. It only works
// on Linux; elsewhere, and for a process that has ended, it returns an error.
func ResidentMemory(pid int) (Memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, fmt.Errorf("read the memory of the process: %w", err)
	}
	var m Memory
	for _, found := range resident.FindAllSubmatch(status, -1) {
		kB, err := strconv.ParseFloat(string(found[2]), 64)
		if err != nil {
			return Memory{}, fmt.Errorf("read the memory of the process: %w", err)
		}
		if string(found[1]) == "VmRSS" {
			m.All = kB / 1024
		} else {
			m.Own = kB / 1024
		}
	}
	if m.All == 0 {
		return Memory{}, errors.New("read the memory of the process: no VmRSS")
	}
	return m, nil
}

// tick is the unit of a process's times on Linux.
const tick = 10 * time.Millisecond

// ProcessorTime returns the processor time that the process with that id has used since
// its start; 0 on systems other than Linux. The error means that the process has ended.
func ProcessorTime(pid int) (time.Duration, error) {
	if runtime.GOOS != "linux" {
		return 0, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time of the process: %w", err)
	}
	// The second field is the name, in parentheses, which may contain any character;
	// the 14th and the 15th field are the times.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, errors.New("read the processor time of the process: too few fields")
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the processor time of the process: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
