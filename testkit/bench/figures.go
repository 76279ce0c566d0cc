package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
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

// String returns the figure as one line of text: name, median, unit, and whether it
// meets the aim.
func (f figure) String() string {
	line := fmt.Sprintf("%-58s %8.3g %-5s", f.name, median(f.values), f.unit)
	switch {
	case f.aim == 0:
	case f.atMost:
		line += fmt.Sprintf(" aim ≤ %.3g  %s", f.aim, verdict(median(f.values) <= f.aim))
	default:
		line += fmt.Sprintf(" aim ≥ %.3g  %s", f.aim, verdict(median(f.values) >= f.aim))
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

// median returns the median of the values, and leaves their order unchanged.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// ratios returns the quotients of the two lists, value by value: over[i] divided by
// under[i].
func ratios(over, under []float64) []float64 {
	quotients := make([]float64, len(over))
	for i := range over {
		quotients[i] = over[i] / under[i]
	}
	return quotients
}

// machine returns the number of cores, the system and the Go version, for a report.
func machine() string {
	return fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
