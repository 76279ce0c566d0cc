package webhook

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"heraut/locale"
	"heraut/text"
)

// sheet is the HTML of one message while it is written. The HTML holds only tags that
// Matrix clients show, closes each of them, and its texts ping nobody. A sheet takes a
// limited number of characters: after them it ignores everything.
type sheet struct {
	lang string
	out  []byte
	open []string
	left int // the characters that still fit
	cut  bool
	// fresh reports that the line has no text yet.
	fresh bool
}

// maxText bounds the characters of a message.
const maxText = 4000

func newSheet(lang string) *sheet { return &sheet{lang: lang, left: maxText, fresh: true} }

// done closes the tags that are still open, and returns the HTML of the message.
func (p *sheet) done() string {
	for len(p.open) > 0 {
		p.end(p.open[len(p.open)-1])
	}
	return strings.ReplaceAll(string(p.out), "<p></p>", "")
}

// tag appends an opening tag to the message, unless the message is full.
func (p *sheet) tag(name string) {
	if p.cut {
		return
	}
	p.write("<" + name + ">")
	p.open = append(p.open, name)
	if block(name) {
		p.fresh = true
	}
}

// blockTag appends the opening tag of a block, such as a list, after it ends an open
// paragraph.
func (p *sheet) blockTag(name string) {
	p.end("p")
	p.tag(name)
}

// end closes the innermost tag of that name, and the tags within it. It does nothing if
// none is open.
func (p *sheet) end(name string) {
	at := len(p.open) - 1
	for at >= 0 && p.open[at] != name {
		at--
	}
	if at < 0 {
		return
	}
	for len(p.open) > at {
		last := p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		p.trimEnd(last)
		p.write("</" + last + ">")
	}
	if block(name) {
		p.fresh = true
	}
}

// trimEnd removes spaces and line breaks at the end of the message, before the named
// tag is closed. It does so for block tags only.
func (p *sheet) trimEnd(name string) {
	for block(name) {
		before := len(p.out)
		p.trimSpace()
		p.out = bytes.TrimSuffix(p.out, []byte("<br>"))
		if len(p.out) == before {
			return
		}
	}
}

func (p *sheet) trimSpace() { p.out = bytes.TrimRight(p.out, " ") }

func (p *sheet) write(s string) { p.out = append(p.out, s...) }

func block(name string) bool {
	return slices.Contains([]string{"p", "ul", "ol", "li", "blockquote", "pre"}, name)
}

// in reports whether a tag of that name is open.
func (p *sheet) in(name string) bool { return slices.Contains(p.open, name) }

// br appends a line break to the message, unless the present line is still empty.
func (p *sheet) br() {
	if !p.fresh && !p.cut {
		p.trimSpace()
		p.write("<br>")
		p.fresh = true
	}
}

// text appends plain text to the message. Its line breaks stay, and web addresses
// become links.
func (p *sheet) text(s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			p.br()
		}
		p.line(line)
	}
}

// line appends a plain text of one line to the message. Web addresses become links,
// and codes such as «:warning:» emoji.
func (p *sheet) line(s string) {
	s = emoji(s)
	for s != "" {
		at := inText.FindStringIndex(s)
		switch {
		case at == nil:
			p.run(s)
			return
		case p.in("a"):
			p.run(cleaned(p.lang, s))
			return
		}
		raw := trimAddress(s[at[0]:at[1]])
		p.run(s[:at[0]])
		p.link(raw, raw)
		s = s[at[0]+len(raw):]
	}
}

// link appends a link with that label to the message; the label alone if raw must not
// become a link. A label that is itself a web address is replaced by the link's real
// target, so that nobody is misled, or by a placeholder if there must be no link.
func (p *sheet) link(raw, label string) {
	to := address(raw)
	label = strings.Join(strings.Fields(label), " ")
	isAddress := inText.MatchString(label) && !strings.Contains(label, " ")
	switch {
	case p.cut:
	case to == "" && isAddress:
		p.run(word(p.lang, "link-removed"))
	case to == "" || p.in("a"):
		p.line(label)
	default:
		if label == "" || isAddress {
			label = to
		}
		p.tagWith(`<a href="`+html.EscapeString(to)+`">`, "a")
		p.run(emoji(cleaned(p.lang, label)))
		p.end("a")
	}
}

func (p *sheet) tagWith(open, name string) {
	p.write(open)
	p.open = append(p.open, name)
}

// run appends as much of a plain text of one line as fits into the message, without
// looking for links. If it does not fit, run ends it with «…» and sets p.cut: the
// message is full.
func (p *sheet) run(s string) {
	if p.cut || s == "" {
		return
	}
	s = locale.Inert(s)
	if p.fresh {
		s = strings.TrimLeft(s, " ")
	}
	if s == "" {
		return
	}
	s = singleSpaces(s)
	if n := utf8.RuneCountInString(s); n > p.left {
		s, p.cut = text.Shorten(s, max(p.left, 1)), true
		if !strings.HasSuffix(s, "…") {
			s += "…"
		}
	} else {
		p.left -= n
	}
	p.write(html.EscapeString(s))
	p.fresh = false
}

func singleSpaces(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

// code appends a block of code to the message, as it is but for secrets in web
// addresses and tabs, which become spaces. If it does not fit, code ends it with a line
// «…» and sets p.cut: the message is full.
func (p *sheet) code(s string) {
	if p.cut {
		return
	}
	p.blockTag("pre")
	p.tag("code")
	lines := strings.Split(strings.Trim(cleaned(p.lang, s), "\r\n"), "\n")
	for i, line := range lines {
		line = locale.Inert(strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\r "))
		n := utf8.RuneCountInString(line) + 1
		if n > p.left {
			p.write("\n…")
			p.cut = true
			break
		}
		p.left -= n
		if i > 0 {
			p.write("\n")
		}
		p.write(html.EscapeString(line))
	}
	p.end("pre")
	p.fresh = true
}

// label appends a label to the message with a colon and a space, as the language
// writes them, before a value.
func (p *sheet) label(s string) {
	p.line(strings.TrimRight(s, " :\u00a0"))
	p.run(word(p.lang, "colon") + " ")
}

// word returns the word for name in the language lang, from webhook-words.html; name
// itself if that has no such word.
func word(lang, name string) string {
	if w, ok := locale.Word(lang, "webhook "+name); ok {
		return w
	}
	return name
}
