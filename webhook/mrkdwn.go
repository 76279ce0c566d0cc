package webhook

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"heraut/text"
)

func unescape(s string) string { return html.UnescapeString(s) }

// isMarkdown recognises Markdown rather than Slack's mrkdwn: Grafana, Mattermost and
// many others post one where the other belongs.
var isMarkdown = regexp.MustCompile(`(?m)\*\*[^*\n]+\*\*|\[[^\]\n]+\]\((https?://|/)|^#{1,6} \S|^\s*\|?\s*:?-{2,}:?\s*\|`)

// chatMarkup appends a text that a tool formatted for Slack or Mattermost to the
// message. It decides by the text whether that is Markdown or mrkdwn, Slack's own
// markup.
func (p *sheet) chatMarkup(s string) {
	s = comments.ReplaceAllString(strings.ReplaceAll(s, "\r\n", "\n"), "")
	if isMarkdown.MatchString(s) {
		p.markdown(endLists(slackTokens(p.lang, s)))
		return
	}
	p.mrkdwn(s)
}

var (
	listLine   = regexp.MustCompile(`^\s*([-*+•]|\d+[.)])\s`)
	indentLine = regexp.MustCompile(`^(\s{2,}|\t)`)
)

// endLists returns the Markdown text s with a blank line between a list and a
// following line that is not part of it. Writers of chat messages expect the list to
// end there, whereas Markdown would continue its last item.
func endLists(s string) string {
	var b strings.Builder
	inList, fenced := false, false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		isList := listLine.MatchString(line) && !fenced
		if inList && !isList && strings.TrimSpace(line) != "" && !indentLine.MatchString(line) {
			b.WriteString("\n")
		}
		inList = isList || inList && indentLine.MatchString(line)
		b.WriteString(line)
	}
	return b.String()
}

// token matches Slack's notation in angle brackets.
var token = regexp.MustCompile(`<(?:(https?://[^<>|\s]+|mailto:[^<>|\s]+|tel:[^<>|\s]+)(?:\|([^<>]*))?|([@#!])([^<>|]*)(?:\|([^<>]*))?)>`)

// slackTokens returns s with Slack's tokens replaced: links to web pages, such as
// <https://…|label>, by Markdown links; mail addresses, telephone numbers and mentions,
// such as <@U123>, by text in the language lang.
func slackTokens(lang, s string) string {
	return token.ReplaceAllStringFunc(s, func(whole string) string {
		m := token.FindStringSubmatch(whole)
		if m[1] == "" {
			return named(lang, m)
		}
		to, label := html.UnescapeString(m[1]), m[2]
		switch {
		case !strings.HasPrefix(to, "http"):
			return contact(to, label)
		case label == "":
			return "<" + to + ">"
		}
		return "[" + strings.NewReplacer("[", "\\[", "]", "\\]").Replace(label) + "](<" + to + ">)"
	})
}

// tokenAt matches a token at the start of a text.
var tokenAt = regexp.MustCompile(`\A` + token.String())

// contact returns the text for to, a mailto: or tel: link of Slack: the address or
// number, with its label if that differs.
func contact(to, label string) string {
	_, to, _ = strings.Cut(to, ":")
	to, label = html.UnescapeString(to), html.UnescapeString(label)
	if label == "" || label == to {
		return to
	}
	return label + " (" + to + ")"
}

// named returns the text, in the language lang, for a Slack token that names a person,
// a group, a channel or a date: the token's label, or else a general word such as
// «@member». A mention of all members, such as «@channel», stays; an HTML comment gives
// "". m holds the submatches of the expression token.
func named(lang string, m []string) string {
	sign, id, label := m[3], m[4], html.UnescapeString(m[5])
	switch {
	case sign == "!" && strings.HasPrefix(id, "--"): // an HTML comment
		return ""
	case sign == "!" && strings.HasPrefix(id, "date^"):
		return label
	case label != "":
		if sign == "!" {
			sign = "@"
		}
		return sign + strings.TrimPrefix(label, sign)
	case sign == "!" && !strings.Contains(id, "^"):
		return "@" + id // here, channel, everyone
	case sign == "@":
		return "@" + word(lang, "member")
	case sign == "#":
		return word(lang, "channel")
	}
	return "@" + word(lang, "group")
}

// mrkdwn appends a text in mrkdwn, Slack's markup, to the message. Text beyond
// maxMarkdown bytes is dropped.
func (p *sheet) mrkdwn(s string) {
	s = text.TruncateBytes(s, maxMarkdown)
	parts := strings.Split(s, "```")
	for i, part := range parts {
		if i%2 == 1 && i < len(parts)-1 {
			p.code(decoded(p.lang, strings.TrimPrefix(part, "\n")))
			continue
		}
		if i%2 == 1 {
			part = "```" + part // an unclosed code block
		}
		p.mrkdwnLines(strings.Trim(part, "\n"))
	}
	p.end("p")
}

// decoded returns s as plain text: Slack's tokens, such as <https://…|label>, are
// replaced by their visible text, and HTML entities by their characters.
func decoded(lang, s string) string {
	s = token.ReplaceAllStringFunc(s, func(whole string) string {
		m := token.FindStringSubmatch(whole)
		switch {
		case m[1] == "":
			return named(lang, m)
		case m[2] != "":
			return m[2]
		}
		return m[1]
	})
	return html.UnescapeString(s)
}

func (p *sheet) mrkdwnLines(s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	quoted := false
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimSpace(line)
		rest, isQuote := strings.CutPrefix(line, "&gt;")
		if !isQuote {
			rest, isQuote = strings.CutPrefix(line, "> ")
		}
		switch {
		case isQuote && !quoted:
			p.blockTag("blockquote")
		case !isQuote && quoted:
			p.end("blockquote")
		}
		quoted = isQuote
		switch {
		case line == "":
			p.end("p")
			continue
		case isQuote:
			line = strings.TrimSpace(strings.TrimPrefix(rest, "&gt;&gt;"))
		case !p.in("p"):
			p.tag("p")
		}
		p.br()
		p.inline(line, 0)
	}
	p.end("blockquote")
}

// styles maps the signs around styled text to their tags.
var styles = map[byte]string{'*': "strong", '_': "em", '~': "del"}

// inline appends one line of mrkdwn, Slack's markup, to the message. Signs without a
// partner, such as a single *, stay text. depth is the number of styles around the
// line, 0 for a whole line; from 5 on, the signs of further styles stay text.
func (p *sheet) inline(s string, depth int) {
	var plain strings.Builder
	flush := func() {
		p.line(html.UnescapeString(plain.String()))
		plain.Reset()
	}
	before := ' '
	for i := 0; i < len(s) && !p.cut; {
		c := s[i]
		if c == '<' {
			if m := tokenAt.FindStringSubmatch(s[i:]); m != nil {
				flush()
				p.token(m)
				i += len(m[0])
				before = '>'
				continue
			}
		}
		if c == '`' {
			if end := strings.IndexByte(s[i+1:], '`'); end > 0 {
				flush()
				p.tag("code")
				p.run(cleaned(p.lang, decoded(p.lang, s[i+1:i+1+end])))
				p.end("code")
				i += end + 2
				before = '`'
				continue
			}
		}
		if tag, ok := styles[c]; ok && depth < 5 && opens(before) {
			if end := closing(s[i:], c); end > 0 {
				flush()
				p.tag(tag)
				p.inline(s[i+1:i+end], depth+1)
				p.end(tag)
				i += end + 1
				before = rune(c)
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		plain.WriteString(s[i : i+size])
		before = r
		i += size
	}
	flush()
}

// opens reports whether a sign such as * or _ starts a style after the character
// before: it does not inside a word.
func opens(before rune) bool { return !unicode.IsLetter(before) && !unicode.IsDigit(before) }

// maxStyled bounds the bytes between two signs.
const maxStyled = 1000

// closing returns the index in s of the sign that ends the style that s starts with,
// such as the second * of «*bold*»; 0 if there is none within maxStyled bytes. sign is
// the first byte of s.
func closing(s string, sign byte) int {
	if len(s) < 3 || s[1] == ' ' || s[1] == sign {
		return 0
	}
	for i := 2; i < min(len(s), maxStyled); i++ {
		if s[i] == '<' {
			if m := tokenAt.FindString(s[i:]); m != "" {
				i += len(m) - 1
				continue
			}
		}
		if s[i] != sign || s[i-1] == ' ' {
			continue
		}
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		if i+1 == len(s) || opens(after) {
			return i
		}
	}
	return 0
}

// token appends a Slack token, such as <https://…|label> or <@U123>, to the message as
// a link or a text. m holds the submatches of the expression token.
func (p *sheet) token(m []string) {
	to, label := html.UnescapeString(m[1]), html.UnescapeString(m[2])
	switch {
	case m[1] == "":
		p.line(named(p.lang, m))
	case !strings.HasPrefix(to, "http"):
		p.line(contact(m[1], m[2]))
	case label == "":
		p.link(to, to)
	default:
		p.link(to, label)
	}
}
