package catalogue

import (
	"io"
	"slices"
	"strings"
)

// Entry returns the software that an element of the SILL's format V2 describes, for
// readers that translate other formats into it. ok is false when the element has no
// name.
func Entry(element map[string]any) (s Software, ok bool) {
	s = software(element)
	return s, s.Name != ""
}

// Elements calls yield for each element of the JSON list in r, until yield fails;
// numbers are json.Number. The list is the whole text or, unless within is empty, it
// may stand in an object under the key within. The error is that of yield, wraps one of
// the Err values of this package, or is that of r.
func Elements(r io.Reader, within string, yield func(element any) error) error {
	in := newInput(r)
	if err := startsJSON(in); err != nil {
		return err
	}
	return in.cause(readList(in, within, yield))
}

// FieldsError returns an UnknownListError for a list whose elements have the fields of
// first: the list is not of the expected kind.
func FieldsError(first map[string]any) error { return unknownList(JSONList, fieldNames(first)) }

// CleanLink returns s as an absolute http or https URL; an empty string if it is none,
// or holds a user name.
func CleanLink(s string) string { return link(s) }

// CleanText returns an untrusted text on one line, of at most limit characters, with
// single spaces and without control and invisible characters. It may be empty.
func CleanText(s string, limit int) string { return clean(s, limit) }

// RepositoryKey returns the same key for all spellings of a repository's address:
// "github.com/owner/name"; empty if the address has no path, or a host without a dot.
func RepositoryKey(address string) string {
	key := strings.ToLower(strings.TrimSpace(address))
	for _, prefix := range []string{"git+", "https://", "http://", "git://", "ssh://", "git@", "www."} {
		key = strings.TrimPrefix(key, prefix)
	}
	key, _, _ = strings.Cut(key, "#")
	key, _, _ = strings.Cut(key, "?")
	key = strings.TrimSuffix(strings.TrimRight(key, "/"), ".git")
	host, path, found := strings.Cut(key, "/")
	if at, rest, scp := strings.Cut(host, ":"); scp && !found || scp && strings.Trim(rest, "0123456789") != "" {
		host, path = at, strings.Trim(rest+"/"+path, "/") // git@host:owner/name
	}
	for _, end := range []string{"/-/", "/tree/", "/blob/", "/wiki", "/releases", "/issues"} {
		path, _, _ = strings.Cut(path, end)
	}
	if path == "" || !strings.Contains(host, ".") {
		return ""
	}
	return host + "/" + path
}

// Labels returns the names of catalogues for people, without duplicates, as messages
// show them; none if only the SILL, whose label is empty, is among them. labels are
// values of Software.Catalogue.
func Labels(labels []string) []string {
	var out []string
	for _, l := range labels {
		if l == "" {
			l = "SILL"
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	if len(out) == 1 && out[0] == "SILL" {
		return nil
	}
	return out
}
