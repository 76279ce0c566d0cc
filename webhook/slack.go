package webhook

import (
	"cmp"
	"slices"
	"strings"

	"heraut/locale"
)

// isChat reports whether o is a message for an incoming webhook of a chat (Slack,
// Mattermost, hookshot, Discord and others), or an event by which Slack reports a
// message.
func isChat(_ *reader, o object) bool {
	if o.obj("event").str("type") == "message" || o.str("type") == "message" && o.has("message") {
		return true
	}
	if isOtherChat(o) || o.str("@type") == "MessageCard" || len(o.list("embeds")) > 0 || o.str("content") != "" && o.has("username") {
		return true
	}
	return len(o.list("attachments")) > 0 && !o.has("object_kind") || len(o.list("blocks")) > 0 ||
		(textIn(o, "text") != "" || o.str("html") != "") && !o.has("alerts") && !o.has("repository")
}

// textIn returns the text under a key of o, which holds a string, or an object whose
// "text" is the string; empty for anything else.
func textIn(o object, key string) string { return cmp.Or(o.str(key), o.str(key, "text")) }

// chatMessage appends a message that a tool formatted for a chat's incoming webhook,
// such as Slack's, to p.
func chatMessage(p *sheet, o object) {
	if event := o.obj("event"); event.str("type") == "message" {
		slackEvent(p, event)
		return
	}
	if o.str("type") == "message" && o.has("message") {
		slackEvent(p, o)
		return
	}
	w := writer{sheet: p}
	if name := o.first("username", "user_name"); name != "" {
		w.add(piece{text: name, style: "strong"})
	}
	switch {
	case o.str("html") != "":
		html, _ := locale.Quote(cleaned(p.lang, o.str("html")), cleaned(p.lang, textIn(o, "text")), maxText)
		w.flush()
		p.write(html)
		return
	case o.str("@type") == "MessageCard":
		w.card(o)
	case isOtherChat(o):
		w.otherChat(o)
	default:
		w.message(o)
	}
	w.flush()
}

// slackEvent appends the message that Slack reports in an event to p. It ignores the
// rich text of the event if there is plain text, which says the same and also names the
// channels.
func slackEvent(p *sheet, o object) {
	if inner := o.obj("message"); len(inner) > 0 {
		o = inner
	}
	w := writer{sheet: p}
	files := o.objects("files")
	if text := textIn(o, "text"); text != "" {
		o = object{"text": text, "attachments": o["attachments"]}
	}
	w.message(o)
	for _, f := range files {
		w.add(piece{text: f.first("title", "name"), link: imageLink(f.str("permalink")), line: true})
	}
	w.flush()
}

// piece is a text of a chat message, with how to show it: its markup, label, link and
// style.
type piece struct {
	text   string
	syntax syntax
	style  string // a tag around the text; empty: none
	link   string
	label  string // precedes the text
	line   bool   // continues the paragraph before
	code   bool
}

// writer collects the pieces of a chat message until flush writes them. It does not
// write them at once, because senders repeat texts: flush leaves out a repeated one.
type writer struct {
	*sheet
	pieces []piece
}

func (w *writer) add(all ...piece) {
	for _, p := range all {
		if p.text != "" || address(p.link) != "" {
			w.pieces = append(w.pieces, p)
		}
	}
}

// message adds the text, the blocks and the attachments of a message for Slack,
// Mattermost or Discord to the pieces to write. It leaves out the text if the blocks
// give a piece, since clients then show the text only in notifications.
func (w *writer) message(o object) {
	blocks := o.objects("blocks")
	text := piece{text: textIn(o, "text"), syntax: chatMarkup}
	if strings.EqualFold(o.str("parse_mode"), "html") { // Telegram's
		text.syntax = htmlText
	}
	if text.text == "" {
		text.text = o.str("content") // Discord's
	}
	w.add(text)
	before := len(w.pieces)
	w.blocks(blocks)
	if len(w.pieces) > before && len(blocks) > 0 && text.text != "" {
		// If there are blocks, clients show the text only in notifications.
		w.pieces = slices.Delete(w.pieces, before-1, before)
	}
	w.blocks(o.objects("props", "mm_blocks"))
	for _, a := range o.objects("attachments") {
		w.attachment(a)
	}
	for _, a := range o.objects("props", "attachments") {
		w.attachment(a)
	}
	for _, e := range o.objects("embeds") {
		w.embed(e)
	}
	if len(w.pieces) == 0 {
		w.add(piece{text: o.str("fallback"), syntax: chatMarkup})
	}
}

// attachment adds the texts, fields, images and link buttons of an attachment, as Slack
// and Mattermost have them, to the pieces to write; its field fallback if it has none
// of these.
func (w *writer) attachment(a object) {
	before := len(w.pieces)
	w.add(
		piece{text: a.str("pretext"), syntax: chatMarkup},
		piece{text: a.str("author_name"), link: a.str("author_link")},
		piece{text: a.str("title"), link: a.str("title_link"), style: "strong", syntax: chatMarkup},
		piece{text: textIn(a, "text"), syntax: chatMarkup},
	)
	w.blocks(a.objects("blocks"))
	for _, f := range a.objects("fields") {
		title, value := textIn(f, "title"), textIn(f, "value")
		switch value {
		case "":
			w.add(piece{text: title, line: true, syntax: chatMarkup})
		default:
			w.add(piece{label: title, text: value, line: true, syntax: chatMarkup})
		}
	}
	w.add(piece{text: word(w.lang, "image"), link: imageLink(a.str("image_url")), line: true})
	w.add(piece{text: word(w.lang, "image"), link: imageLink(a.str("thumb_url")), line: true})
	for _, action := range a.objects("actions") {
		w.button(action)
	}
	w.add(piece{text: a.str("footer"), style: "em", line: true, syntax: chatMarkup})
	if len(w.pieces) == before {
		w.add(piece{text: a.str("fallback"), syntax: chatMarkup})
	}
}

// imageLink returns raw, the address of an image, if a message may link to it.
// Otherwise it returns "-", by which flush leaves the piece out.
func imageLink(raw string) string {
	if address(raw) == "" {
		return "-"
	}
	return raw
}

// button adds a button that opens a web page to the pieces to write. It ignores one
// that triggers an action in the sending tool.
func (w *writer) button(b object) {
	label := cmp.Or(textIn(b, "text"), b.first("name", "label", "title"))
	if to := b.str("url"); address(to) != "" && b.obj("integration") == nil {
		w.add(piece{text: label, link: to, line: true})
	}
}

// embed adds the author, title, text, fields and footer of an embed, Discord's kind of
// attachment, to the pieces to write. It leaves out images.
func (w *writer) embed(e object) {
	w.add(
		piece{text: e.str("author", "name"), link: e.str("author", "url")},
		piece{text: e.str("title"), link: e.str("url"), style: "strong", syntax: markdown},
		piece{text: e.str("description"), syntax: markdown},
	)
	for _, f := range e.objects("fields") {
		w.add(piece{label: f.str("name"), text: f.str("value"), line: true, syntax: chatMarkup})
	}
	w.add(piece{text: e.str("footer", "text"), style: "em", line: true})
}

// card adds the texts, facts and links of a connector card, the older format for Teams,
// to the pieces to write. It leaves out images.
func (w *writer) card(o object) {
	w.add(piece{text: o.first("title", "summary"), style: "strong"}, piece{text: o.str("text"), syntax: markdown})
	for _, s := range o.objects("sections") {
		w.add(piece{text: s.first("activityTitle", "title"), syntax: markdown}, piece{text: s.first("activitySubtitle"), syntax: markdown},
			piece{text: s.first("activityText", "text"), syntax: markdown})
		for _, f := range s.objects("facts") {
			w.add(piece{label: f.str("name"), text: f.str("value"), line: true, syntax: chatMarkup})
		}
	}
	for _, a := range o.objects("potentialAction") {
		for _, target := range a.objects("targets") {
			w.add(piece{text: a.str("name"), link: target.str("uri"), line: true})
		}
	}
}

// flush writes the collected pieces to the message, except images that must not become
// a link and repeated texts without a link or a label, and forgets all pieces.
func (w *writer) flush() {
	texts := make([]string, len(w.pieces))
	for i, p := range w.pieces {
		texts[i] = comparisonForm(p.text)
	}
	for i, p := range w.pieces {
		if p.link == "-" {
			continue
		}
		if repeated(texts, i) && p.link == "" && p.label == "" {
			continue
		}
		w.piece(p)
	}
	w.end("p")
	w.pieces = nil
}

// comparisonForm returns a text in lower case, without signs of markup and with single
// spaces, to find repetitions.
func comparisonForm(s string) string {
	s = strings.NewReplacer("*", "", "_", "", "`", "", "~", "").Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// repeated reports whether texts[i] occurs in a longer one of texts, or in an earlier
// one. Texts of less than 12 bytes do not count as repeated.
func repeated(texts []string, i int) bool {
	if len(texts[i]) < 12 {
		return false
	}
	for j, other := range texts {
		if j != i && strings.Contains(other, texts[i]) && (len(other) > len(texts[i]) || j < i) {
			return true
		}
	}
	return false
}

func (w *writer) piece(p piece) {
	if p.code {
		w.code(p.text)
		return
	}
	simple := p.style != "" || p.link != "" || p.line
	if !simple {
		w.end("p")
		w.writeMarkup(p.text, p.syntax)
		w.end("p")
		return
	}
	lines := strings.Contains(p.text, "\n") || isMarkdown.MatchString(p.text)
	if p.line && w.in("p") {
		w.br()
	} else {
		w.blockTag("p")
	}
	if p.label != "" {
		w.label(decoded(w.lang, p.label))
	}
	if p.style != "" {
		w.tag(p.style)
	}
	switch {
	case p.link != "":
		w.link(p.link, decoded(w.lang, strings.NewReplacer("**", "", "`", "").Replace(p.text)))
	case p.syntax == chatMarkup && !lines:
		w.inline(p.text, 0)
	case p.syntax == chatMarkup || p.syntax == markdown:
		if p.style != "" {
			w.end(p.style)
		}
		w.end("p")
		w.writeMarkup(p.text, p.syntax)
		return
	default:
		w.line(p.text)
	}
	if p.style != "" {
		w.end(p.style)
	}
}
