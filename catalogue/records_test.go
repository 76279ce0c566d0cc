package catalogue

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// fill sets every field within v, so that a field that records forget is missed.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("texte n° %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n * []int{1, -1}[*n%2]))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		fill(t, v.Index(0), n) // the second one stays zero
		fill(t, v.Index(2), n)
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 30, 12, 0, *n, 0, []*time.Location{time.UTC, time.FixedZone("", 3600)}[*n%2])))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("fill knows no %s", v.Type())
	}
}

func TestRecords(t *testing.T) {
	var full Software
	n := 0
	fill(t, reflect.ValueOf(&full).Elem(), &n)
	entries := []Software{{}, full, {ID: "1", Name: "Un"}, {ID: "2", RGAA: No, OtherUsers: 1 << 40, Keywords: []string{}}}
	c := New(entries, time.Time{})
	if c.Len() != len(entries) {
		t.Fatalf("%d entries", c.Len())
	}
	for i := range entries {
		if got := c.Entry(i); !reflect.DeepEqual(got, &entries[i]) {
			t.Errorf("entry %d:\n%+v, want\n%+v", i, got, &entries[i])
		}
	}
	if a, b := c.Entry(1), c.Entry(1); a == b {
		t.Error("two callers share an entry")
	}
}

func BenchmarkEntry(b *testing.B) {
	var full Software
	n := 0
	fill(&testing.T{}, reflect.ValueOf(&full).Elem(), &n)
	c := New([]Software{full, {ID: "2", Name: "Deux", Keywords: []string{"a", "b", "c"}, Description: Localized{"court", "short"}, Referenced: time.Now()}}, time.Time{})
	for i, name := range []string{"full", "short"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.Entry(i)
			}
		})
	}
}
