package locale

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"heraut/text"
)

// maxDepth is the deepest nesting of tags in a quoted message.
const maxDepth = 20

// Quote returns a message from elsewhere as HTML that is safe to show: with allowed
// tags only, without mentions, and with at most limit characters of text. source is the
// sender's HTML; when it is empty, shows no text or is nested too deeply, Quote uses
// plain. cut reports that the message was longer.
//
// Lists keep their numbers, spoilers stay hidden, code and plain text keep their lines
// and indentation. Append the result to a message from Render; a template would drop
// the line breaks of code.
func Quote(source, plain string, limit int) (quoted string, cut bool) {
	q := quoter{left: limit}
	if source == "" {
		q.lines(plain)
		return "<p>" + text.PingNobodyHTML(q.out.String()) + "</p>", q.cut
	}
	root := &nethtml.Node{Type: nethtml.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := nethtml.ParseFragment(strings.NewReader(strings.ToValidUTF8(source, "\uFFFD")), root)
	if err != nil { // too deep nesting of tags
		return Quote("", plain, limit)
	}
	for _, n := range nodes {
		q.node(n, 0, false)
	}
	out := strings.TrimSpace(q.out.String())
	for strings.HasSuffix(out, "<br>") {
		out = strings.TrimSuffix(out, "<br>")
	}
	out = text.PingNobodyHTML(out)
	switch {
	case strings.TrimSpace(tagsOut.Replace(out)) == "":
		return Quote("", plain, limit)
	case !strings.HasPrefix(out, "<p>") && !q.blocks:
		out = "<p>" + out + "</p>"
	}
	return out, q.cut
}

// tagsOut removes the simple tags, roughly, to recognise a message that holds only
// images.
var tagsOut = strings.NewReplacer("<p>", "", "</p>", "", "<br>", "", "<strong>", "", "</strong>", "", "<em>", "", "</em>", "")

// quoter is a writer that copies the HTML of a message from elsewhere, keeping only the
// allowed tags and at most a number of characters of text.
type quoter struct {
	out    strings.Builder
	left   int // remaining characters
	cut    bool
	blocks bool // has paragraphs or lists of its own
}

// shownAs maps tags to the tags in the quote.
var shownAs = map[atom.Atom]string{
	atom.P: "p", atom.Strong: "strong", atom.B: "strong", atom.Em: "em", atom.I: "em", atom.Del: "del", atom.S: "del",
	atom.Code: "code", atom.Pre: "pre", atom.Blockquote: "blockquote", atom.Ul: "ul", atom.Ol: "ol", atom.Li: "li",
	atom.H1: "strong", atom.H2: "strong", atom.H3: "strong", atom.H4: "strong", atom.H5: "strong", atom.H6: "strong",
}

// ownLine holds the tags whose content stands on a line of its own in the quote.
var ownLine = map[atom.Atom]bool{
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Div: true, atom.Tr: true,
	atom.Details: true, atom.Summary: true, atom.Dt: true, atom.Dd: true,
}

func (q *quoter) node(n *nethtml.Node, depth int, verbatim bool) {
	if q.cut {
		return
	}
	switch n.Type {
	case nethtml.TextNode:
		q.text(n.Data, verbatim)
		return
	case nethtml.ElementNode:
	default:
		return
	}
	switch {
	case n.Data == "mx-reply", n.DataAtom == atom.Script, n.DataAtom == atom.Style, n.DataAtom == atom.Head:
		return
	case n.DataAtom == atom.Br, n.DataAtom == atom.Hr:
		q.out.WriteString("<br>")
		return
	case n.DataAtom == atom.Img:
		q.text(attribute(n, "alt"), verbatim)
		return
	}
	if ownLine[n.DataAtom] {
		q.newLine()
	}
	end := q.open(n, depth)
	if n.DataAtom == atom.Pre {
		trimBreaks(n)
	}
	q.children(n, depth, verbatim || n.DataAtom == atom.Pre, end != "")
	q.out.WriteString(end)
	switch {
	case ownLine[n.DataAtom]:
		q.newLine()
	case n.DataAtom == atom.Td, n.DataAtom == atom.Th:
		q.out.WriteString(" ")
	}
}

// open writes the opening tags for n, an element of the quoted message at the nesting
// depth, and returns the matching end tag; empty if the quote leaves the element's tag
// out. It sets q.blocks for a paragraph, a list, a block of code or a quotation.
func (q *quoter) open(n *nethtml.Node, depth int) (end string) {
	if n.DataAtom == atom.A {
		if address := link(attribute(n, "href")); address != "" {
			q.out.WriteString(`<a href="` + html.EscapeString(address) + `">`)
			end = "</a>"
		}
	}
	if reason, hides := spoiler(n); hides {
		q.out.WriteString(`<span data-mx-spoiler="` + html.EscapeString(reason) + `">`)
		end = "</span>"
	}
	if tag := shownAs[n.DataAtom]; tag != "" && depth < maxDepth {
		q.out.WriteString("<" + tag + start(n) + ">")
		end = "</" + tag + ">"
		q.blocks = q.blocks || tag == "p" || tag == "pre" || tag == "blockquote" || tag == "ul" || tag == "ol"
	}
	return end
}

// children writes the content of the element n, at the nesting depth. verbatim keeps
// line breaks and spaces. inList says that n, if it is a numbered list, appears as one
// in the quote, so that its numbers count.
func (q *quoter) children(n *nethtml.Node, depth int, verbatim, inList bool) {
	next := number(n, "start", 1)
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if n.DataAtom == atom.Ol && child.DataAtom == atom.Li && inList {
			if value := number(child, "value", next); value != next {
				// Clients may ignore «value», but many support «start».
				fmt.Fprintf(&q.out, `</ol><ol start="%d">`, value)
				next = value
			}
			next++
		}
		q.node(child, depth+1, verbatim)
	}
}

// newLine ends the current line of the quote, unless it is empty.
func (q *quoter) newLine() {
	out := strings.TrimRight(q.out.String(), " \n")
	for _, fresh := range []string{"<br>", "<p>", "</p>", "</pre>", "<li>", "<blockquote>", "</blockquote>", "</ul>", "</ol>"} {
		if strings.HasSuffix(out, fresh) {
			return
		}
	}
	if out != "" {
		q.out.WriteString("<br>")
	}
}

// start returns the HTML attribute « start="3"» for n, a numbered list that begins at
// 3; empty for one that begins at 1 and for other elements.
func start(n *nethtml.Node) string {
	if first := number(n, "start", 1); n.DataAtom == atom.Ol && first != 1 {
		return fmt.Sprintf(` start="%d"`, first)
	}
	return ""
}

// number returns the value of the attribute key of n, if that is a number of at most 9
// characters. If the attribute is missing or is anything else, it returns the argument
// otherwise.
func number(n *nethtml.Node, key string, otherwise int) int {
	value := strings.TrimSpace(attribute(n, key))
	if v, err := strconv.Atoi(value); err == nil && len(value) <= 9 {
		return v
	}
	return otherwise
}

// spoiler reports whether the element n is a spoiler, and returns its reason, which may
// be empty. Only a span can be one: clients hide no other element (client-server API,
// m.room.message).
func spoiler(n *nethtml.Node) (reason string, hides bool) {
	if n.DataAtom != atom.Span {
		return "", false
	}
	for _, a := range n.Attr {
		if a.Key == "data-mx-spoiler" {
			return text.Shorten(clean(a.Val), maxReason), true
		}
	}
	return "", false
}

// maxReason is the longest reason of a spoiler, in characters.
const maxReason = 60

// trimBreaks removes, from the nodes of a block of code, the line breaks at its start
// and end.
func trimBreaks(pre *nethtml.Node) {
	var texts []*nethtml.Node
	for n := range pre.Descendants() {
		if n.Type == nethtml.TextNode {
			texts = append(texts, n)
		}
	}
	for _, n := range texts {
		if n.Data = strings.TrimLeft(n.Data, "\n"); n.Data != "" {
			break
		}
	}
	for _, n := range slices.Backward(texts) {
		if n.Data = strings.TrimRight(n.Data, "\n"); n.Data != "" {
			break
		}
	}
}

// text writes the text s to the quote; verbatim keeps its line breaks.
func (q *quoter) text(s string, verbatim bool) {
	if !verbatim {
		q.run(s)
		return
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && !q.cut {
			q.out.WriteString("\n")
		}
		q.run(line)
	}
}

// lines writes the plain text s to the quote as HTML that keeps its lines and their
// indentation, without blank lines at its ends.
func (q *quoter) lines(s string) {
	for i, line := range strings.Split(strings.TrimRightFunc(strings.Trim(s, "\r\n"), unicode.IsSpace), "\n") {
		if q.cut {
			return
		}
		if i > 0 {
			q.out.WriteString("<br>")
		}
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		inner := strings.TrimLeft(line, " \t")
		q.run(indent.Replace(line[:len(line)-len(inner)]) + inner)
	}
}

// indent turns spaces into spaces that HTML keeps, and a tab into four.
var indent = strings.NewReplacer(" ", "\u00a0", "\t", "\u00a0\u00a0\u00a0\u00a0")

// run writes as much of s, one line of text, as the quote's limit allows, escaped and
// without mentions, and lowers q.left. It sets q.cut when it shortens s; from then on
// it writes nothing.
func (q *quoter) run(s string) {
	if q.cut {
		return
	}
	s = defuse(printable(s))
	if n := utf8.RuneCountInString(s); n > q.left {
		s, q.cut = text.Shorten(s, max(q.left, 1)), true
	} else {
		q.left -= n
	}
	q.out.WriteString(html.EscapeString(s))
}

func attribute(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
