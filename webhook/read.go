// Package webhook accepts the requests of tools at a hook's address, reads them, and
// posts them in the hook's room.
package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// Body is the body of a tool's request, with the headers that help to read it.
type Body struct {
	// Type is the Content-Type header; empty if the request has none.
	Type string `json:"type,omitempty"`
	// Header holds the headers that name the tool and its event (keptHeaders).
	Header map[string]string `json:"header,omitempty"`
	Data   []byte            `json:"data"`
}

// keptHeaders lists the request headers that readers use, in canonical form.
var keptHeaders = []string{
	"X-Github-Event", "X-Gitlab-Event", "X-Gitea-Event", "X-Gogs-Event", "X-Forgejo-Event",
	"X-Event-Key", "Sentry-Hook-Resource", "X-Amz-Sns-Message-Type", "Title", "X-Title",
}

// BodyOf returns a Body of the request's content data, with those of its headers h
// that help to read it.
func BodyOf(h http.Header, data []byte) Body {
	b := Body{Type: h.Get("Content-Type"), Data: data}
	for _, name := range keptHeaders {
		if value := h.Get(name); value != "" {
			if b.Header == nil {
				b.Header = map[string]string{}
			}
			b.Header[name] = value
		}
	}
	return b
}

// UnreadableError is the error for a body that cannot be read. Its Reason is an
// English sentence for the person who set up the sender.
type UnreadableError struct{ Reason string }

func (e *UnreadableError) Error() string { return e.Reason }

func unreadable(format string, args ...any) error {
	return &UnreadableError{fmt.Sprintf(format, args...)}
}

const (
	// maxParts bounds the parts of a multipart body.
	maxParts = 100
	// maxDepth bounds the nesting of objects and arrays.
	maxDepth = 100
)

// syntax is the markup in which a text is written: plain text, Markdown, HTML, or
// that of chats, which is Slack's or Markdown.
type syntax int

const (
	plainText syntax = iota
	markdown
	chatMarkup // Slack's mrkdwn or Markdown, which senders mix
	htmlText
)

// payload is a decoded body: a JSON object or array in value, or else a text with its
// syntax.
type payload struct {
	value  any // map[string]any or []any; nil for a text
	text   string
	syntax syntax
	header map[string]string
}

// boundaryOf finds the boundary of a multipart body without a content type.
var boundaryOf = regexp.MustCompile(`(?i)\A--([^\s"]{1,70})\r?\ncontent-disposition: form-data`)

// decode returns the content of the body b: JSON or a text. Of a form, that is the JSON
// in a field such as payload, or else the text of such a field if the form has no
// other, or else an object of all fields (form). The error is an *UnreadableError, such
// as for an empty body.
func decode(b Body) (payload, error) {
	media, params, err := mime.ParseMediaType(b.Type)
	if err != nil {
		media, params = "", nil
	}
	p := payload{header: b.Header}
	if media == "multipart/form-data" {
		fields, err := multipartFields(b.Data, params["boundary"])
		if err != nil {
			return p, err
		}
		return p.form(fields)
	}
	text, err := toUTF8(b.Data, params["charset"])
	if err != nil {
		return p, err
	}
	if b := boundaryOf.FindStringSubmatch(text); media == "" && b != nil {
		fields, err := multipartFields([]byte(text), b[1])
		if err != nil {
			return p, err
		}
		return p.form(fields)
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if text == "" {
		return p, unreadable("the body is empty")
	}
	switch {
	case media == "application/json", strings.HasSuffix(media, "+json"):
		if p.value, err = decodeJSON(text); err != nil {
			if strings.HasPrefix(text, "payload=") {
				return p.encodedForm(text)
			}
			return p, unreadable("the body is not valid JSON: %v", err)
		}
		return p.scalar()
	case media == "text/html":
		p.text, p.syntax = text, htmlText
		return p, nil
	case media == "text/markdown", media == "text/x-markdown":
		p.text, p.syntax = text, markdown
		return p, nil
	}
	// curl -d labels every body as a form, and many senders set no label.
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if v, err := decodeJSON(text); err == nil {
			p.value = v
			return p.scalar()
		}
	}
	if media == "application/x-www-form-urlencoded" || strings.HasPrefix(text, "payload=") {
		return p.encodedForm(text)
	}
	p.text = text
	return p, nil
}

// scalar returns p itself if its JSON is an object or an array. A JSON string, number
// or boolean becomes the text of the returned payload. The error, an *UnreadableError,
// is for null and an empty string.
func (p payload) scalar() (payload, error) {
	switch p.value.(type) {
	case map[string]any, []any:
		return p, nil
	}
	if p.text = textOf(p.value); p.text == "" {
		return p, unreadable("the JSON holds neither an object, an array nor a text")
	}
	p.value, p.syntax = nil, chatMarkup
	return p, nil
}

// encodedForm returns p with the content of text, a URL-encoded form such as a=b&c=d,
// as form reads it. It also accepts payload= followed by JSON that the sender forgot to
// encode. A text that is no form becomes the payload's text, decoded if it is
// URL-encoded. The error is an *UnreadableError.
func (p payload) encodedForm(text string) (payload, error) {
	if raw, ok := strings.CutPrefix(text, "payload="); ok {
		if v, err := decodeJSON(raw); err == nil {
			p.value = v
			return p.scalar()
		}
	}
	if !isForm(text) {
		p.text = text // curl -d gives it the content type of a form
		if encodedText.MatchString(text) {
			if decoded, err := url.QueryUnescape(text); err == nil && utf8.ValidString(decoded) {
				p.text = decoded
			}
		}
		return p, nil
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		p.text = text
		return p, nil
	}
	fields := map[string]string{}
	for name, all := range values {
		fields[name] = strings.Join(all, ", ")
	}
	return p.form(fields)
}

// isFieldName reports whether name looks like the name of a field in a form: letters,
// digits and the signs _.%+[]- alone. It is false for an empty text.
func isFieldName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !isAlphanumeric(r) && !strings.ContainsRune("_.%+[]-", r)
	})
}

// encodedText matches a text that curl --data-urlencode encoded.
var encodedText = regexp.MustCompile(`^[A-Za-z0-9_.~+!*'()-]*(%[0-9A-Fa-f]{2}[A-Za-z0-9_.~+!*'()-]*)+$`)

// isForm reports whether a text is a form, encoded or not, rather than a sentence with
// an equals sign or an address. A text of several lines is a form only if its first
// field is payload, text, message or body.
func isForm(text string) bool {
	for pair := range strings.SplitSeq(text, "&") {
		name, _, found := strings.Cut(pair, "=")
		if pair != "" && (!found || !isFieldName(name)) {
			return false
		}
	}
	name, _, _ := strings.Cut(text, "=")
	return !strings.Contains(text, "\n") || slices.Contains([]string{"payload", "text", "message", "body"}, name)
}

// form returns p with the content of a form. If one of the fields payload, data, json
// and body holds JSON, the first such field is the content. If the form has only one
// field, and it is one of these, its text is the content. Otherwise the content is an
// object with all fields of the form. The error is an *UnreadableError, for a form
// without fields and for JSON that is null or an empty string.
func (p payload) form(fields map[string]string) (payload, error) {
	for _, name := range []string{"payload", "data", "json", "body"} {
		value := strings.TrimSpace(fields[name])
		if value == "" {
			continue
		}
		if v, err := decodeJSON(value); err == nil {
			p.value = v
			return p.scalar()
		}
		if len(fields) == 1 {
			p.text, p.syntax = value, chatMarkup
			return p, nil
		}
	}
	all := map[string]any{}
	for name, value := range fields {
		all[name] = value
		if v, err := decodeJSON(value); err == nil && (strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[")) {
			all[name] = v
		}
	}
	if len(all) == 0 {
		return p, unreadable("the form has no field")
	}
	p.value = all
	return p, nil
}

// multipartFields returns the fields of the multipart form data, by name, without its
// files, except those of JSON. boundary is the text that marks where a part begins,
// from the content type. The error, an *UnreadableError, is for a missing boundary, a
// broken body, an unknown charset and more than maxParts parts.
func multipartFields(data []byte, boundary string) (map[string]string, error) {
	if boundary == "" {
		return nil, unreadable("multipart/form-data without a boundary")
	}
	fields := map[string]string{}
	reader := multipart.NewReader(bytes.NewReader(data), boundary)
	for count := 0; ; count++ {
		part, err := reader.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return fields, nil
		case err != nil:
			return nil, unreadable("the multipart body is broken: %v", err)
		case count == maxParts:
			return nil, unreadable("the form has more than %d parts", maxParts)
		}
		if part.FileName() != "" && !strings.Contains(part.Header.Get("Content-Type"), "json") {
			continue // files do not appear in posts
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, unreadable("the multipart body is broken: %v", err)
		}
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if fields[part.FormName()], err = toUTF8(content, params["charset"]); err != nil {
			return nil, err
		}
	}
}

// toUTF8 decodes a text in the named charset; a byte order mark of UTF-16 wins over the
// name. Without a name, it takes a text for UTF-8 if it is valid, otherwise for
// windows-1252, which old programs write. In a text named UTF-8, U+FFFD replaces
// invalid bytes. The error, an *UnreadableError, is for an unknown charset, a text that
// is not in another charset that is named, and binary data.
func toUTF8(data []byte, name string) (string, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) {
		name = "utf-16le"
	} else if bytes.HasPrefix(data, []byte("\xfe\xff")) {
		name = "utf-16be"
	}
	if name == "" && !utf8.Valid(data) {
		name = "windows-1252"
	}
	if name != "" && !strings.EqualFold(name, "utf-8") {
		encoding, _ := charset.Lookup(name)
		if encoding == nil {
			return "", unreadable("the charset %q is not known", name)
		}
		decoded, err := encoding.NewDecoder().Bytes(data)
		if err != nil {
			return "", unreadable("the body is not in the charset %s", name)
		}
		data = decoded
	}
	if bytes.ContainsRune(data, 0) {
		return "", unreadable("the body is not a text")
	}
	return strings.ToValidUTF8(string(data), "\uFFFD"), nil
}

// decodeJSON decodes text and keeps numbers as written. It returns an error if text is
// not exactly one JSON value, or nests deeper than maxDepth.
func decodeJSON(text string) (any, error) {
	if err := shallow(text); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the first value")
	}
	return v, nil
}

// shallow returns an error if the JSON text nests objects and arrays deeper than
// maxDepth. It decodes nothing, which would cost memory.
func shallow(text string) error {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("more than %d levels", maxDepth)
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return nil
}
