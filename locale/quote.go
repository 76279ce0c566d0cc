package locale

import (
	"html"
	"strings"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"heraut/text"
)

// maxDepth bounds how deep the tags of a quoted message go into each other.
const maxDepth = 20

// Quote is what somebody wrote elsewhere, made fit to be shown: in the tags that
// a message may hold, without mentions, with at most limit characters. source is
// the message as its sender formatted it; when it is empty, plain is quoted. cut
// tells that there was more.
//
// It is to be added to a message that Render made, not put through a template:
// the line breaks of code stay.
func Quote(source, plain string, limit int) (quoted string, cut bool) {
	q := quoter{left: limit}
	if source == "" {
		q.lines(plain)
		return "<p>" + q.out.String() + "</p>", q.cut
	}
	root := &nethtml.Node{Type: nethtml.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := nethtml.ParseFragment(strings.NewReader(strings.ToValidUTF8(source, "\uFFFD")), root)
	if err != nil { // its tags go too deep into each other
		return Quote("", plain, limit)
	}
	for _, n := range nodes {
		q.node(n, 0, false)
	}
	out := strings.TrimSpace(q.out.String())
	for strings.HasSuffix(out, "<br>") {
		out = strings.TrimSuffix(out, "<br>")
	}
	switch {
	case strings.TrimSpace(tagsOut.Replace(out)) == "":
		return Quote("", plain, limit)
	case !strings.HasPrefix(out, "<p>") && !q.blocks:
		out = "<p>" + out + "</p>"
	}
	return out, q.cut
}

// tagsOut empties what holds no text, roughly: it tells a message of images alone.
var tagsOut = strings.NewReplacer("<p>", "", "</p>", "", "<br>", "", "<strong>", "", "</strong>", "", "<em>", "", "</em>", "")

// quoter writes a message anew, tag by tag: what it does not know it does not write.
type quoter struct {
	out    strings.Builder
	left   int // characters
	cut    bool
	blocks bool // it holds paragraphs or lists of its own
}

// shownAs are the tags that are kept, by what they were.
var shownAs = map[atom.Atom]string{
	atom.P: "p", atom.Strong: "strong", atom.B: "strong", atom.Em: "em", atom.I: "em", atom.Del: "del", atom.S: "del",
	atom.Code: "code", atom.Pre: "pre", atom.Blockquote: "blockquote", atom.Ul: "ul", atom.Ol: "ol", atom.Li: "li",
	atom.H1: "strong", atom.H2: "strong", atom.H3: "strong", atom.H4: "strong", atom.H5: "strong", atom.H6: "strong",
}

// ownLine are the tags that become a line.
var ownLine = map[atom.Atom]bool{
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Div: true, atom.Tr: true,
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
	tag, end := shownAs[n.DataAtom], ""
	if n.DataAtom == atom.A {
		if address := link(attribute(n, "href")); address != "" {
			q.out.WriteString(`<a href="` + html.EscapeString(address) + `">`)
			end = "</a>"
		}
	}
	if tag != "" && depth < maxDepth {
		q.out.WriteString("<" + tag + ">")
		end = "</" + tag + ">"
		q.blocks = q.blocks || tag == "p" || tag == "pre" || tag == "blockquote" || tag == "ul" || tag == "ol"
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		q.node(child, depth+1, verbatim || n.DataAtom == atom.Pre)
	}
	q.out.WriteString(end)
	switch {
	case ownLine[n.DataAtom]:
		q.out.WriteString("<br>")
	case n.DataAtom == atom.Td, n.DataAtom == atom.Th:
		q.out.WriteString(" ")
	}
}

// text writes a run of text; verbatim keeps its lines.
func (q *quoter) text(s string, verbatim bool) {
	if verbatim {
		for i, line := range strings.Split(strings.Trim(s, "\n"), "\n") {
			if i > 0 {
				q.out.WriteString("\n")
			}
			q.run(line)
		}
		return
	}
	q.run(s)
}

// lines writes plain text, its lines as lines.
func (q *quoter) lines(s string) {
	for i, line := range strings.Split(strings.TrimSpace(s), "\n") {
		if q.cut {
			return
		}
		if i > 0 {
			q.out.WriteString("<br>")
		}
		q.run(strings.TrimSpace(line))
	}
}

// run writes what fits of s, which is on one line.
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
