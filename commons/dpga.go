package commons

import (
	"io"
	"strings"
)

// parseDPGA reads the registry of the Digital Public Goods Alliance from r. The errors
// are those of parseList.
func parseDPGA(r io.Reader, s *Settings) (list, error) {
	isOne := func(e element) bool { return e["SDGs"] != nil || e["stage"] != nil && e["sectors"] != nil }
	return parseList(r, s, "data", isOne, func(e element) draft {
		var licences []string
		for _, v := range e.list("license") {
			if id := asElement(v).text("spdx"); id != "" {
				licences = append(licences, id)
			}
		}
		d := draft{
			id: e.text("id"), code: firstOf(urls(e.list("repositories"))), page: "https://digitalpublicgoods.net/r/" + e.text("id"),
			phase: e.text("stage"), languages: s.inLanguage(e.text("description")),
		}
		for _, v := range e.list("organizations") {
			d.contacts = append(d.contacts, asElement(v).text("contact_email"))
		}
		d.fields = map[string]any{
			"name": map[string]any{"en": e.text("name"), "fr": e.text("name")}, "license": strings.Join(licences, ", "), "url": e.text("website"),
			"keywords": append(append(e.list("sectors"), e.list("aliases")...), e.list("type")...), "authors": organizations(e.list("organizations")),
		}
		return d
	})
}

// urls returns the web addresses in the field "url" of a list of decoded JSON objects.
func urls(all []any) []string {
	var out []string
	for _, v := range all {
		if u := asElement(v).text("url"); u != "" {
			out = append(out, u)
		}
	}
	return out
}
