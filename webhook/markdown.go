package webhook

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	markdowntext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html/atom"

	"heraut/text"
)

// parser reads Markdown as forges and chat programs write it.
var parser = goldmark.New(goldmark.WithExtensions(extension.Strikethrough, extension.Table, extension.TaskList)).Parser()

// maxMarkdown bounds the bytes of a text to parse: a message shows less.
const maxMarkdown = 16 << 10

// markdown appends the Markdown text s to the message as HTML. Text beyond maxMarkdown
// bytes is dropped.
func (p *sheet) markdown(s string) {
	s = text.TruncateBytes(s, maxMarkdown)
	s = emoji(comments.ReplaceAllString(s, ""))
	s = definition.ReplaceAllStringFunc(s, func(line string) string {
		if definesLink.MatchString(line) {
			return line
		}
		return strings.Replace(line, "[", "\\[", 1)
	})
	w := markdownWriter{p, []byte(s)}
	w.children(parser.Parse(markdowntext.NewReader(w.source)))
}

// comments matches HTML comments, which fill issue templates.
var comments = regexp.MustCompile(`(?s)<!--.*?-->`)

var (
	// definition matches lines like «[1]: https://example.org», which Markdown hides.
	definition = regexp.MustCompile(`(?m)^ {0,3}\[[^\]\n]+\]:.*$`)
	// definesLink matches those with an address; others are text: «[Issue 1]: opened».
	definesLink = regexp.MustCompile(`^ {0,3}\[[^\]\n]+\]:\s*<?https?://\S+\s*("[^"]*")?$`)
)

// markdownWriter is a writer that appends a parsed Markdown document, node by node, to
// a message. source is the document's text, to which the nodes refer.
type markdownWriter struct {
	*sheet
	source []byte
}

func (w markdownWriter) children(n ast.Node) {
	for c := n.FirstChild(); c != nil && !w.cut; c = c.NextSibling() {
		w.node(c)
	}
}

// within appends the children of the node n to the message, inside the given tag;
// without that tag if twenty tags are open already.
func (w markdownWriter) within(tag string, n ast.Node) {
	if len(w.open) >= 20 {
		w.children(n)
		return
	}
	if block(tag) {
		w.blockTag(tag)
	} else {
		w.tag(tag)
	}
	w.children(n)
	w.end(tag)
}

func (w markdownWriter) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.within("p", n)
	case *ast.TextBlock:
		w.children(n)
	case *ast.Heading:
		w.blockTag("p")
		w.within("strong", n)
		w.end("p")
	case *ast.Blockquote:
		w.within("blockquote", n)
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.within("li", n)
	case *ast.CodeBlock:
		w.code(w.lines(n))
	case *ast.FencedCodeBlock:
		w.code(w.lines(n))
	case *ast.HTMLBlock:
		w.blockTag("p")
		w.rawHTML(w.lines(n))
		w.end("p")
	case *extast.Table:
		w.table(n)
	default:
		w.inline(n)
	}
}

func (w markdownWriter) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.textNode(n)
	case *ast.String:
		w.line(string(n.Value))
	case *ast.CodeSpan:
		w.within("code", n)
	case *ast.Emphasis:
		w.within(map[int]string{1: "em"}[n.Level]+map[int]string{2: "strong"}[n.Level], n)
	case *extast.Strikethrough:
		w.within("del", n)
	case *ast.Link:
		w.link(string(n.Destination), w.plain(n))
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		label := w.plain(n)
		if address(string(n.Destination)) != "" && label == "" {
			label = word(w.lang, "image")
		}
		w.link(string(n.Destination), label)
	case *ast.RawHTML:
		var raw strings.Builder
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			raw.Write(s.Value(w.source))
		}
		w.rawHTML(raw.String())
	case *extast.TaskCheckBox:
		if n.IsChecked {
			w.run("☑ ")
		} else {
			w.run("☐ ")
		}
	case *ast.ThematicBreak:
	default:
		w.children(n)
	}
}

func (w markdownWriter) textNode(n *ast.Text) {
	s := string(n.Segment.Value(w.source))
	if !w.in("code") {
		w.line(literal(s))
	} else {
		w.run(cleaned(w.lang, s))
	}
	switch {
	case w.in("code"), !n.SoftLineBreak() && !n.HardLineBreak():
	default:
		w.br()
	}
}

// literal returns the characters that a piece of Markdown stands for: without the
// backslashes of escapes, and with HTML entities replaced.
func literal(s string) string { return unescape(string(util.UnescapePunctuations([]byte(s)))) }

func (w markdownWriter) list(n *ast.List) {
	tag := "ul"
	if n.IsOrdered() {
		tag = "ol"
	}
	w.within(tag, n)
}

// autoLink appends n, an address that Markdown has between angle brackets, to the
// message: <https://…> as a link, the mail address <someone@example.org> as text.
func (w markdownWriter) autoLink(n *ast.AutoLink) {
	if n.AutoLinkType == ast.AutoLinkEmail {
		w.run("<" + string(n.Label(w.source)) + ">")
		return
	}
	raw := string(n.URL(w.source))
	w.link(raw, raw)
}

// lines returns the lines of a code or HTML block as they stand in the Markdown
// source.
func (w markdownWriter) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(w.source))
	}
	if h, ok := n.(*ast.HTMLBlock); ok && h.HasClosure() {
		b.Write(h.ClosureLine.Value(w.source))
	}
	return b.String()
}

// plain returns the text within a node of Markdown, without any markup.
func (w markdownWriter) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.WriteString(literal(string(t.Segment.Value(w.source))))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// table appends a Markdown table to the message, with one line for each row and «|»
// between the cells: real tables are too wide for a phone.
func (w markdownWriter) table(n *extast.Table) {
	w.blockTag("p")
	for row := n.FirstChild(); row != nil && !w.cut; row = row.NextSibling() {
		w.br()
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if cell.PreviousSibling() != nil {
				w.run(" | ")
			}
			if _, isHeader := row.(*extast.TableHeader); isHeader {
				w.within("strong", cell)
			} else {
				w.children(cell)
			}
		}
	}
	w.end("p")
}

var htmlTag = regexp.MustCompile(`</?([A-Za-z][A-Za-z0-9-]*)[^<>]*>`)

// rawHTML appends the text of s, which is HTML, to the message without its tags. Text
// that only looks like a tag stays, such as <no value> or <user@example.org>.
func (p *sheet) rawHTML(s string) {
	s = htmlTag.ReplaceAllStringFunc(s, func(tag string) string {
		name := htmlTag.FindStringSubmatch(tag)[1]
		rest := strings.Trim(tag, "</>")[len(name):]
		if atom.Lookup([]byte(strings.ToLower(name))) == 0 || rest != "" && !strings.HasPrefix(rest, " ") {
			return tag
		}
		return ""
	})
	p.text(strings.TrimSpace(unescape(s)))
}
