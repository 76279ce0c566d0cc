package feed

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// json reads a JSON Feed into r.feed. It ignores a field of the wrong type. The error
// wraps ErrFormat for other JSON, or ErrTooMany.
func (r *reader) json(body []byte) error {
	if err := checkNesting(body); err != nil {
		return err
	}
	document := gjson.ParseBytes(body)
	var version, title, site, self string
	var items gjson.Result
	document.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "version":
			version = jsonText(v).line()
		case "title":
			title = jsonText(v).line()
		case "home_page_url":
			site = jsonAddress(r.from.Address, v)
		case "feed_url":
			self = jsonAddress(r.from.Address, v)
		case "items":
			items = v
		}
		return true
	})
	if !items.IsArray() || !strings.Contains(version, "jsonfeed") && site == "" && self == "" {
		return fmt.Errorf("%w: it is JSON, but no JSON Feed", ErrFormat)
	}
	_, number, _ := strings.Cut(version, "version/")
	r.feed.Format, r.feed.Title, r.feed.Site = strings.TrimSpace("JSON Feed "+number), title, site
	base := firstOf(site, r.from.Address)
	var err error
	items.ForEach(func(_, item gjson.Result) bool {
		if !item.IsObject() {
			r.drop("it is no object")
			return r.index <= maxEntries
		}
		if !strings.HasSuffix(item.Raw, "}") {
			r.drop(cutOff)
			return false
		}
		err = r.add(jsonEntry(item, base))
		return err == nil
	})
	if r.index > maxEntries && err == nil {
		err = fmt.Errorf("%w: more than %d entries", ErrTooMany, maxEntries)
	}
	return err
}

// jsonEntry returns a draft of an entry from item, an item of a JSON Feed. base is the
// address to which its links are relative.
func jsonEntry(item gjson.Result, base string) *draft {
	e := &draft{base: base}
	external := ""
	item.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			e.id = jsonText(v).line()
		case "url":
			e.link = jsonAddress(base, v)
		case "external_url":
			external = jsonAddress(base, v)
		case "title":
			e.title = jsonText(v)
		case "summary":
			e.summary = jsonText(v)
		case "content_text":
			e.content = e.content.or(jsonText(v))
		case "content_html":
			html := jsonText(v)
			html.isText = false
			e.content = html.or(e.content)
		case "date_published":
			e.published = firstDate(e.published, jsonText(v).line())
		case "date_modified":
			e.updated = firstDate(e.updated, jsonText(v).line())
		case "attachments":
			first := v
			if v.IsArray() {
				first = v.Get("0")
			}
			if first.IsObject() {
				e.other = e.other.and(attached, jsonAddress(base, first.Get("url")))
			}
		}
		return true
	})
	e.link = firstOf(e.link, external)
	return e
}

// jsonText returns the value of a JSON string, or of a number as it is written; empty
// for other JSON.
func jsonText(v gjson.Result) value {
	text := ""
	switch v.Type {
	case gjson.String:
		text = v.Str
	case gjson.Number:
		text = v.Raw
	}
	return value{text: text[:min(len(text), maxField)], isText: true}
}

// jsonAddress returns the web address in a JSON string, made absolute with base; empty
// if there is none.
func jsonAddress(base string, v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return absolute(base, v.Str)
}

// checkNesting returns an error that wraps ErrTooMany for JSON that nests deeper, or
// has more objects, than any real feed: finding the end of a value takes memory for
// each level.
func checkNesting(body []byte) error {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > maxNesting {
				return fmt.Errorf("%w: more than %d values in one another", ErrTooMany, maxNesting)
			}
		case '}', ']':
			depth--
		}
	}
	if bytes.Count(body, []byte("{")) > maxElements {
		return fmt.Errorf("%w: more than %d objects", ErrTooMany, maxElements)
	}
	return nil
}
