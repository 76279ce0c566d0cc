package feed

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"

	htmlparser "golang.org/x/net/html"
)

// value is the content of a feed's field, and whether it is plain text or HTML.
type value struct {
	text   string
	isText bool // plain text; otherwise HTML, or text with HTML in it
	markup bool // its tags are elements of the feed's XML
}

// or returns v, or other if v is blank.
func (v value) or(other value) value {
	if strings.TrimSpace(v.text) == "" {
		return other
	}
	return v
}

// line returns the content of the field on one line, with its markup left as it is. It
// serves ids and dates.
func (v value) line() string { return clean(unpack.Replace(v.text)) }

// title returns the content of the field as a title in plain text. Titles are often
// about markup, so only tags in pairs, as in «<em>so</em>», and void tags are removed;
// a lone tag is part of the text.
func (v value) title() string {
	s := unpack.Replace(v.text)
	if v.isText {
		return clean(s)
	}
	tags := tagInTitle.FindAllStringSubmatchIndex(s, maxTitleTags)
	isMarkup := make([]bool, len(tags))
	var open []int // tags still without their end
	nameOf := func(i int) string { return strings.ToLower(s[tags[i][4]:tags[i][5]]) }
	for i, tag := range tags {
		name := nameOf(i)
		switch {
		case !htmlElements[name]:
		case name == "br" || name == "img" || name == "wbr" || name == "hr":
			isMarkup[i] = true
		case tag[2] == tag[3]:
			open = append(open, i)
		default:
			for n := len(open) - 1; n >= 0; n-- {
				if nameOf(open[n]) == name {
					isMarkup[i], isMarkup[open[n]] = true, true
					open = open[:n]
					break
				}
			}
		}
	}
	var b strings.Builder
	at, hidden := 0, false
	for i, tag := range tags {
		if !hidden {
			b.WriteString(html.UnescapeString(s[at:tag[0]]))
		}
		switch name := nameOf(i); {
		case !isMarkup[i]:
			b.WriteString(s[tag[0]:tag[1]])
		case name == "script" || name == "style":
			hidden = tag[2] == tag[3]
		case !inline[name]:
			b.WriteByte(' ')
		}
		at = tag[1]
	}
	b.WriteString(html.UnescapeString(s[at:]))
	return clean(b.String())
}

var tagInTitle = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>`)

// maxTitleTags is how many tags of a title are examined.
const maxTitleTags = 1000

var htmlElements = setOf("a abbr acronym b bdi bdo big blockquote br center cite code del dfn div em font h1 h2 h3 h4 h5 h6 hr i img ins " +
	"kbd li mark nobr ol p pre q s samp script small span strike strong style sub sup time tt u ul var wbr")

// inline are the elements that do not separate words.
var inline = setOf("a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark nobr q s samp small span strike strong sub sup time tt u var wbr")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// prose is the readable text of a piece of HTML, with its first link and the
// description of its first image.
type prose struct {
	text        string
	alternative string // the first text of an image
	link        string // the first link
	onlyLinks   bool   // no word is outside of links
}

// maxProse is how many bytes of text are read.
const maxProse = 8 * summaryLength

// emptyScript matches tags that close themselves in XML but not in HTML, where a
// browser would read all the following text as the script.
var emptyScript = regexp.MustCompile(`(?i)<(script|style|iframe|noscript|textarea|title)\b[^<>]*/>`)

// body returns the content of the field as readable text. Of a plain text, it reads at
// most maxProse bytes. Of HTML, it also returns the first link and the first text that
// describes an image.
func (v value) body() (p prose) {
	if v.isText {
		p.text = clean(v.text[:min(len(v.text), maxProse)])
		return p
	}
	source := v.text
	if !strings.Contains(source, "<") {
		p.text = clean(html.UnescapeString(source[:min(len(source), maxProse)]))
		return p
	}
	if strings.Contains(source, "/>") {
		source = emptyScript.ReplaceAllString(source, "")
	}
	return proseOf(unpack.Replace(source))
}

// proseOf returns the readable text of source, which is HTML, up to maxProse bytes,
// with its first link and the first text that describes an image.
func proseOf(source string) prose {
	var r proseReader
	z := htmlparser.NewTokenizer(strings.NewReader(source))
	for r.out.Len() < maxProse {
		switch kind := z.Next(); kind {
		case htmlparser.ErrorToken:
			// An unfinished tag at the very end is text.
			if rest := string(z.Raw()); r.hidden == "" {
				r.out.WriteString(html.UnescapeString(rest))
			}
			return r.done()
		case htmlparser.TextToken:
			r.text(z.Text())
		case htmlparser.CommentToken, htmlparser.DoctypeToken:
		default:
			r.tag(z.Token(), kind == htmlparser.StartTagToken)
		}
	}
	return r.done()
}

// proseReader is a collector of the readable text of HTML: it holds the text of the
// tokens read so far.
type proseReader struct {
	out    strings.Builder
	prose  prose
	hidden string // the open element whose content is not shown; empty: none
	links  int    // open links
	word   bool   // a word is outside of links
}

func (r *proseReader) text(said []byte) {
	if r.hidden == "" {
		r.out.Write(said)
		r.word = r.word || r.links == 0 && bytes.ContainsFunc(said, isWordRune)
	}
}

func (r *proseReader) tag(token htmlparser.Token, opens bool) {
	switch name := token.Data; {
	case r.hidden != "":
		if name == r.hidden && !opens {
			r.hidden = ""
		}
	case name == "script" || name == "style" || name == "template":
		if opens {
			r.hidden = name
		}
	case name == "img":
		r.prose.alternative = firstOf(r.prose.alternative, clean(attributeOf(token, "alt")))
	case name == "a" && opens:
		r.links++
		r.prose.link = firstOf(r.prose.link, attributeOf(token, "href"))
	case name == "a":
		r.links = max(0, r.links-1)
	case !inline[name]:
		r.out.WriteByte(' ')
	}
}

func (r *proseReader) done() prose {
	r.prose.text = clean(r.out.String())
	r.prose.onlyLinks = r.prose.link != "" && !r.word
	return r.prose
}

func attributeOf(token htmlparser.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// clean returns s on one line, without control characters and noncharacters.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == 0xfffe || r == 0xffff || r == '\ufeff'
	}), " ")
}
