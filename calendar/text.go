package calendar

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// oneLine returns s on one line: each run of white space becomes a space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

var markup = regexp.MustCompile(`(?i)</?(?:p|br|a|b|i|ul|li|ol|div|span|html|body|strong|em|h[1-6]|table|tr|td)\b[^>]*>|&(?:nbsp|amp|lt|gt|quot|#\d+);`)

// plain returns a description as plain text. It removes HTML, which some calendar
// programs write there: blocks become lines, and blank lines go. A text without HTML
// loses only the white space at its ends.
func plain(s string) string {
	if !markup.MatchString(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(s))
	skip := false // inside a style or a script
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		switch kind {
		case html.TextToken:
			if !skip {
				b.Write(tokens.Text())
			}
			continue
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			switch string(name) {
			case "style", "script":
				skip = kind == html.StartTagToken
			case "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6":
				b.WriteByte('\n')
			}
		}
	}
	lines := strings.Split(html.UnescapeString(b.String()), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = oneLine(line); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// linkOf returns the first of the texts that is a web address; empty if none is.
func linkOf(texts ...string) string {
	for _, text := range texts {
		u, err := url.Parse(strings.TrimSpace(text))
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			return u.String()
		}
	}
	return ""
}
