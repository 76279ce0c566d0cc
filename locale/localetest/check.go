// Package localetest checks rendered messages, for the tests of those who render.
package localetest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// allowed are the tags that every client shows.
var allowed = []string{"p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span"}

var (
	everybody = regexp.MustCompile(`(?i)\B@room\b`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
	between   = regexp.MustCompile(`\s<(p|ul|ol|li|br|blockquote|pre|/p|/ul|/ol|/li)\b|<(/?p|/?ul|/?ol|/?li|br)>\s`)
	number    = regexp.MustCompile(`^-?[0-9]{1,9}$`)
	address   = regexp.MustCompile(`^(https?://|mailto:)[^\s<>"]+$`)
)

// Check returns an error if a rendered message breaks a rule: a forbidden tag,
// attribute or address, unmatched tags, line breaks, double spaces or white space
// beside a tag, which clients would show, control and direction characters, or a ping
// of everybody.
func Check(message string) error {
	var wrong []error
	if at := between.FindString(message); at != "" {
		wrong = append(wrong, fmt.Errorf("white space beside a tag: %q", at))
	}
	if strings.ContainsAny(message, "\n\r\t") || strings.Contains(message, "  ") {
		wrong = append(wrong, errors.New("line breaks or double spaces"))
	}
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		wrong = append(wrong, errors.New("control or direction characters"))
	}
	for _, shown := range []string{message, anyTag.ReplaceAllString(message, "")} {
		if everybody.MatchString(html.UnescapeString(shown)) {
			wrong = append(wrong, errors.New("@room"))
		}
	}
	return errors.Join(append(wrong, Tags(message)...)...)
}

// Tags checks the HTML tags of a rendered message and returns one error for each fault:
// a tag that is not allowed, is not closed or closes no open one, an attribute that is
// not allowed, a comment. It returns nil for a message without faults.
func Tags(message string) (wrong []error) {
	var open []string
	z := html.NewTokenizer(strings.NewReader(message))
	for {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				wrong = append(wrong, err)
			}
			if len(open) > 0 {
				wrong = append(wrong, fmt.Errorf("not closed: %v", open))
			}
			return wrong
		case html.TextToken:
		case html.StartTagToken:
			wrong = append(wrong, attributes(token)...)
			if token.Data != "br" {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				wrong = append(wrong, fmt.Errorf("%s closes what is not open: %v", token, open))
				continue
			}
			open = open[:len(open)-1]
		default:
			wrong = append(wrong, fmt.Errorf("%s is not allowed", token))
		}
	}
}

// attributes returns an error for each fault of a tag and its attributes: only some
// tags are allowed, and of attributes only a link's address, the first number of a
// list, and a spoiler's mark.
func attributes(token html.Token) (wrong []error) {
	if !slices.Contains(allowed, token.Data) {
		wrong = append(wrong, fmt.Errorf("the tag %s is not allowed", token.Data))
	}
	for _, a := range token.Attr {
		switch {
		case token.Data == "a" && a.Key == "href" && address.MatchString(a.Val):
		case token.Data == "ol" && a.Key == "start" && number.MatchString(a.Val):
		case token.Data == "span" && a.Key == "data-mx-spoiler":
		default:
			wrong = append(wrong, fmt.Errorf("%s: the attribute %s is not allowed", token, a.Key))
		}
	}
	if token.Data == "span" && len(token.Attr) == 0 {
		wrong = append(wrong, errors.New("a span that hides nothing"))
	}
	return wrong
}
