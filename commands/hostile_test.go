package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/filter"
	"heraut/locale"
	"heraut/locale/localetest"
	"heraut/search"
)

var september = time.Date(2026, time.September, 3, 9, 0, 0, 0, time.UTC)

// nasty holds texts that strangers may have put into the catalogue or may type.
var nasty = map[string]string{
	"HTML":        `<img src=x onerror=alert(1)><script>x</script></p><h1>big</h1><a href="https://evil.example">x</a>`,
	"attribute":   `" onclick="x" href='y'`,
	"template":    `{{.Prefix}} {{part "card" .}}`,
	"Markdown":    "**bold** [x](javascript:alert) `code` # title\n- item",
	"everybody":   "@room @ROOM @room",
	"a person":    "https://matrix.to/#/@camille:example.org matrix.to/#/@camille:example.org",
	"control":     "a\x00b\x07c\x1b[31md\r\ne\tf\u0085g\u2028h",
	"direction":   "abc\u202ecba\u2066x\u2069\u200f\u061c",
	"hidden":      "vi\u00adsi\u200bble\ufeff\U000E0041\U000E007F",
	"not UTF-8":   "caf\xe9 \xff\xfe",
	"long":        strings.Repeat("très longue description ", 420),
	"one word":    strings.Repeat("a", 10_000),
	"accents":     "e" + strings.Repeat("\u0301", 10_000),
	"line breaks": strings.Repeat("\n", 10_000),
	"script":      "javascript:alert(1)",
	"spaces":      strings.Repeat(" \u00a0\u2003", 3_000),
}

// hostile returns an entry in which every text is s.
func hostile(s string) *catalogue.Software {
	var names []catalogue.Similar
	var organizations []catalogue.Organization
	var sellers []catalogue.Provider
	for range 30 {
		names = append(names, catalogue.Similar{Name: s})
		organizations = append(organizations, catalogue.Organization{Name: s, Users: 1_000_000, Referents: 2})
		sellers = append(sellers, catalogue.Provider{Name: s, URL: s})
	}
	return &catalogue.Software{
		ID: s, Name: s, OtherNames: []string{s}, Description: catalogue.Localized{FR: s, EN: s}, License: s,
		Keywords: []string{s}, Referenced: september, Recommended: true, Observed: true, InSupport: true, FromState: true,
		Latest: &catalogue.Version{Number: s, Released: september}, MinVersion: s,
		Platforms:     []catalogue.Platform{catalogue.Windows, catalogue.Linux, catalogue.Mac, catalogue.Android, catalogue.IOS, catalogue.Web, catalogue.Platform(s)},
		Organizations: organizations, Providers: sellers, Replaces: names, Similar: names,
		Website: s, Code: s, Documentation: s,
	}
}

// elsewhere returns a card of a software of another catalogue, with s for its texts.
func elsewhere(s string, src source) card {
	other := &catalogue.Software{
		ID: "1", Name: s, Catalogue: s, Home: s, Phase: s, Contact: s, License: s, Updated: september.AddDate(-5, 0, 0), Description: catalogue.Localized{FR: s, EN: s},
	}
	src.Catalogues = []string{s, s}
	return card{
		entry: entry{Software: other}, source: src, Credits: []string{s},
		Also: []commons.Listing{{Label: s, Page: s, Date: september, License: s, Status: "abandoned"}, {Status: "listed"}},
	}
}

// answers returns all messages that the bot can send, with s for their texts.
func answers(ctx context.Context, a *Answerer, lang, s string) map[string]func() (Answer, error) {
	r := request{
		Line: Line{Text: s, Lang: lang, Prefix: "!"},
		text: s, args: s, prefixed: true, command: a.byName("sill"), state: a.current(),
	}
	listed, withdrawn := hostile(s), hostile(s)
	withdrawn.Withdrawn = &catalogue.Withdrawal{Reason: s, Time: september, LastRecommendedVersion: s}
	bare := &catalogue.Software{ID: "1", Name: s}
	six := []*catalogue.Software{listed, withdrawn, bare, listed, listed, listed}
	src := a.source(r.state)
	alone := func(name string) request {
		r := r
		r.Text, r.args, r.text, r.command = name, "", name, a.byName(name)
		return r
	}
	return map[string]func() (Answer, error){
		"card":            func() (Answer, error) { return a.card(r, listed) },
		"card, withdrawn": func() (Answer, error) { return a.card(r, withdrawn) },
		"card, bare":      func() (Answer, error) { return a.card(r, bare) },
		"users":           func() (Answer, error) { return a.users(r, listed) },
		"card, elsewhere": func() (Answer, error) { return a.message(r, "card", elsewhere(s, src)) },
		"commun": func() (Answer, error) {
			view := common{Query: s, Total: 7, Guess: true, source: src, Credits: []string{s}}
			for range maxListed {
				view.Items = append(view.Items, commonEntry{elsewhere(s, src).entry})
			}
			return a.message(r, "commun", view)
		},
		"commun, none": func() (Answer, error) {
			return a.message(r, "commun-none", struct {
				Prefix, Query string
				Asks          bool
			}{"!", s, true})
		},
		"users, none":     func() (Answer, error) { return a.users(r, bare) },
		"providers":       func() (Answer, error) { return a.providers(r, listed) },
		"providers, none": func() (Answer, error) { return a.providers(r, bare) },
		"choice":          func() (Answer, error) { return a.choose(r, "choice", s, six) },
		"choice of two":   func() (Answer, error) { return a.choose(r, "choice", s, six[1:3]) },
		"instances": func() (Answer, error) {
			return a.instances(r, &catalogue.Software{Name: s, Instances: []catalogue.Instance{{Organization: s, Audience: s, URL: s}}})
		},
		"organization": func() (Answer, error) {
			o := search.Organization{Name: s, Uses: []search.Use{{Software: listed, Users: 1, Referents: 1}}}
			return a.message(r, "organization", organization{Organization: o, Query: s, Shown: o.Uses, More: 1, source: src})
		},
		"organization, none": func() (Answer, error) {
			return a.message(r, "organization", organization{Query: s, Nearest: []string{s, s}, source: src})
		},
		"unknown facet": func() (Answer, error) { return a.faceted(r, search.Faceted{Unknown: s}) },
		"maybe":         func() (Answer, error) { return a.choose(r, "maybe", s, six[:3]) },
		"instead": func() (Answer, error) {
			return a.instead(r, search.Result{Shape: search.Instead, Product: s, Matches: []search.Match{{Software: listed}, {Software: withdrawn}}})
		},
		"smalltalk":          func() (Answer, error) { return a.message(r, "smalltalk", nil) },
		"courtesy":           func() (Answer, error) { return a.message(r, "courtesy", nil) },
		"none":               func() (Answer, error) { return a.none(r, s, false, six) },
		"none, nothing near": func() (Answer, error) { return a.none(r, s, true, nil) },
		"none-replacing": func() (Answer, error) {
			return a.message(r, "none-replacing", struct {
				Prefix, Query string
				Catalogues    []string
			}{"!", s, nil})
		},
		"compare": func() (Answer, error) {
			return a.message(r, "compare", comparison{entries(six[:maxCompared]), 2, src})
		},
		"new": func() (Answer, error) {
			return a.message(r, "new", news{entries(six[:3]), entries([]*catalogue.Software{withdrawn, withdrawn, withdrawn}), src})
		},
		"help": func() (Answer, error) {
			b := NewAnswerer(Parts{About: About{RunBy: s, Contact: s}, Zone: time.UTC, Catalogue: a.current})
			return b.help(ctx, request{Line: Line{Lang: lang, Prefix: "!"}, command: b.byName("aide")})
		},
		"help, command": func() (Answer, error) { return a.help(ctx, r) },
		"unknown":       func() (Answer, error) { return a.unknown(r, s) },
		"welcome":       func() (Answer, error) { return a.message(r, "welcome", greeting{"!", true, nil}) },
		"loading":       func() (Answer, error) { return a.message(r, "loading", nil) },
		"out of list": func() (Answer, error) {
			return a.chosen(ctx, r.Line, Choice{Command: "sill", IDs: []string{"1", "2"}}, 3)
		},
		"out of list of one": func() (Answer, error) {
			return a.chosen(ctx, r.Line, Choice{Command: "sill", IDs: []string{"1"}}, 3)
		},
		"gone": func() (Answer, error) {
			return a.chosen(ctx, r.Line, Choice{Command: "sill", IDs: []string{s}}, 1)
		},
		"failed": func() (Answer, error) { return a.message(r, "failed", About{RunBy: s, Contact: s}) },
		"too many": func() (Answer, error) {
			return a.message(r, "too-many", struct{ Room bool }{})
		},
		"too many in the room": func() (Answer, error) {
			return a.message(r, "too-many", struct{ Room bool }{true})
		},
		"repositories": func() (Answer, error) {
			return a.message(r, "repositories", repositories{"!", s, []catalogue.Repository{*repositoryOf(s), *repositoryOf(s), *repositoryOf(s), {URL: s}, {Name: s}}, 9, september})
		},
		"one repository": func() (Answer, error) {
			return a.message(r, "repositories", repositories{"!", s, []catalogue.Repository{*repositoryOf(s)}, 1, september})
		},
		"none-repositories": func() (Answer, error) {
			return a.message(r, "none-repositories", repositories{Prefix: "!", Query: s, AsOf: september})
		},
		"no-repositories":  func() (Answer, error) { return a.message(r, "no-repositories", nil) },
		"filter-fault":     func() (Answer, error) { return a.depot(ctx, filtered(r, "zzzzzz:"+s)) },
		"depot":            func() (Answer, error) { return a.depot(ctx, filtered(r, s)) },
		"depot, explained": func() (Answer, error) { return a.explain(ctx, r, a.byName("depot")) },
		"typed":            func() (Answer, error) { return a.Answer(ctx, r.Line) },
		"explain sill":     func() (Answer, error) { return a.explain(ctx, r, a.byName("sill")) },
		"explain parts":    func() (Answer, error) { return alone("sill compare").command.answer(a, ctx, alone("sill compare")) },
	}
}

func filtered(r request, filter string) request {
	r.args = filter
	return r
}

// repositoryOf returns a repository in which every text is s.
func repositoryOf(s string) *catalogue.Repository {
	return &catalogue.Repository{
		URL: s, FullName: s, Name: s, Owner: s, Organization: s, Description: s, Language: s, License: s, Topics: []string{s},
		Fork: true, Archived: true,
	}
}

// hostileRepositories finds one repository, in which every text is the search's
// filter.
type hostileRepositories struct{}

func (hostileRepositories) SearchRepositories(_ context.Context, f *filter.Filter, _ int) ([]catalogue.Repository, int, error) {
	return []catalogue.Repository{*repositoryOf(f.String())}, 1, nil
}

func (hostileRepositories) RepositoriesAsOf(context.Context) (time.Time, error) {
	return september, nil
}

func TestNothingInjectedAndShort(t *testing.T) {
	state := catalogue.State{Catalogue: catalogue.New(nil, september)}
	a := NewAnswerer(Parts{About: About{RunBy: "DINUM", Contact: "floss@example.org"}, Zone: time.UTC, Catalogue: func() catalogue.State { return state }, Repositories: hostileRepositories{}})
	nasty["nothing nasty"] = "GIMP"
	for _, lang := range locale.Languages() {
		for name, s := range nasty {
			for message, answer := range answers(t.Context(), a, lang, s) {
				t.Run(fmt.Sprintf("%s/%s/%s", lang, message, name), func(t *testing.T) {
					got, err := answer()
					if err != nil {
						t.Fatal(err)
					}
					if got.HTML == "" && message != "typed" {
						t.Fatal("no message")
					}
					if err := localetest.Check(got.HTML); err != nil {
						t.Errorf("%v\n%s", err, got.HTML)
					}
					if n, most := lines(got.HTML), mostLines(message); n > most {
						t.Errorf("%d lines:\n%s", n, got.HTML)
					}
					if n := utf8.RuneCountInString(got.HTML); n > 4000 {
						t.Errorf("%d characters", n)
					}
				})
			}
		}
	}
}

// mostLines is the largest number of lines of a message. A comparison has one for
// each criterion and each software under it, and goes to a thread.
func mostLines(message string) int {
	if message == "compare" {
		return 1 + len(criteria)*(1+maxCompared) + 1
	}
	return maxLines
}
