package storage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// scaled returns n repositories: the real ones of 2021, repeated under other names.
func scaled(b *testing.B, n int) (all []catalogue.Repository) {
	listed := realRepositories(b)
	for i := range n {
		r := listed[i%len(listed)]
		r.URL = fmt.Sprintf("%s-%d", r.URL, i/len(listed))
		all = append(all, r)
	}
	return all
}

// askedFor returns filters that people might type: the repositories' names, owners,
// languages and words, alone and combined.
func askedFor(all []catalogue.Repository, n int) (filters []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func() *catalogue.Repository { return &all[rng.IntN(len(all))] }
	word := func() string {
		for {
			words := strings.FieldsFunc(pick().Description, func(r rune) bool { return r < 'a' || r > 'z' && r < 0x80 })
			if len(words) > 0 {
				return words[rng.IntN(len(words))]
			}
		}
	}
	for len(filters) < n {
		filters = append(filters,
			pick().Name,
			word(),
			word()+" "+word(),
			"organisation:"+pick().Owner,
			word()+" organisation:"+pick().Owner,
			word()+","+word()+" -fork",
			"langage:\""+pick().Language+"0\" "+word(),
			"langage:python,go "+word(),
			word()+" ou "+word()+" plateforme:github",
			"langage:javascript -"+word(),
		)
	}
	return filters
}

// BenchmarkSearchRepositories searches 30,000 repositories as «!depot» does. Its p99-ms
// covers all the searches.
func BenchmarkSearchRepositories(b *testing.B) {
	all := scaled(b, 30_000)
	db := open(b)
	saveAll(b, db, all...)
	var filters []*filter.Filter
	for _, text := range askedFor(all, 1000) {
		if f, err := filter.Parse(text); err == nil {
			filters = append(filters, f)
		}
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, _, err := db.SearchRepositories(b.Context(), filters[i%len(filters)], 20); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

// BenchmarkSaveRepositories stores 30,000 repositories, then the same ones again.
func BenchmarkSaveRepositories(b *testing.B) {
	all := scaled(b, 30_000)
	for name, again := range map[string]bool{"new": false, "known": true} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			if again {
				saveAll(b, db, all...)
			}
			for b.Loop() {
				if !again {
					b.StopTimer()
					db = open(b)
					b.StartTimer()
				}
				saveAll(b, db, all...)
			}
		})
	}
}
