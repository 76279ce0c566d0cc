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
	"heraut/sources"
)

// hostile is inserted in every text that a source controls.
const hostile = `<script>alert(1)</script> @room <a href="https://evil.example">x</a> *gras* https://matrix.to/#/@camille:example.org ` +
	"\u202e\u0007\n\n| a | b |\n" + `"guillemets" & 'apostrophes' `

// Whatever the sources contain, messages hold only the allowed tags and a bounded
// number of lines, in both languages.
func TestMessages(t *testing.T) {
	long := strings.Repeat("mot ", 200)
	repository := func(i int, owner string) sources.Item {
		r := &catalogue.Repository{
			Host: "forge.example.org" + hostile, URL: fmt.Sprintf("https://forge.example.org/%s/%d", strings.Repeat("é", 120), i),
			FullName: fmt.Sprint(owner, "/", i, hostile), Name: fmt.Sprint(i, hostile), Owner: owner + hostile,
			Description: hostile + long, Language: "Go" + hostile, License: "mit" + hostile,
			Created: time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC),
		}
		return sources.Item{Key: fmt.Sprint("r", i), Kind: sources.KindRepository, Repository: r, URL: r.URL, Title: r.FullName}
	}
	software := func(i int) sources.Item {
		s := &catalogue.Software{ID: fmt.Sprint(i), Name: fmt.Sprint("Logiciel ", i, hostile), License: hostile,
			Description: catalogue.Localized{FR: long, EN: hostile},
			Withdrawn:   &catalogue.Withdrawal{Reason: hostile + long, LastRecommendedVersion: hostile}}
		return sources.Item{Key: fmt.Sprint("s", i), Kind: sources.KindSoftware, Software: s, Title: s.Name, URL: s.Page()}
	}
	entry := func(i int) sources.Item {
		return sources.Item{Key: fmt.Sprint("e", i), Kind: sources.KindEntry, From: hostile, Title: fmt.Sprint("Titre ", i, hostile, long),
			URL: "javascript:alert(1)", Summary: hostile + long}
	}
	all := func(n int, one func(i int) sources.Item, what sources.What) (fresh []sources.Fresh) {
		for i := range n {
			fresh = append(fresh, sources.Fresh{Item: one(i), News: what})
		}
		return fresh
	}
	owned := func(i int) sources.Item { return repository(i, fmt.Sprint("labo", i)) }
	// Baseline repositories make their owners known.
	var base []sources.Fresh
	for i := range 60 {
		known := owned(i)
		known.Key += " known"
		base = append(base, sources.Fresh{Item: known})
	}
	known := repository(0, "labo")
	known.Key = "known"
	base = append(base, sources.Fresh{Item: known})
	tests := map[string]struct {
		fresh []sources.Fresh
		lines int
	}{
		"a repository":         {all(1, owned, sources.Created), 8},
		"a repository, listed": {all(1, owned, sources.Listed), 8},
		"a software":           {all(1, software, sources.Referenced), 8},
		"one that left":        {all(1, software, sources.Withdrawn), 8},
		"one recommended":      {all(1, software, sources.Recommended), 8},
		"an entry":             {all(1, entry, sources.Published), 8},
		"a new owner":          {all(1, func(i int) sources.Item { return repository(i, "nouveau") }, sources.Created), 8},
		"many of a new owner":  {all(60, func(i int) sources.Item { return repository(i, "nouveau") }, sources.Created), 8},
		"many new owners":      {all(60, func(i int) sources.Item { return repository(i, fmt.Sprint("nouveau", i)) }, sources.Created), 15},
		"many owners":          {all(60, owned, sources.Listed), 15},
		"one owner":            {all(60, func(i int) sources.Item { return repository(i, "labo") }, sources.Created), 15},
		"many softwares":       {all(60, software, sources.Withdrawn), 15},
		"many entries":         {all(60, entry, sources.Published), 15},
		"fifteen lines at most": {append(append(all(6, owned, sources.Created), all(5, software, sources.Referenced)...),
			all(5, entry, sources.Published)...), 15},
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
			told, err := n.db.Announcements(t.Context())
			if err != nil || len(told) < 2 {
				t.Fatalf("%d messages, %v", len(told), err)
			}
			for _, m := range told {
				lines := strings.Count(m.HTML, "<p>") + strings.Count(m.HTML, "<li>") + strings.Count(m.HTML, "<br>")
				if err := localetest.Check(m.HTML); err != nil || lines > test.lines || strings.Contains(m.HTML, "javascript") {
					t.Errorf("%d lines, %v:\n%s", lines, err, m.HTML)
				}
				// With its plain text, and encrypted, the message has to fit into an
				// event.
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
