package announce_test

import (
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// change is a line of the log.
type change struct {
	at       time.Time
	event    string // base, added, removed, returned
	url      string
	created  time.Time
	fork     bool
	archived bool
}

// readLog reads a log in the format of
// shared/data/codegouv/repertoires-events-2019-12_2021-01.csv.
func readLog(t *testing.T, path string) (log []change) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[0])
		if err != nil {
			t.Fatal(err)
		}
		created, _ := time.Parse(time.RFC3339, row[3])
		log = append(log, change{at, row[1], row[2], created, row[4] == "True", row[5] == "True"})
	}
	slices.SortStableFunc(log, func(a, b change) int { return a.at.Compare(b.at) })
	return log
}

// world is the server's side: the API at a moment of the log.
type world struct {
	*api
	log   []change
	known map[string]*apiRepo // by address
	times map[string]int      // how often each repository came back

	stayed, renumbered int // removed repositories that stay listed, and returned ones with a new row id
}

// half returns true for about half of all texts, always the same ones.
func half(texts ...string) bool {
	h := fnv.New32()
	for _, text := range texts {
		io.WriteString(h, text)
	}
	return h.Sum32()%2 == 0
}

// until applies the log up to a time. Half of the removed repositories stay listed with
// a status; half of the returned ones get a new row id.
func (w *world) until(now time.Time) {
	w.change(func() {
		for len(w.log) > 0 && !w.log[0].at.After(now) {
			w.apply(w.log[0])
			w.log = w.log[1:]
		}
	})
}

func (w *world) apply(c change) {
	u, err := url.Parse(c.url)
	if err != nil {
		panic(err)
	}
	h := w.host(u.Host)
	r := w.known[c.url]
	switch c.event {
	case "base", "added":
		r = w.add(u.Host, strings.Trim(u.Path, "/"), c.created)
		r.URL, r.Fork, r.Archived = c.url, c.fork, c.archived
		w.known[c.url] = r
	case "removed":
		if half("removed", c.url) {
			removed := "removed"
			r.Status = &removed
			w.stayed++
		} else {
			h.remove(r)
		}
	case "returned":
		w.times[c.url]++
		if r.Status == nil {
			h.insert(r)
		}
		r.Status = nil
		if half("returned", c.url, fmt.Sprint(w.times[c.url])) {
			h.remove(r)
			w.lastRow++
			w.renumbered++
			r.ID = w.lastRow
			h.insert(r)
		}
	}
}

// inventedLog returns six weeks in which repositories come and go on two hosts; one
// host is out of order for a day, another is imported, and a third appears.
func inventedLog() (log []change) {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)
	present, gone := map[string][]string{}, map[string][]string{}
	number := 0
	appear := func(at time.Time, event, host string) {
		number++
		url := fmt.Sprintf("https://%s/equipe%d/depot-%d", host, random.IntN(12), number)
		present[host] = append(present[host], url)
		log = append(log, change{at, event, url, at.AddDate(0, 0, -random.IntN(100)), random.IntN(9) == 0, random.IntN(20) == 0})
	}
	move := func(at time.Time, event, host string, from, to map[string][]string) {
		if n := len(from[host]); n > 0 {
			i := random.IntN(n)
			log = append(log, change{at: at, event: event, url: from[host][i]})
			to[host] = append(to[host], from[host][i])
			from[host] = slices.Delete(from[host], i, i+1)
		}
	}
	const a, b, c = "forge-a.example.org", "forge-b.example.org", "forge-c.example.org"
	for range 60 {
		appear(start, "base", a)
		appear(start, "base", b)
	}
	for day := 1; day < 42; day++ {
		at := start.AddDate(0, 0, day)
		for _, host := range []string{a, b} {
			for range random.IntN(4) {
				appear(at, "added", host)
			}
			if random.IntN(3) == 0 {
				move(at, "removed", host, present, gone)
			}
			if random.IntN(4) == 0 {
				move(at, "returned", host, gone, present)
			}
		}
		switch day {
		case 10:
			for range 40 {
				move(at, "removed", b, present, gone)
			}
		case 11:
			for range 38 {
				move(at, "returned", b, gone, present)
			}
		case 20:
			for range 70 {
				appear(at, "added", a)
			}
		case 30:
			for range 8 {
				appear(at, "added", c)
			}
		}
	}
	return log
}
