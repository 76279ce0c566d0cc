package calendar

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"heraut/testkit/realdata"
)

// paris is the readers' zone.
var paris = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return loc
}()

// bonus lists the events that the collection's list drops and its notes call a bonus:
// the end of their lines, and how many there are.
var bonus = map[string]struct {
	title string
	n     int
}{
	// The start of this event has a time zone with a late closing quote.
	"nodeical_ms_timezones.ics": {"T09:00|Log Yesterday's Jira time", 27},
}

func TestCollection(t *testing.T) {
	dir := realdata.Path(t, "calendars")
	index, err := os.Open(filepath.Join(dir, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if f[0] == "file" {
			continue
		}
		t.Run(f[0], func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, f[0]))
			if err != nil {
				t.Fatal(err)
			}
			first, last, _ := strings.Cut(f[3], "..")
			from, _ := time.ParseInLocation(time.DateOnly, first, paris)
			to, _ := time.ParseInLocation(time.DateOnly, last, paris)
			got := list(data, from, to.AddDate(0, 0, 1))
			want := strings.Split(f[2], " ;; ")
			switch {
			case f[2] == "(empty list)":
				want = nil
			case strings.HasPrefix(f[2], "error"):
				want = []string{"error"}
			}
			if more, ok := bonus[f[0]]; ok {
				all := len(got)
				got = slices.DeleteFunc(got, func(s string) bool { return strings.HasSuffix(s, more.title) })
				if all-len(got) != more.n {
					t.Errorf("%d events of %q, want %d", all-len(got), more.title, more.n)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// list renders a calendar in the form of the collection's index.
func list(data []byte, from, to time.Time) []string {
	c, err := Read(data, paris)
	if err != nil {
		return []string{"error"}
	}
	var all []string
	for _, e := range c.Between(from, to) {
		if e.Cancelled {
			continue
		}
		layout := "2006-01-02T15:04"
		if e.AllDay {
			layout = time.DateOnly
		}
		all = append(all, e.Start.Format(layout)+"|"+e.Title)
	}
	slices.Sort(all)
	return all
}
