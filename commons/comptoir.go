package commons

import (
	"io"
)

// parseComptoir reads the export of Comptoir du Libre from r: an object with the list
// under "softwares", or the list itself. The errors are those of parseList.
func parseComptoir(r io.Reader, s *Settings) (list, error) {
	isOne := func(e element) bool {
		return e["name"] != nil && (e["external_resources"] != nil || e["licence"] != nil)
	}
	return parseList(r, s, "softwares", isOne, func(e element) draft {
		resources := e.sub("external_resources")
		d := draft{id: e.text("id"), page: e.text("url"), code: resources.text("repository")}
		wikidata := resources.sub("wikidata").text("id")
		d.fields = map[string]any{
			"name": e.text("name"), "license": e.text("licence", "license"), "url": resources.text("website"),
			"addedTime": e.text("created"), "updateTime": e.text("modified"),
			"keywords": e["keywords"], "providers": organizations(e.list("providers")), "wikidata": wikidata,
			"identifiers": []any{
				identifier("comptoirdulibre", d.id, d.page),
				identifier("sill", resources.sub("sill").text("id"), resources.sub("sill").text("url")),
				identifier("framalibre", resources.sub("framalibre").text("slug", "id"), resources.sub("framalibre").text("url")),
			},
		}
		d.languages = s.inLanguage(e.text("description"))
		return d
	})
}

// organizations converts decoded JSON objects with a name and an address into
// organizations in the SILL's format. Those without a name are left out.
func organizations(all []any) []any {
	var out []any
	for _, v := range all {
		o := asElement(v)
		if name := o.text("name"); name != "" {
			out = append(out, map[string]any{"@type": "Organization", "name": name, "url": o.text("url", "website", "uri")})
		}
	}
	return out
}
