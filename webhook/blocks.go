package webhook

import (
	"cmp"
	"strconv"
	"strings"
)

// blocks adds the texts, images, tables and links of all, the blocks of a message, to
// the pieces to write. Blocks are Slack's layout format (Block Kit), which Mattermost
// also has.
func (w *writer) blocks(all []object) {
	for _, b := range all {
		w.block(b)
	}
}

func (w *writer) block(b object) {
	switch b.str("type") {
	case "header":
		w.add(piece{text: textIn(b, "text"), style: "strong"})
	case "section", "context":
		w.blockText(b)
		for _, f := range b.objects("fields") {
			w.field(f)
		}
		for _, e := range b.objects("elements") {
			w.element(e)
		}
		w.element(b.obj("accessory"))
	case "actions":
		for _, e := range b.objects("elements") {
			w.button(e)
		}
	case "button":
		w.button(b)
	case "image":
		w.element(b)
	case "rich_text":
		for _, e := range b.objects("elements") {
			w.richText(e)
		}
	case "markdown":
		w.add(piece{text: textIn(b, "text"), syntax: markdown})
	case "video":
		w.add(piece{text: cmp.Or(b.str("title", "text"), b.str("alt_text")), link: b.first("title_url", "video_url")})
	case "table":
		w.table(b)
	case "input":
		w.add(piece{text: textIn(b, "label"), syntax: plainText})
	case "divider", "file":
	default: // Mattermost's, and future ones
		w.blockText(b)
		w.blocks(b.objects("blocks"))
		w.blocks(b.objects("children"))
		w.blocks(b.objects("content"))
	}
}

// blockText adds the text of a block to the pieces to write. The text has Slack's
// markup, unless its type is plain_text.
func (w *writer) blockText(b object) {
	markup := chatMarkup
	if b.str("text", "type") == "plain_text" {
		markup = plainText
	}
	w.add(piece{text: textIn(b, "text"), syntax: markup})
}

// field adds f, one field of a Slack section, to the pieces to write. If the text of f
// has two lines and the first one is bold, the first line becomes the label of the
// second one.
func (w *writer) field(f object) {
	text := textIn(f, "text")
	label, value, ok := strings.Cut(text, "\n")
	label = strings.TrimSpace(label)
	isLabel := len(label) > 2 && strings.HasPrefix(label, "*") && strings.HasSuffix(label, "*")
	if ok && isLabel && !strings.Contains(strings.TrimSpace(value), "\n") {
		w.add(piece{label: strings.Trim(label, "*: "), text: strings.TrimSpace(value), line: true, syntax: chatMarkup})
		return
	}
	w.add(piece{text: text, syntax: chatMarkup})
}

// element adds one element of a Slack block (a text, an image or a button) to the
// pieces to write. It ignores other elements.
func (w *writer) element(e object) {
	switch e.str("type") {
	case "":
	case "image":
		label := cmp.Or(textIn(e, "title"), e.str("alt_text"), word(w.lang, "image"))
		w.add(piece{text: label, link: imageLink(e.str("image_url")), line: true})
	case "button":
		w.button(e)
	case "plain_text", "mrkdwn":
		markup := chatMarkup
		if e.str("type") == "plain_text" {
			markup = plainText
		}
		w.add(piece{text: e.str("text"), syntax: markup, line: true})
	}
}

// table adds each row of a table block to the pieces to write, as a line with its
// cells separated by «|».
func (w *writer) table(b object) {
	for _, row := range b.list("rows") {
		cells, _ := row.([]any)
		var texts []string
		for _, cell := range objectsOf(cells) {
			text := cell.str("text")
			if text == "" {
				text = richLine(w.lang, cell)
			}
			texts = append(texts, text)
		}
		w.add(piece{text: strings.Join(texts, " | "), line: true})
	}
}

// richText adds an element of a Slack rich text (a list, a quote, code or a section)
// to the pieces to write.
func (w *writer) richText(e object) {
	switch e.str("type") {
	case "rich_text_list":
		for i, line := range e.objects("elements") {
			mark := "• "
			if e.str("style") == "ordered" {
				mark = strconv.Itoa(i+1) + ". "
			}
			indent := strings.Repeat("– ", min(len(e.str("indent")), 1))
			if e.str("indent") == "0" {
				indent = ""
			}
			w.add(piece{text: indent + mark + richLine(w.lang, line), syntax: chatMarkup, line: true})
		}
	case "rich_text_preformatted":
		w.add(piece{text: decoded(w.lang, richLine(w.lang, e)), code: true})
	case "rich_text_quote":
		lines := strings.Split(richLine(w.lang, e), "\n")
		w.add(piece{text: "&gt; " + strings.Join(lines, "\n&gt; "), syntax: chatMarkup})
	default:
		w.add(piece{text: richLine(w.lang, e), syntax: chatMarkup})
	}
}

var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// richLine returns the parts of o, a Slack rich text (texts, links, mentions…), as one
// string in mrkdwn, Slack's markup. Mentions of persons, groups and channels become
// general words such as «@member» in the language lang; a mention of all members, such
// as «@here», stays.
func richLine(lang string, o object) string {
	var b strings.Builder
	for _, e := range o.objects("elements") {
		var s string
		switch e.str("type") {
		case "text":
			raw, _ := e["text"].(string)
			s = escapeText.Replace(raw)
		case "link":
			s = "<" + escapeText.Replace(e.str("url"))
			if label := e.str("text"); label != "" {
				s += "|" + escapeText.Replace(label)
			}
			s += ">"
		case "emoji":
			s = ":" + e.str("name") + ":"
		case "user":
			s = "@" + word(lang, "member")
		case "usergroup":
			s = "@" + word(lang, "group")
		case "channel":
			s = word(lang, "channel")
		case "broadcast":
			s = "@" + e.str("range")
		case "date":
			s = escapeText.Replace(e.str("fallback"))
		case "color":
			s = escapeText.Replace(e.str("value"))
		default:
			s = richLine(lang, e)
		}
		style := e.obj("style")
		for _, sign := range []struct{ name, mark string }{{"code", "`"}, {"strike", "~"}, {"italic", "_"}, {"bold", "*"}} {
			if style.str(sign.name) == "true" && strings.TrimSpace(s) != "" && !strings.Contains(s, "\n") {
				core := strings.TrimSpace(s)
				s = strings.Replace(s, core, sign.mark+core+sign.mark, 1)
			}
		}
		b.WriteString(s)
	}
	return b.String()
}
