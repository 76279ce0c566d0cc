package catalogue

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// scaledDump writes a list of n repositories in the present format of code.gouv.fr: the
// real ones of 2021, repeated under other names.
func scaledDump(tb testing.TB, n int) string {
	tb.Helper()
	all, _, err := readAll(realData(tb, filepath.Join("..", "codegouv", "repertoires-2021-01-30T1938.csv")))
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "repositories.json")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range n {
		r := all[i%len(all)]
		address := fmt.Sprintf("%s-%d", r.URL, i/len(all))
		element, err := json.Marshal(map[string]any{
			"awesome-score": i % 100, "archived": r.Archived, "updated_at": r.Updated, "description": r.Description, "id": address,
			"fork": r.Fork, "template": false, "contributing": i%9 == 0, "publiccode": false, "language": r.Language, "license": r.License,
			"full_name": r.FullName, "repo_name": r.Name, "forks_count": i % 7, "platform": r.Host, "owner": "https://" + r.Host + "/" + r.Owner,
		})
		if err != nil {
			tb.Fatal(err)
		}
		start := ",\n"
		if i == 0 {
			start = "["
		}
		if _, err := w.WriteString(start + string(element)); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := w.WriteString("]\n"); err != nil {
		tb.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// BenchmarkReadRepositories measures the reading of a dump of 30,000 repositories from
// a file. Its peak-MiB is the largest memory of the process beyond its memory at the
// start.
func BenchmarkReadRepositories(b *testing.B) {
	path := scaledDump(b, 30_000)
	debug.FreeOSMemory()
	before, peak := held(), uint64(0)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		file, err := ReadRepositories(f, func(Repository) error {
			if n++; n%500 == 0 {
				peak = max(peak, held())
			}
			return nil
		})
		if err != nil || file.Entries != 30_000 {
			b.Fatal(file, err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((float64(peak)-float64(before))/(1<<20), "peak-MiB")
}

// held returns the memory that the process holds from the system, in bytes.
func held() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}
