package commons

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"heraut/catalogue"
)

// maxListBytes bounds a list of publiccode.yml files, in bytes.
const maxListBytes = 16 << 20

// parseListOfFiles reads one publiccode.yml, or a list in YAML or JSON. A list holds
// whole publiccode.yml files, or addresses of repositories or of such files, also as
// the keys of an object. The addresses come back in the page, to be read next. Elements
// that are neither are dropped and reported; the error is errNotPublicCode if all are,
// or that of the YAML or JSON.
func parseListOfFiles(body io.Reader, s *Settings) (*page, error) {
	data, err := io.ReadAll(io.LimitReader(body, maxListBytes))
	if err != nil {
		return nil, err
	}
	var value any
	if text := strings.TrimLeft(string(data), "\ufeff \t\r\n"); strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		err = dec.Decode(&value)
	} else {
		value, err = decodeYAML(data)
	}
	if err != nil {
		return nil, err
	}
	var l list
	var p page
	read := func(i int, v any) {
		e := asElement(v)
		switch address := (element{"a": v}).text("a"); {
		case isPublicCode(e):
			d := draftOf(e, s)
			l.add(i, &d, s)
		case fileOf(address) != "":
			p.Files = append(p.Files, file{Address: fileOf(address)})
		case fileOf(e.text("publiccode", "url", "repository")) != "":
			p.Files = append(p.Files, file{Address: fileOf(e.text("publiccode", "url", "repository"))})
		default:
			l.drop(i, "is neither a publiccode.yml nor an address")
		}
	}
	switch v := value.(type) {
	case []any:
		for i, one := range v {
			read(i, one)
		}
	case map[string]any:
		if isPublicCode(v) {
			read(0, v)
			break
		}
		for i, key := range sortedKeys(v) {
			read(i, key)
		}
	}
	if len(l.entries) == 0 && len(p.Files) == 0 {
		return nil, errNotPublicCode
	}
	p.Entries, p.Dropped = l.entries, l.dropped
	return &p, nil
}

// fileOf returns the address of the publiccode.yml to which a text leads: the text
// itself if it is the address of a YAML file, or the file's place in the repository
// whose address it is. Hosts other than GitHub and Codeberg count as a GitLab. It is
// empty for any other text.
func fileOf(address string) string {
	address = catalogue.CleanLink(address)
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return ""
	}
	path := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	switch {
	case strings.HasSuffix(u.Path, ".yml") || strings.HasSuffix(u.Path, ".yaml"):
		return address
	case path == "":
		return ""
	case u.Host == "github.com":
		return "https://raw.githubusercontent.com/" + path + "/HEAD/publiccode.yml"
	case u.Host == "codeberg.org":
		return "https://codeberg.org/api/v1/repos/" + path + "/raw/publiccode.yml"
	}
	return rawGitLab(u.Scheme+"://"+u.Host+"/"+path, "")
}
