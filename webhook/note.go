package webhook

import (
	"slices"
	"strings"

	"heraut/locale"
)

// note is one thing that a tool tells: what happened, to what, in which state, by
// whom, and where to look.
type note struct {
	mark  string // the emoji that it starts with; empty: that of state
	kind  string // what it is about: a name of webhook-words.html, or the tool's own word
	ref   string // its number or key: "#12"
	title string
	link  string
	state string // as the tool says it: "opened", "firing"
	by    string // who did it, as the tool says
	where string // the repository, the project, the service
	facts []fact
	links []place
	items []item // commits and the like
	more  int    // items that there are besides
	body  string
	// syntax is how body is written.
	syntax syntaxOf
	// code is shown as it is.
	code string

	// alert identifies what is told of again when it goes on, and when it ends
	// (over); empty if nothing ends it.
	alert string
	over  bool
}

// fact is a name and a value. The name is one of webhook-words.html, or the tool's.
type fact struct{ name, value string }

// place is a link with a name of webhook-words.html.
type place struct{ name, link string }

// item is a line of a list.
type item struct{ text, link, by string }

const (
	maxItems = 8
	maxFacts = 12
	maxBody  = 1500
)

// with appends facts that have a value.
func (n *note) with(namesAndValues ...string) *note {
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		if namesAndValues[i+1] != "" {
			n.facts = append(n.facts, fact{namesAndValues[i], namesAndValues[i+1]})
		}
	}
	return n
}

// see appends links that there are.
func (n *note) see(namesAndLinks ...string) *note {
	for i := 0; i+1 < len(namesAndLinks); i += 2 {
		if namesAndLinks[i+1] != "" {
			n.links = append(n.links, place{namesAndLinks[i], namesAndLinks[i+1]})
		}
	}
	return n
}

// head writes the line that says what happened, without tags of blocks.
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

// rest writes what follows the head.
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
		p.write0(body, n.syntax)
		p.cut, p.left = false, left-(min(left, maxBody)-p.left)
		p.end("blockquote")
	}
	if n.code != "" {
		p.code(n.code)
	}
	return p.done()
}

// shown are the links that may be posted, each once.
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

// write0 writes a text in its syntax.
func (p *sheet) write0(s string, syntax syntaxOf) {
	switch syntax {
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

// stated says a state in the language, and as the tool says it.
func stated(lang, state string) string {
	said := word(lang, strings.ToLower(state))
	if strings.EqualFold(said, state) {
		return state
	}
	return said + " (" + state + ")"
}

// kindOf says what a note is about; the tool's own word stays as it is.
func kindOf(lang, kind string) string {
	if said := word(lang, kind); said != kind || lang == "en" {
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

// sign is the emoji that the note starts with.
func (n *note) sign() string {
	if n.mark != "" {
		return n.mark
	}
	return signs[strings.ToLower(n.state)]
}

// signs are the emojis of states, in lower case.
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
