package endtoend

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// sample are the figures of the bot's process at one moment.
type sample struct {
	after                           time.Duration
	pid                             int
	resident, heap, goroutines, fds float64
}

// samples reads the figures every five seconds.
type samples struct {
	ending chan struct{}
	ended  sync.WaitGroup
	all    []sample
}

func (s *samples) start(t *testing.T, d *deployment) {
	s.ending = make(chan struct{})
	begin := time.Now()
	s.ended.Go(func() {
		for {
			select {
			case <-s.ending:
				return
			case <-time.After(5 * time.Second):
			}
			if one, ok := read(d.bot.URL); ok {
				one.after, one.pid = time.Since(begin), d.bot.PID()
				s.all = append(s.all, one)
			}
		}
	})
}

func (s *samples) stop() {
	close(s.ending)
	s.ended.Wait()
}

// read asks /metrics; false while the bot does not listen.
func read(url string) (s sample, ok bool) {
	response, err := http.Get(url + "/metrics")
	if err != nil {
		return s, false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return s, false
	}
	figures := map[string]*float64{
		"process_resident_memory_bytes": &s.resident, "go_memstats_heap_inuse_bytes": &s.heap, "go_goroutines": &s.goroutines, "process_open_fds": &s.fds,
	}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if figure := figures[name]; figure != nil {
			*figure, _ = strconv.ParseFloat(value, 64)
		}
	}
	return s, s.goroutines > 0
}

// report prints a line for each minute. It fails the test if the last process grew: if
// the median of its last quarter exceeds that of its second quarter, the first being its
// start.
func (s *samples) report(t *testing.T) {
	t.Logf("minute  resident MiB  heap MiB  goroutines  descriptors  process")
	minute := time.Duration(-1)
	for _, one := range s.all {
		if m := one.after / time.Minute; m != minute {
			minute = m
			t.Logf("%6d  %12.1f  %8.1f  %10.0f  %11.0f  %7d", m, one.resident/(1<<20), one.heap/(1<<20), one.goroutines, one.fds, one.pid)
		}
	}
	last := s.all[len(s.all)-1].pid
	of := slices.DeleteFunc(slices.Clone(s.all), func(one sample) bool { return one.pid != last })
	quarter := len(of) / 4
	for _, figure := range []struct {
		name    string
		of      func(sample) float64
		growth  float64 // that is still flat
		divisor float64
	}{
		{"resident MiB", func(one sample) float64 { return one.resident }, 8 << 20, 1 << 20},
		{"heap MiB", func(one sample) float64 { return one.heap }, 8 << 20, 1 << 20},
		// A goroutine that stays behind at each command or fault would make hundreds.
		{"goroutines", func(one sample) float64 { return one.goroutines }, 15, 1},
		{"descriptors", func(one sample) float64 { return one.fds }, 5, 1},
	} {
		early, late := median(of[quarter:2*quarter], figure.of), median(of[3*quarter:], figure.of)
		t.Logf("the last process, %d samples, %s: median of the second quarter %.1f, of the last %.1f", len(of), figure.name, early/figure.divisor, late/figure.divisor)
		if late > early+figure.growth {
			t.Errorf("%s grew", figure.name)
		}
	}
}

func median(all []sample, of func(sample) float64) float64 {
	if len(all) == 0 {
		return 0
	}
	var values []float64
	for _, one := range all {
		values = append(values, of(one))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
