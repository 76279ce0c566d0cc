package commons

import (
	"errors"
	"io"
	"slices"
	"strings"

	"heraut/catalogue"
)

// publiccode.yml, versions 0.2 to 0.4 (github.com/publiccodeyml/publiccode.yml), read
// leniently: files in the wild miss required fields and mix the versions.

var errNotPublicCode = errors.New("it is no publiccode.yml: it has no publiccodeYmlVersion, or no name")

// parsePublicCode parses one publiccode.yml from r, which describes one software, and
// returns a list of one entry; of none if it has no usable id, which the list reports.
// The errors are those of readPublicCode and of r.
func parsePublicCode(r io.Reader, s *Settings) (list, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxYAML+1))
	if err != nil {
		return list{}, err
	}
	d, err := readPublicCode(data, s)
	if err != nil {
		return list{}, err
	}
	var l list
	l.add(0, &d, s)
	return l, nil
}

// readPublicCode parses a publiccode.yml, which describes one software. The software's
// id is the address of its repository. The error is errNotPublicCode if the version or
// the name is missing, or that of decodeYAML.
func readPublicCode(data []byte, s *Settings) (draft, error) {
	value, err := decodeYAML(data)
	if err != nil {
		return draft{}, err
	}
	e := asElement(value)
	if !isPublicCode(e) || e.text("name") == "" {
		return draft{}, errNotPublicCode
	}
	return draftOf(e, s), nil
}

// versionFields are the names of the field that holds the version of the format: the
// present one, and older ones.
var versionFields = []string{"publiccodeYmlVersion", "publiccode-yaml-version", "publiccodeYamlVersion"}

// isPublicCode reports whether e is a publiccode.yml, by the field with the version of
// the format.
func isPublicCode(e element) bool { return e.text(versionFields...) != "" }

// draftOf converts e, a decoded publiccode.yml, which describes one software, into a
// draft. A software whose status is obsolete is abandoned. Texts without a language are
// in that of the catalogue s.
func draftOf(e element, s *Settings) draft {
	maintenance := e.sub("maintenance")
	d := draft{
		id: catalogue.RepositoryKey(e.text("url")), code: e.text("url"), page: e.text("landingURL"), phase: e.text("developmentStatus"),
		languages: map[string]string{},
	}
	if d.page == "" {
		d.page = d.code
	}
	d.abandoned = d.phase == "obsolete"
	for _, v := range maintenance.list("contacts") {
		d.contacts = append(d.contacts, asElement(v).text("email"))
	}
	d.contacts = append(d.contacts, asElement(e["organisation"]).text("uri"))
	keywords := append(e.texts("categories"), e.texts("tags")...)
	var names []string
	var help string
	for _, language := range languagesOf(e, s) {
		text := language.text
		d.languages[language.code] = text.text("shortDescription", "longDescription")
		names = append(names, text.text("localisedName"))
		keywords = append(append(keywords, text.text("genericName")), text.texts("features")...)
		if help == "" {
			help = text.text("documentation", "apiDocumentation")
		}
	}
	d.fields = map[string]any{
		"name": e.text("name"), "license": e.sub("legal").text("license"), "url": e.text("landingURL"), "softwareHelp": help,
		"keywords": anyOf(keywords), "latestVersion": map[string]any{"version": e.text("softwareVersion"), "releaseDate": e.text("releaseDate")},
		"updateTime": e.text("releaseDate"), "authors": organizations([]any{e.sub("organisation"), repoOwner(e)}),
		"providers": organizations(maintenance.list("contractors")),
	}
	d.fields["softwareExternalData"] = map[string]any{"name": firstOf(slices.DeleteFunc(names, func(n string) bool { return n == "" }))}
	d.systems(e.texts("platforms"))
	return d
}

// repoOwner returns the owner of the software in a publiccode.yml of version 0.2 or
// 0.3, as an object with a name; the name is empty in other versions.
func repoOwner(e element) map[string]any {
	return map[string]any{"name": e.sub("legal").text("repoOwner", "mainCopyrightOwner")}
}

// localText is the description of a software in one language, as a publiccode.yml has
// it.
type localText struct {
	code string
	text element
}

// languagesOf returns the descriptions in a publiccode.yml by language, at most 40,
// French and English first. "fr-FR" becomes "fr". A description without a language is
// in that of the catalogue s.
func languagesOf(e element, s *Settings) []localText {
	if bare := e.text("description"); bare != "" {
		return []localText{{s.Language, element{"shortDescription": bare}}}
	}
	all := e.sub("description")
	codes := make([]string, 0, len(all))
	for code := range all {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return strings.Compare(orderOf(a), orderOf(b)) })
	var out []localText
	for _, code := range codes[:min(len(codes), 40)] {
		short, _, _ := strings.Cut(strings.ToLower(code), "-") // "fr-FR"
		out = append(out, localText{short, all.sub(code)})
	}
	return out
}

// orderOf returns the key by which to sort a language code: French comes first, then
// English, then the others by their code.
func orderOf(code string) string {
	switch {
	case strings.HasPrefix(strings.ToLower(code), "fr"):
		return " 1"
	case strings.HasPrefix(strings.ToLower(code), "en"):
		return " 2"
	}
	return code
}

// systems sets the operating systems among the draft's fields and, for "web", that it
// runs in the cloud, from the platforms that a publiccode.yml names. It ignores unknown
// ones.
func (d *draft) systems(platforms []string) {
	systems := map[string]any{}
	for _, p := range platforms {
		switch p = strings.ToLower(p); p {
		case "web":
			d.fields["runtimePlatforms"] = []any{"cloud"}
		case "mac", "macos", "osx":
			systems["mac"] = true
		case "windows", "linux", "android", "ios":
			systems[p] = true
		}
	}
	d.fields["operatingSystems"] = systems
}
