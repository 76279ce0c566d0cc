package commands

import (
	"reflect"
	"sync"
	"time"

	"heraut/catalogue"
	"heraut/locale"
)

// maxCards bounds the rendered cards that are kept, some 200 KiB.
const maxCards = 128

// cards is a cache of rendered cards of software, since rendering takes most of the
// time of an answer. The zero value is an empty cache. It is safe for concurrent use.
type cards struct {
	mu   sync.Mutex
	of   *catalogue.Catalogue
	made map[cardKey]madeCard
}

type cardKey struct {
	software *catalogue.Software
	lang     string
}

type madeCard struct {
	data card
	day  int64 // a card says how many years ago something was
	html string
}

// render returns the HTML of the card made from data in a language. It first empties a
// cache that is full or of another catalogue than of. Then it returns the cached card
// with the same data and the day of now or, if there is none, renders the card and
// caches it. The error is that of rendering.
func (c *cards) render(of *catalogue.Catalogue, lang string, data card, now time.Time) (string, error) {
	key, day := cardKey{data.Software, lang}, now.Unix()/(24*60*60)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != of || len(c.made) >= maxCards {
		c.of, c.made = of, map[cardKey]madeCard{}
	}
	if m, ok := c.made[key]; ok && m.day == day && reflect.DeepEqual(m.data, data) {
		return m.html, nil
	}
	html, err := locale.Render(lang, "card", data)
	if err == nil {
		c.made[key] = madeCard{data, day, html}
	}
	return html, err
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
