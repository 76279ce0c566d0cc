package announce_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/filter"
	"heraut/sources"
)

// BenchmarkNothingNew measures a poll without news: one conditional request for a feed,
// one more per host for an API, and no write.
func BenchmarkNothingNew(b *testing.B) {
	b.Run("feed", func(b *testing.B) {
		n, p := blog(b, rss(item("Ancien", "1")))
		poll(b, n, "blog")
		if p.full != 1 {
			b.Errorf("%d answers with data", p.full)
		}
		b.ReportMetric(float64(p.requests-1)/float64(b.N), "requests/op")
	})
	b.Run("api", func(b *testing.B) {
		n, a := depots(b, 0)
		n.after(time.Hour, "depots")
		a.counts()
		poll(b, n, "depots")
		requests, full := a.counts()
		if full != 0 {
			b.Errorf("%d answers with data", full)
		}
		b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
	})
}

func poll(b *testing.B, n *newsroom, source string) {
	wrote := n.changesIn(func() {
		for b.Loop() {
			n.after(time.Second, source)
		}
	})
	if wrote {
		b.Error("the polls wrote to the database")
	}
}

// BenchmarkManyRooms measures one item that a thousand rooms watch for, up to the
// commit. Few rooms want it in one case, all in the other.
func BenchmarkManyRooms(b *testing.B) {
	for name, query := range map[string]func(i int) string{
		"filters": func(i int) string {
			return fmt.Sprintf(`organisation:labo%d,etalab (langage:go ou sujet:"mot %d") -nom:essai%d`, i, i, i%50)
		},
		"all": func(int) string { return "" },
	} {
		b.Run(name, func(b *testing.B) {
			n, a := depots(b, 0)
			n.watch(salon, "depots")
			for i := range 1000 {
				room := chat.RoomID(fmt.Sprintf("!room%d:example.org", i))
				f, err := filter.Parse(query(i))
				if err != nil {
					b.Fatal(err)
				}
				n.watch(room, "depots", f.String(), "immediat")
			}
			language := "Python"
			i := 0
			for b.Loop() {
				b.StopTimer()
				a.change(func() {
					i++
					a.add("github.com", fmt.Sprintf("etalab/outil%d", i), n.now).Language = &language
				})
				n.after(time.Minute, "depots")
				b.StartTimer()
				n.after(time.Minute, "depots")
			}
		})
	}
}

// BenchmarkRepositoryList measures a first reading of a dump of 30,000 repositories,
// and a second one after a change.
func BenchmarkRepositoryList(b *testing.B) {
	list := func(n int) string {
		var s strings.Builder
		s.WriteString("[")
		for i := range n {
			if i > 0 {
				s.WriteString(",")
			}
			fmt.Fprintf(&s, `{"awesome-score":12,"archived":false,"updated_at":"2026-08-0%dT10:00:00Z","description":"Un outil pour la direction %d, qui calcule et publie des données ouvertes","id":"https://github.com/org%d/depot-%d","fork":false,"template":false,"contributing":true,"publiccode":false,"language":"Python","license":"mit","full_name":"org%d/depot-%d","repo_name":"depot-%d","forks_count":%d,"platform":"github.com","owner":"https://github.com/org%d"}`,
				1+i%9, i%200, i%900, i, i%900, i, i, i%30, i%900)
		}
		s.WriteString("]")
		return s.String()
	}
	body := list(30_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, strings.NewReader(body))
	}))
	b.Cleanup(server.Close)
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "first", true: "again"}[again], func(b *testing.B) {
			var peak uint64
			var rooms *newsroom
			prepare := func() {
				rooms = newNewsroom(b)
				rooms.source(sources.Settings{Name: "liste", Kind: sources.RepositoryList, Location: server.URL})
				if again {
					rooms.after(0, "liste")
				}
			}
			if again {
				prepare()
			}
			for b.Loop() {
				b.StopTimer()
				if !again {
					prepare()
				}
				idle := heap()
				stop := watchHeap(&peak, idle)
				b.StartTimer()
				rooms.after(time.Hour, "liste")
				b.StopTimer()
				stop()
				b.StartTimer()
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// watchHeap records in peak by how much the memory in use exceeds idle.
func watchHeap(peak *uint64, idle uint64) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if now := m.HeapInuse + m.StackInuse; now > idle {
					*peak = max(*peak, now-idle)
				}
			}
		}
	}()
	return func() { close(done); <-ended }
}
