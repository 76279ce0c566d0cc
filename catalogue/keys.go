package catalogue

// What the whole query is worth as a name. A single word of a name is worth at
// most 1: an exact name comes before that, an exact keyword or product after.
const (
	exactName    = 3
	exactKeyword = 0.84
	exactProduct = 0.8
	typoName     = 0.95
	typoProduct  = 0.7
)

// keys adds what the whole query finds as a name, or failing that, as a slip
// of one.
func (s *scratch) keys(q query) {
	exact := false
	for _, text := range q.whole {
		for _, k := range keysWith(s.ix.keys, text) {
			if s.worth[k.place] > 0 && (k.place != inKeyword || len(q.words) > 0) {
				exact = true
				s.key(k, exactWorth(k.place)*k.worth)
			}
		}
	}
	for _, k := range keysWith(s.ix.keys, q.stemmed) {
		if k.place == inKeyword && s.worth[inKeyword] > 0 {
			exact = true
			s.key(k, exactKeyword)
		}
	}
	if exact || s.known && len(q.words) < 2 {
		return
	}
	for _, text := range q.whole {
		s.typos(text)
	}
}

func exactWorth(p place) float32 {
	switch p {
	case inKeyword:
		return exactKeyword
	case inProduct:
		return exactProduct
	}
	return exactName
}

func (s *scratch) key(k nameKey, score float32) {
	if h := s.hit(k.doc); score > h.key {
		h.key = score
		h.keyPlace, h.keyProduct = k.place, k.product
	}
}

// typos adds the names that text may be a slip of. Where all its words are
// known, only the smallest slip counts.
func (s *scratch) typos(text string) {
	set := lettersOf(text)
	for i := range s.ix.keys {
		k := &s.ix.keys[i]
		if k.place == inKeyword || s.worth[k.place] == 0 || k.worth < insideWorth {
			continue
		}
		length := min(len(text), len(k.text))
		budget := typoBudget(length)
		if s.known {
			budget = min(budget, 1)
		}
		if budget == 0 || set.far(k.set, budget) {
			continue
		}
		d := distance(text, k.text, budget)
		if text[0] != k.text[0] && length < 6 {
			d += 0.2
		}
		if d <= budget {
			most := float32(typoName)
			if k.place == inProduct {
				most = typoProduct
			}
			s.key(*k, most*k.worth*(1-d/float32(length+1)))
		}
	}
}
