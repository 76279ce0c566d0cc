package announce

import (
	"fmt"
	"testing"
)

// BenchmarkFilters lets the filters of 1,000 watching rooms look at one item.
func BenchmarkFilters(b *testing.B) {
	words := []string{"carte", "donnees", "sante", "ecole", "python", "agriculture", "covid", "transport", "api", "marianne"}
	var filters []*Filter
	for i := range 1000 {
		w := func(n int) string { return words[(i+n)%len(words)] }
		text := fmt.Sprintf("(%s ou sujet:%s,%s) langage:go,python,java -organisation:%s%d licence:mit,agpl,gpl -%q", w(0), w(1), w(2), w(3), i, w(4))
		f, err := ParseFilter(text)
		if err != nil {
			b.Fatal(err)
		}
		filters = append(filters, f)
	}
	item := items["carte"]
	accepted := 0
	for b.Loop() {
		accepted = 0
		w := WordsOf(&item)
		for _, f := range filters {
			if f.MatchWords(w) {
				accepted++
			}
		}
	}
	if accepted == 0 || accepted == len(filters) {
		b.Errorf("%d are accepted", accepted)
	}
}
