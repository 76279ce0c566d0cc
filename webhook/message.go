package webhook

import (
	"regexp"
	"strings"
	"time"

	"heraut/locale"
)

// Message is the content of a tool's request, as HTML in one language. If its method
// HTML returns an empty text, there is nothing to post.
type Message struct {
	// Tool names the body's shape: "alertmanager", "slack", "json"…
	Tool  string
	Notes []Note
}

// Note is the HTML of one event that a tool reports.
type Note struct {
	// Head says on one line what happened; Rest holds the remaining text in
	// paragraphs. A message that a person or a script wrote has no Head.
	Head, Rest string
	// Alert identifies an alert within its hook, so that later notes can update or
	// end it; empty if nothing ends it. Over reports that this note ends it.
	Alert string
	Over  bool
}

// HTML returns the note in the form in which the bot posts it.
func (n Note) HTML() string {
	if n.Head == "" {
		return n.Rest
	}
	// The first paragraph of Rest continues the paragraph of the head.
	if after, ok := strings.CutPrefix(n.Rest, "<p>"); ok {
		return "<p>" + n.Head + "<br>" + after
	}
	return "<p>" + n.Head + "</p>" + n.Rest
}

// HTML returns all notes of the message as one HTML text, as the bot posts it.
func (m Message) HTML() string {
	var b strings.Builder
	for _, n := range m.Notes {
		b.WriteString(n.HTML())
	}
	return b.String()
}

// maxNotes is the number of notes that a message shows.
const maxNotes = 10

// Read returns the message of b in the language lang, with times in zone. A body that
// is no JSON gives its text, and JSON of unknown format its usual fields and an
// excerpt. The error is an *UnreadableError.
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

// Check returns nil if the body b can be read, and otherwise an *UnreadableError with
// the reason.
func Check(b Body) error {
	_, err := decode(b)
	return err
}

// readText returns the message of a body that is not JSON: its text, after the title
// in the header Title if there is one.
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
	out.writeMarkup(p.text, p.syntax)
	return Message{"text", []Note{{Rest: out.done()}}}
}

// reader holds the context in which a body of a known format is read: the language and
// time zone of the message, the request's headers, and the objects of the body.
type reader struct {
	lang   string
	zone   *time.Location
	header map[string]string
	all    []object // the objects of the body: itself, or the elements of its array
}

// shape is the format of one tool's requests: its name, a function that recognises
// it, and one that reads a body. That is read, which returns notes, or, for messages
// that a person or a script wrote, chat, which writes the message itself.
type shape struct {
	name string
	is   func(r *reader, o object) bool
	read func(r *reader, o object) []*note
	// chat replaces read for messages that a person or a script wrote.
	chat func(p *sheet, o object)
}

// message returns the message of o, a body in this format, with times in the reader's
// zone. If the body has more than maxNotes notes, a line with the number of the surplus
// notes stands in their place; but if the first surplus note is about an alert, all
// notes stay. ok is false if the body gives no note or, in the format of a chat, no
// text to post.
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

// isTime matches values that are a moment.
var isTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$`)

// local turns value, a time in the format of RFC 3339, into a text for people, in the
// reader's time zone. For a year before 1990, by which tools write «never», it returns
// "". A text that is no such time comes back unchanged.
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

// bare returns HTML without its tags and on one line. It leaves entities as they are.
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

// count returns a line of text that says in the language lang how many things, n, a
// message leaves out.
func count(lang string, n int) string { return locale.Others(lang, n) }
