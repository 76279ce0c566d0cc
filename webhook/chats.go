package webhook

import (
	"cmp"
	"net/url"
	"strings"
)

// isOtherChat reports whether o is a message for an incoming webhook of Teams (adaptive
// cards), Google Chat, Matrix, DingTalk, WeCom or Feishu. Code hosts and monitors can
// send these formats.
func isOtherChat(o object) bool {
	return len(adaptiveCards(o)) > 0 || len(o.list("cardsV2")) > 0 || len(o.list("cards")) > 0 ||
		strings.HasPrefix(o.str("msgtype"), "m.") && o.str("body") != "" || len(asian(o)) > 0
}

// otherChat adds the texts and links of a message for Teams, Google Chat, Matrix,
// DingTalk, WeCom or Feishu to the pieces to write.
func (w *writer) otherChat(o object) {
	w.add(piece{text: o.str("text"), syntax: chatMarkup})
	for _, card := range adaptiveCards(o) {
		w.adaptive(card)
	}
	for _, c := range append(o.objects("cardsV2"), o.objects("cards")...) {
		if inner := c.obj("card"); len(inner) > 0 {
			c = inner
		}
		w.googleCard(c)
	}
	if o.str("body") != "" {
		w.add(piece{text: o.str("body"), syntax: chatMarkup})
	}
	if message := asian(o); len(message) > 0 {
		w.asian(message)
	}
}

// adaptiveCards returns the adaptive cards, Microsoft's layout format, in a message
// for Teams; nil if there are none.
func adaptiveCards(o object) (cards []object) {
	if o.str("type") == "AdaptiveCard" {
		return []object{o}
	}
	for _, a := range o.objects("attachments") {
		if card := a.obj("content"); card.str("type") == "AdaptiveCard" {
			cards = append(cards, card)
		}
	}
	return cards
}

// adaptive adds the texts, facts, images, table rows and links of an adaptive card, or
// of an element of one, to the pieces to write. It adds those that the card hides at
// first too, and leaves out inputs and buttons that open no page.
func (w *writer) adaptive(o object) {
	switch o.str("type") {
	case "TextBlock":
		p := piece{text: o.str("text"), syntax: markdown}
		if style := strings.ToLower(o.str("weight")); style == "bolder" {
			p.style = "strong"
		}
		w.add(p)
	case "RichTextBlock":
		var b strings.Builder
		for _, run := range o.list("inlines") {
			if m, ok := run.(map[string]any); ok {
				raw, _ := m["text"].(string)
				b.WriteString(raw)
			} else {
				raw, _ := run.(string)
				b.WriteString(raw)
			}
		}
		w.add(piece{text: b.String()})
	case "FactSet":
		for _, f := range o.objects("facts") {
			w.add(piece{label: f.str("title"), text: f.str("value"), line: true, syntax: chatMarkup})
		}
	case "Image":
		w.add(piece{text: cmp.Or(o.str("altText"), word(w.lang, "image")), link: imageLink(o.str("url")), line: true})
	case "TableRow":
		var cells []string
		for _, cell := range o.objects("cells") {
			cells = append(cells, strings.Join(names(cell.list("items"), "text"), " "))
		}
		w.add(piece{text: strings.Join(cells, " | "), line: true})
		return
	case "Action.OpenUrl":
		w.add(piece{text: o.str("title"), link: o.str("url"), line: true})
	}
	for _, key := range []string{"body", "items", "columns", "rows", "actions"} {
		for _, part := range o.objects(key) {
			w.adaptive(part)
		}
	}
}

// googleCard adds the titles, texts and buttons of a card for Google Chat, in version 1
// or 2 of its format, to the pieces to write. It leaves out images.
func (w *writer) googleCard(card object) {
	w.add(piece{text: card.str("header", "title"), style: "strong"}, piece{text: card.str("header", "subtitle"), line: true})
	for _, s := range card.objects("sections") {
		w.add(piece{text: s.str("header"), style: "strong"})
		for _, widget := range s.objects("widgets") {
			text := widget.obj("decoratedText")
			if len(text) == 0 {
				text = widget.obj("keyValue")
			}
			w.add(
				piece{text: widget.str("textParagraph", "text"), syntax: htmlText},
				piece{label: text.str("topLabel"), text: text.first("text", "content"), line: true, syntax: htmlText},
			)
			for _, b := range append(widget.objects("buttons"), widget.objects("buttonList", "buttons")...) {
				if inner := b.obj("textButton"); len(inner) > 0 {
					b = inner
				}
				w.add(piece{text: b.str("text"), link: b.str("onClick", "openLink", "url"), line: true})
			}
		}
	}
}

// asian returns the object that holds the content of the message in o, a body for
// DingTalk, WeCom or Feishu. It is empty if o is none of these, or has no content.
func asian(o object) object {
	if kind := o.str("msgtype"); kind != "" {
		return o.obj(kind)
	}
	switch o.str("msg_type") {
	case "":
		return nil
	case "interactive":
		return o.obj("card")
	}
	return o.obj("content")
}

// inBrowser returns an address that opens in a browser. A dingtalk:// link opens a web
// page in DingTalk's client: for such a link, the result is the address of that page,
// or "" if the link names none. Any other address comes back unchanged.
func inBrowser(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "dingtalk" {
		return raw
	}
	return u.Query().Get("url")
}

// asian adds the titles, texts and links of a message for DingTalk, WeCom or Feishu to
// the pieces to write. message is the object inside the request's body that holds the
// content, such as the one under the key "card".
func (w *writer) asian(message object) {
	w.add(
		piece{text: cmp.Or(message.str("title"), message.str("header", "title", "content")), style: "strong"},
		piece{text: message.first("text", "content", "markdown"), syntax: chatMarkup},
		piece{text: message.str("singleTitle"), link: inBrowser(message.first("singleURL", "messageUrl")), line: true},
	)
	for _, b := range message.objects("btns") {
		w.add(piece{text: b.str("title"), link: inBrowser(b.str("actionURL")), line: true})
	}
	for _, e := range append(message.objects("elements"), message.objects("body", "elements")...) {
		w.add(piece{text: cmp.Or(e.str("text", "content"), e.str("content")), syntax: chatMarkup})
		for _, b := range e.objects("actions") {
			w.add(piece{text: b.str("text", "content"), link: b.first("url"), line: true})
		}
	}
	// A post comes in one or several languages, as lists of lines of parts.
	post := message.obj("post")
	if len(post) == 0 {
		return
	}
	text := post.obj(post.keys()[0])
	w.add(piece{text: text.str("title"), style: "strong"})
	for _, line := range text.list("content") {
		parts, _ := line.([]any)
		for _, part := range objectsOf(parts) {
			w.add(piece{text: part.first("text", "user_name"), link: part.str("href"), line: true})
		}
	}
}
