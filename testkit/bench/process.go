package main

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

// memory is the resident memory of a process, in MiB. Of all, own is the memory that
// only the process has; the system can drop the rest, pages of files, and read it again.
type memory struct{ all, own float64 }

// figures returns the lines of a reading. The aim is for all of it; 0 for none.
func (m memory) figures(name string, aim float64) []figure {
	return []figure{
		{name: name, unit: "MiB", values: []float64{m.all}, aim: aim, atMost: true},
		{name: "    of it the process's own, not pages of files", unit: "MiB", values: []float64{m.own}},
	}
}

var resident = regexp.MustCompile(`(?m)^(VmRSS|RssAnon):\s*(\d+) kB$`)

// residentMemory returns the resident memory of a process, in MiB. It only works on
// Linux.
func residentMemory(pid int) (memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, fmt.Errorf("read the memory of the process: %w", err)
	}
	var m memory
	for _, found := range resident.FindAllSubmatch(status, -1) {
		kB, err := strconv.ParseFloat(string(found[2]), 64)
		if err != nil {
			return memory{}, fmt.Errorf("read the memory of the process: %w", err)
		}
		if string(found[1]) == "VmRSS" {
			m.all = kB / 1024
		} else {
			m.own = kB / 1024
		}
	}
	if m.all == 0 {
		return memory{}, errors.New("read the memory of the process: no VmRSS")
	}
	return m, nil
}

// tick is the unit of a process's times on Linux.
const tick = 10 * time.Millisecond

// processorTime returns the processor time that a process has used since its start;
// 0 on systems other than Linux.
func processorTime(pid int) (time.Duration, error) {
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
