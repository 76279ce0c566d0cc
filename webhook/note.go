package webhook

import (
	"slices"
	"strings"

	"heraut/locale"
)

// note is the record of one event that a tool reports, in fields: the action, the thing
// that it concerns, its state, the author, and links. The bot renders it as HTML in the
// language of the room.
type note struct {
	mark  string // the emoji at its start; empty: that of state
	kind  string // the subject's kind: a name of webhook-words.html, or the tool's own word
	ref   string // its number or key: "#12"
	title string
	link  string
	state string // in the tool's words: "opened", "firing"
	by    string // the author, as the tool names them
	where string // the repository, the project, the service
	facts []fact
	links []place
	items []item // commits and the like
	more  int    // the number of items beyond those
	body  string
	// syntax is the syntax of body.
	syntax syntax
	// code appears verbatim.
	code string

	// alert identifies an alert, so that later notes can update it or, with over,
	// end it; empty if nothing ends it.
	alert string
	over  bool
}

// fact is a name and a value that a note shows on a line. The name is a key of
// webhook-words.html, which translates it, or the tool's own word; empty: the value
// stands alone.
type fact struct{ name, value string }

// place is a further link that a note shows. Its name is a key of webhook-words.html,
// which translates it.
type place struct{ name, link string }

// item is a line in the list of a note, such as a commit: its text, its link and its
// author.
type item struct{ text, link, by string }

const (
	maxItems = 8
	maxFacts = 12
	maxBody  = 1500
)

// with adds facts to the note, from pairs of name and value, and returns the note.
// Pairs with an empty value are left out.
func (n *note) with(namesAndValues ...string) *note {
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		if namesAndValues[i+1] != "" {
			n.facts = append(n.facts, fact{namesAndValues[i], namesAndValues[i+1]})
		}
	}
	return n
}

// see adds links to the note, from pairs of name and address, and returns the note.
// Pairs with an empty address are left out.
func (n *note) see(namesAndLinks ...string) *note {
	for i := 0; i+1 < len(namesAndLinks); i += 2 {
		if namesAndLinks[i+1] != "" {
			n.links = append(n.links, place{namesAndLinks[i], namesAndLinks[i+1]})
		}
	}
	return n
}

// head returns the first line of the note as HTML without block tags: the emoji, the
// kind, the state and the linked title. It clears n.link if that is the address of an
// API rather than a page.
func (n *note) head(lang string) string {
	p := newSheet(lang)
	p.left = 600
	if mark := n.sign(); mark != "" {
		p.run(mark + " ")
	}
	if n.kind != "" {
		p.line(kindOf(lang, n.kind))
		if n.state != "" {
			p.run(" – ")
		}
	}
	if n.state != "" {
		p.line(stated(lang, n.state))
	}
	n.link = page(n.link)
	title := n.title
	if n.ref != "" && !strings.Contains(title, n.ref) {
		title = strings.TrimSpace(n.ref + " " + title)
	}
	if title == "" && n.link != "" {
		title = n.link
	}
	if title != "" {
		if n.kind != "" || n.state != "" {
			p.run(word(lang, "colon") + " ")
		}
		p.tag("strong")
		p.link(n.link, title)
		p.end("strong")
	}
	return p.done()
}

// rest returns the HTML of the note below its first line: place, author, facts, links,
// list, text and code; empty if the note has none of these.
func (n *note) rest(lang string) string {
	p := newSheet(lang)
	p.tag("p")
	if n.where != "" {
		p.line(n.where)
	}
	if n.by != "" {
		if n.where != "" {
			p.run(" · ")
		}
		p.line(word(lang, "by") + " " + n.by)
	}
	for _, f := range n.facts[:min(len(n.facts), maxFacts)] {
		if f.value == "" {
			continue
		}
		p.br()
		if f.name != "" {
			p.label(word(lang, f.name))
		}
		p.line(strings.Join(strings.Fields(f.value), " "))
	}
	if links := n.shown(); len(links) > 0 {
		p.br()
		for i, l := range links {
			if i > 0 {
				p.run(" · ")
			}
			p.link(l.link, capital(word(lang, l.name)))
		}
	}
	p.end("p")
	if len(n.items) > 0 {
		n.list(p)
	}
	if body := strings.TrimSpace(n.body); body != "" {
		p.tag("blockquote")
		left := p.left
		p.left = min(left, maxBody)
		p.writeMarkup(body, n.syntax)
		p.cut, p.left = false, left-(min(left, maxBody)-p.left)
		p.end("blockquote")
	}
	if n.code != "" {
		p.code(n.code)
	}
	return p.done()
}

// shown returns the links in n.links that may appear in a message, without repetitions,
// API addresses and the link of the title.
func (n *note) shown() (links []place) {
	for _, l := range n.links {
		to := address(l.link)
		if to == "" || isAPI.MatchString(to) || to == address(n.link) || slices.ContainsFunc(links, func(other place) bool { return address(other.link) == to }) {
			continue
		}
		links = append(links, l)
	}
	return links
}

func (n *note) list(p *sheet) {
	p.tag("ul")
	shown := n.items[:min(len(n.items), maxItems)]
	for _, it := range shown {
		p.tag("li")
		p.link(it.link, firstLine(it.text))
		if it.by != "" {
			p.run(" (")
			p.line(it.by)
			p.run(")")
		}
		p.end("li")
	}
	if more := n.more + len(n.items) - len(shown); more > 0 {
		p.tag("li")
		p.run(count(p.lang, more))
		p.end("li")
	}
	p.end("ul")
}

// writeMarkup appends s to the message as HTML; markup says in which syntax s is written.
func (p *sheet) writeMarkup(s string, markup syntax) {
	switch markup {
	case markdown:
		p.markdown(s)
	case chatMarkup:
		p.chatMarkup(s)
	case htmlText:
		p.rawHTML(s)
	default:
		p.tag("p")
		p.text(s)
		p.end("p")
	}
}

// stated returns the word for a state in the language lang, followed in parentheses by
// the tool's own word if that differs: «échec (failed)». A state for which there is no
// word comes back as it is.
func stated(lang, state string) string {
	said := word(lang, strings.ToLower(state))
	if strings.EqualFold(said, state) {
		return state
	}
	return said + " (" + state + ")"
}

// kindOf returns the name of a kind in the language lang, with a capital letter. If
// webhook-words.html has no name for the kind, it returns the tool's own word, with a
// capital letter only if lang is English.
func kindOf(lang, kind string) string {
	if said := word(lang, kind); said != kind || locale.DataLanguage(lang) == "en" {
		return capital(said)
	}
	if _, known := locale.Word(lang, "webhook "+kind); known {
		return capital(kind)
	}
	return kind
}

func capital(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}

// sign returns the emoji at the start of the note: its own mark, or else the one for
// its state; empty if there is none.
func (n *note) sign() string {
	if n.mark != "" {
		return n.mark
	}
	return signs[strings.ToLower(n.state)]
}

// signs maps states, in lower case, to emojis.
var signs = map[string]string{
	"firing": "🔴", "alerting": "🔴", "alarm": "🔴", "down": "🔴", "failed": "🔴", "failure": "🔴", "fail": "🔴", "error": "🔴",
	"triggered": "🔴", "critical": "🔴", "fatal": "🔴", "build-error": "🔴", "crashed-error": "🔴", "timeout-error": "🔴",
	"hook-error": "🔴", "aborted": "🟠", "timed_out": "🔴", "major_outage": "🔴", "partial_outage": "🟠", "investigating": "🔴",
	"hard_bounce": "🔴", "blocked": "🔴", "spam": "🔴", "invalid_email": "🔴", "soft_bounce": "🟠",
	"warning": "🟠", "identified": "🟠", "no_data": "🟠", "nodata": "🟠", "degraded_performance": "🟠", "acknowledged": "🟠", "pending": "🟡",
	"monitoring": "🟡", "under_maintenance": "🔧", "in_progress": "🔵", "running": "🔵", "scheduled": "🗓️", "verifying": "🟡",
	"resolved": "✅", "ok": "✅", "up": "✅", "success": "✅", "passed": "✅", "operational": "✅", "completed": "✅", "fixed": "✅",
	"opened": "🟢", "open": "🟢", "reopened": "🟢", "reopen": "🟢", "created": "🟢", "published": "📦", "merged": "🟣", "merge": "🟣",
	"closed": "⚪", "close": "⚪", "deleted": "⚪", "canceled": "⚪", "cancelled": "⚪", "skipped": "⚪",
}
