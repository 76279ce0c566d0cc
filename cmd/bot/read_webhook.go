package main

import (
	"regexp"

	"heraut/matrix"
	"heraut/webhook"
)

// maxWebhook bounds the bytes read of a webhook's body; no configuration may allow
// more.
const maxWebhook = 16 << 20

var (
	firstLink   = regexp.MustCompile(`<a href="([^"]*)"`)
	anyTag      = regexp.MustCompile(`<[^>]*>`)
	recognizeNo = func([]byte) bool { return false } // any text is a webhook's body
)

// readWebhook reads the body of a tool's request to a webhook. The reading that it
// returns has one entry: the message that the bot would post, in the language of the
// option --lang. The error means that the body cannot be read, or is larger than
// maxWebhook (fetch.ErrTooLarge).
func readWebhook(in readInput) (reading, error) {
	data, err := readAtMost(in.body, maxWebhook)
	if err != nil {
		return reading{}, err
	}
	lang := in.command.Lang
	m, err := webhook.Read(webhook.Body{Type: in.contentType, Data: data}, lang, in.zone)
	if err != nil {
		return reading{}, err
	}
	html := m.HTML()
	e := readEntry{Text: matrix.PlainText(html, lang), HTML: html}
	for _, n := range m.Notes {
		if n.Head != "" && e.Title == "" {
			e.Title = matrix.PlainText(anyTag.ReplaceAllString(n.Head, ""), lang)
		}
	}
	if m := firstLink.FindStringSubmatch(html); m != nil {
		e.URL = matrix.PlainText(m[1], lang)
	}
	return reading{Generation: m.Tool, Entries: []readEntry{e}}, nil
}
