package contest

import (
	"bytes"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"heraut/catalogue"
)

func TestOutcome(t *testing.T) {
	at := func(command id.EventID, second int64) Answer { return Answer{command, time.Unix(second, 0)} }
	for name, test := range map[string]struct {
		answers []Answer
		want    Outcome
	}{
		"none":       {nil, Outcome{Lost: 3}},
		"all":        {[]Answer{at("a", 1), at("b", 2), at("c", 3)}, Outcome{Answered: 3, First: time.Unix(1, 0), Last: time.Unix(3, 0)}},
		"lost":       {[]Answer{at("a", 1), at("c", 3)}, Outcome{Answered: 2, Lost: 1, First: time.Unix(1, 0), Last: time.Unix(3, 0)}},
		"repeated":   {[]Answer{at("a", 1), at("b", 2), at("a", 3), at("c", 4)}, Outcome{Answered: 3, Repeated: 1, First: time.Unix(1, 0), Last: time.Unix(4, 0)}},
		"one early":  {[]Answer{at("b", 1), at("a", 2), at("c", 3)}, Outcome{Answered: 3, Disordered: 1, First: time.Unix(1, 0), Last: time.Unix(3, 0)}},
		"backwards":  {[]Answer{at("c", 1), at("b", 2), at("a", 3)}, Outcome{Answered: 3, Disordered: 2, First: time.Unix(1, 0), Last: time.Unix(3, 0)}},
		"clock back": {[]Answer{at("a", 2), at("b", 1), at("c", 3)}, Outcome{Answered: 3, First: time.Unix(1, 0), Last: time.Unix(3, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			var got Outcome
			got.add([]id.EventID{"a", "b", "c"}, test.answers)
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestBigCatalogue(t *testing.T) {
	content, err := BigCatalogue(Entries)
	if err != nil {
		t.Fatal(err)
	}
	file, err := catalogue.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	names, ids := map[string]bool{}, map[string]bool{}
	for _, entry := range file.Entries {
		names[entry.Name], ids[entry.ID] = true, true
	}
	if len(names) != Entries || len(ids) != Entries || len(file.Dropped) > 0 {
		t.Errorf("%d names, %d ids, %v dropped; want %d entries", len(names), len(ids), file.Dropped, Entries)
	}
}

func TestMedian(t *testing.T) {
	for name, test := range map[string]struct {
		values []float64
		want   float64
	}{
		"one":  {[]float64{3}, 3},
		"odd":  {[]float64{9, 1, 2}, 2},
		"even": {[]float64{4, 1, 3, 2}, 2.5},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Median(test.values); got != test.want {
				t.Errorf("Median of %v is %g, want %g", test.values, got, test.want)
			}
		})
	}
}
