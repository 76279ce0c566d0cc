package announce_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/locale/localetest"
)

// hostile is put wherever a source may put text.
const hostile = `<script>alert(1)</script> @room <a href="https://evil.example">x</a> *gras* https://matrix.to/#/@camille:example.org ` +
	"\u202e\u0007\n\n| a | b |\n" + `"guillemets" & 'apostrophes' `

// Whatever sources say, messages hold the tags that they may hold and no more
// lines than they may have, in both languages.
func TestMessages(t *testing.T) {
	long := strings.Repeat("mot ", 200)
	repository := func(i int, owner string) announce.Item {
		r := &catalogue.Repository{
			Host: "forge.example.org" + hostile, URL: fmt.Sprintf("https://forge.example.org/%s/%d", strings.Repeat("é", 120), i),
			FullName: fmt.Sprint(owner, "/", i, hostile), Name: fmt.Sprint(i, hostile), Owner: owner + hostile,
			Description: hostile + long, Language: "Go" + hostile, License: "mit" + hostile,
			Created: time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC),
		}
		return announce.Item{Key: fmt.Sprint("r", i), Kind: announce.KindRepository, Repository: r, URL: r.URL, Title: r.FullName}
	}
	software := func(i int) announce.Item {
		s := &catalogue.Software{ID: fmt.Sprint(i), Name: fmt.Sprint("Logiciel ", i, hostile), License: hostile,
			Description: catalogue.Localized{FR: long, EN: hostile},
			Withdrawn:   &catalogue.Withdrawal{Reason: hostile + long, LastRecommendedVersion: hostile}}
		return announce.Item{Key: fmt.Sprint("s", i), Kind: announce.KindSoftware, Software: s, Title: s.Name, URL: s.Page()}
	}
	entry := func(i int) announce.Item {
		return announce.Item{Key: fmt.Sprint("e", i), Kind: announce.KindEntry, From: hostile, Title: fmt.Sprint("Titre ", i, hostile, long),
			URL: "javascript:alert(1)", Summary: hostile + long}
	}
	all := func(n int, one func(i int) announce.Item, what announce.What) (fresh []announce.Fresh) {
		for i := range n {
			fresh = append(fresh, announce.Fresh{Item: one(i), News: what})
		}
		return fresh
	}
	owned := func(i int) announce.Item { return repository(i, fmt.Sprint("labo", i)) }
	// What was there before makes owners known.
	var base []announce.Fresh
	for i := range 60 {
		known := owned(i)
		known.Key += " known"
		base = append(base, announce.Fresh{Item: known})
	}
	known := repository(0, "labo")
	known.Key = "known"
	base = append(base, announce.Fresh{Item: known})
	tests := map[string]struct {
		fresh []announce.Fresh
		lines int
	}{
		"a repository":         {all(1, owned, announce.Created), 8},
		"a repository, listed": {all(1, owned, announce.Listed), 8},
		"a software":           {all(1, software, announce.Referenced), 8},
		"one that left":        {all(1, software, announce.Withdrawn), 8},
		"one recommended":      {all(1, software, announce.Recommended), 8},
		"an entry":             {all(1, entry, announce.Published), 8},
		"a new owner":          {all(1, func(i int) announce.Item { return repository(i, "nouveau") }, announce.Created), 8},
		"many of a new owner":  {all(60, func(i int) announce.Item { return repository(i, "nouveau") }, announce.Created), 8},
		"many new owners":      {all(60, func(i int) announce.Item { return repository(i, fmt.Sprint("nouveau", i)) }, announce.Created), 15},
		"many owners":          {all(60, owned, announce.Listed), 15},
		"one owner":            {all(60, func(i int) announce.Item { return repository(i, "labo") }, announce.Created), 15},
		"many softwares":       {all(60, software, announce.Withdrawn), 15},
		"many entries":         {all(60, entry, announce.Published), 15},
		"fifteen lines at most": {append(append(all(6, owned, announce.Created), all(5, software, announce.Referenced)...),
			all(5, entry, announce.Published)...), 15},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNewsroom(t)
			n.english = bureau
			n.restart()
			source := n.scripted("source", base...)
			n.watch(salon, "source", "", "immediat")
			n.watch(bureau, "source", "", "immediat")
			source.fresh = test.fresh
			n.after(0, "source")
			told, err := n.db.Told(t.Context())
			if err != nil || len(told) < 2 {
				t.Fatalf("%d messages, %v", len(told), err)
			}
			for _, m := range told {
				lines := strings.Count(m.HTML, "<p>") + strings.Count(m.HTML, "<li>") + strings.Count(m.HTML, "<br>")
				if err := localetest.Check(m.HTML); err != nil || lines > test.lines || strings.Contains(m.HTML, "javascript") {
					t.Errorf("%d lines, %v:\n%s", lines, err, m.HTML)
				}
				// With its plain text, encrypted, it is to fit into an event.
				if len(m.HTML) > 20_000 {
					t.Errorf("%d bytes", len(m.HTML))
				}
				if m.Language != map[chat.RoomID]string{salon: "fr", bureau: "en"}[m.Room] {
					t.Errorf("in %s: %s", m.Language, m.HTML)
				}
			}
		})
	}
}

func TestNotices(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		for _, n := range []announce.Notice{{Works: true}, {Cause: errors.New("x")}} {
			n.Source = hostile
			html, err := n.Say(lang, paris(t))
			if err != nil || localetest.Check(html) != nil {
				t.Errorf("%s, %v, %v", html, err, localetest.Check(html))
			}
		}
	}
}
