package webhook

import (
	"regexp"
	"strings"
	"time"

	"heraut/locale"
)

// Message is what a body says, in one language.
type Message struct {
	// Tool is the shape that the body has: "alertmanager", "slack", "json"…
	Tool  string
	Notes []Note
}

// Note is one thing that a message tells.
type Note struct {
	// Head says what happened on one line, and Rest all else, in paragraphs. A
	// message that a person or a script wrote has no Head.
	Head, Rest string
	// Alert identifies, for its hook, what is told of again while it goes on and
	// when it ends; empty if nothing ends it. Over tells that this is its end.
	Alert string
	Over  bool
}

// HTML is the note as it is posted.
func (n Note) HTML() string {
	if n.Head == "" {
		return n.Rest
	}
	// The first paragraph of the rest goes on after the head.
	if after, ok := strings.CutPrefix(n.Rest, "<p>"); ok {
		return "<p>" + n.Head + "<br>" + after
	}
	return "<p>" + n.Head + "</p>" + n.Rest
}

// HTML is the whole message.
func (m Message) HTML() string {
	var b strings.Builder
	for _, n := range m.Notes {
		b.WriteString(n.HTML())
	}
	return b.String()
}

// maxNotes is how many notes a message shows.
const maxNotes = 10

// Read says what b says, in the language lang, its times in zone. Its error is an *UnreadableError.
func Read(b Body, lang string, zone *time.Location) (Message, error) {
	p, err := decode(b)
	if err != nil {
		return Message{}, err
	}
	if p.value == nil {
		return readText(p, lang), nil
	}
	list, isList := p.value.([]any)
	o, _ := p.value.(map[string]any)
	if isList {
		if objects := objectsOf(list); len(objects) > 0 {
			o = objects[0]
		}
	}
	r := &reader{lang: lang, zone: zone, header: p.header, all: objectsOf(list)}
	if !isList {
		r.all = []object{o}
	}
	for _, s := range shapes {
		if !s.is(r, o) {
			continue
		}
		if m, ok := s.message(r, o); ok {
			m.Tool = s.name
			return m, nil
		}
	}
	m := r.unknown(p.value)
	m.Tool = "json"
	return m, nil
}

// Check reports whether b can be read. Its error is an *UnreadableError.
func Check(b Body) error {
	_, err := decode(b)
	return err
}

// readText is a body that is no JSON.
func readText(p payload, lang string) Message {
	out := newSheet(lang)
	if title := p.header["Title"] + p.header["X-Title"]; title != "" {
		out.tag("p")
		out.tag("strong")
		out.line(title)
		out.end("p")
	}
	if p.syntax == htmlText {
		quoted, _ := locale.Quote(cleaned(lang, p.text), "", maxText)
		return Message{"html", []Note{{Rest: out.done() + quoted}}}
	}
	out.write0(p.text, p.syntax)
	return Message{"text", []Note{{Rest: out.done()}}}
}

// reader reads a body of a known shape.
type reader struct {
	lang   string
	zone   *time.Location
	header map[string]string
	all    []object // the body's objects: itself, or those of its array
}

// shape is a tool's format: how it is recognised and read.
type shape struct {
	name string
	is   func(r *reader, o object) bool
	read func(r *reader, o object) []*note
	// chat, in place of read, writes a message that a person or a script wrote.
	chat func(p *sheet, o object)
}

// message reads a body that has the shape; ok is false when it tells nothing.
func (s shape) message(r *reader, o object) (m Message, ok bool) {
	if s.chat != nil {
		p := newSheet(r.lang)
		s.chat(p, o)
		html := p.done()
		return Message{Notes: []Note{{Rest: html}}}, bare(html) != ""
	}
	notes := s.read(r, o)
	for i, n := range notes {
		for i := range n.facts {
			n.facts[i].value = r.local(n.facts[i].value)
		}
		if i == maxNotes && n.alert == "" {
			p := newSheet(r.lang)
			p.tag("p")
			p.run(count(r.lang, len(notes)-maxNotes))
			m.Notes = append(m.Notes, Note{Rest: p.done()})
			break
		}
		m.Notes = append(m.Notes, Note{Head: n.head(r.lang), Rest: n.rest(r.lang), Alert: n.alert, Over: n.over})
	}
	return m, len(m.Notes) > 0
}

// isTime finds the values that are a moment.
var isTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$`)

// local says a moment as people read it, in the reader's zone; any other value stays.
func (r *reader) local(value string) string {
	if !isTime.MatchString(value) {
		return value
	}
	at := timeOf(value)
	if at.IsZero() {
		return ""
	}
	return at.In(r.zone).Format("2006-01-02 15:04")
}

// bare is the text of a message, roughly.
func bare(html string) string {
	var b strings.Builder
	inTag := false
	for _, r := range html {
		switch {
		case r == '<':
			inTag = true
		case r == '>':
			inTag = false
			b.WriteByte(' ')
		case !inTag:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// count says how many things are not shown.
func count(lang string, n int) string { return locale.Others(lang, n) }
