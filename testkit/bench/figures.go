package main

import (
	"fmt"
	"slices"
	"strings"

	"heraut/testkit/contest"
)

// figure is one line of the printed result: a name, measured values of which it shows
// the median, and their unit.
type figure struct {
	name   string
	unit   string
	values []float64
	aim    float64 // 0: none
	atMost bool    // the aim is an upper bound; otherwise a lower one
}

// memoryFigures returns two figures about m, the memory of a process: all its memory,
// under the given name, and the memory that only this process has. aim is the limit for
// the first one, in MiB; 0 means that there is none.
func memoryFigures(m contest.Memory, name string, aim float64) []figure {
	return []figure{
		{name: name, unit: "MiB", values: []float64{m.All}, aim: aim, atMost: true},
		{name: "    of it the process's own, not pages of files", unit: "MiB", values: []float64{m.Own}},
	}
}

// String returns the figure as one line of text: name, median, unit, whether it meets
// the aim and, of several values, the smallest and the largest one.
func (f figure) String() string {
	line := fmt.Sprintf("%-58s %8.3g %-5s", f.name, contest.Median(f.values), f.unit)
	switch {
	case f.aim == 0:
	case f.atMost:
		line += fmt.Sprintf(" aim ≤ %.3g  %s", f.aim, verdict(contest.Median(f.values) <= f.aim))
	default:
		line += fmt.Sprintf(" aim ≥ %.3g  %s", f.aim, verdict(contest.Median(f.values) >= f.aim))
	}
	if len(f.values) > 1 {
		line += fmt.Sprintf("  (%.3g to %.3g in %d runs)", slices.Min(f.values), slices.Max(f.values), len(f.values))
	}
	return strings.TrimRight(line, " ")
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "MISSED"
}

// ratios returns the quotients of two lists of equal length, value by value: over[i]
// divided by under[i].
func ratios(over, under []float64) []float64 {
	quotients := make([]float64, len(over))
	for i := range over {
		quotients[i] = over[i] / under[i]
	}
	return quotients
}
