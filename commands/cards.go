package commands

import (
	"reflect"
	"sync"
	"time"
	"weak"

	"heraut/catalogue"
	"heraut/locale"
)

// maxCards bounds the rendered cards that are kept, some 200 KiB.
const maxCards = 128

// cards is a cache of rendered cards of software, since rendering takes most of the
// time of an answer. The zero value is an empty cache. It is safe for concurrent use.
type cards struct {
	mu   sync.Mutex
	made map[cardKey]madeCard
}

// cardKey names an entry by its catalogue and id: a catalogue gives another copy of the
// entry for each search. The weak pointer does not keep an old catalogue in memory.
type cardKey struct {
	of       weak.Pointer[catalogue.Catalogue]
	software string // its id
	lang     string
}

type madeCard struct {
	data card  // without its software
	day  int64 // a card says how many years ago something was
	html string
}

// render returns the HTML of the card made from data, which is about an entry of the
// catalogue of, in a language. It returns the cached card of that entry with the same
// other data and the day of now or, if there is none, renders the card and caches it; it
// first empties a full cache. The error is that of rendering.
func (c *cards) render(of *catalogue.Catalogue, lang string, data card, now time.Time) (string, error) {
	key, day := cardKey{weak.Make(of), data.ID, lang}, now.Unix()/(24*60*60)
	rest := data
	rest.Software = nil // the key stands for it
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.made[key]; ok && m.day == day && reflect.DeepEqual(m.data, rest) {
		return m.html, nil
	}
	html, err := locale.Render(lang, "card", data)
	if err != nil {
		return "", err
	}
	if c.made == nil || len(c.made) >= maxCards {
		c.made = map[cardKey]madeCard{}
	}
	c.made[key] = madeCard{rest, day, html}
	return html, nil
}

// card answers with the card of the software s: what the catalogue says of it, its open
// questions that the room may read, how to ask experts where people can, and the
// request's further matches.
func (a *Answerer) card(r request, s *catalogue.Software) (Answer, error) {
	data := card{entry: entry{s, r.product}, source: a.source(r.state), Others: r.others, Open: r.open[s.Name]}
	if a.parts.Library != nil {
		data.Also, data.Credits = a.parts.Library.Also(s), a.credits(s)
	}
	if r.asks {
		data.Ask = r.Prefix
	}
	html, err := a.cards.render(r.state.Catalogue, r.Lang, data, time.Now())
	if err != nil {
		return Answer{}, err
	}
	return answerWith(r, "card", html), nil
}
