package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"heraut/text"
)

// organizations returns the organizations that use a software, those with the most
// people first. It reads counts, a JSON object with the names of the organizations as
// keys. It leaves out an organization without people. users and referents are the
// numbers of people under keys that name no organization, such as «autre».
func organizations(counts object) (named []Organization, users, referents int) {
	for name := range counts {
		n := counts.sub(name)
		org := Organization{Name: clean(name, maxName), Users: n.count("userCount"), Referents: n.count("referentCount")}
		switch {
		case isUnnamed(org.Name) || countLetters(org.Name) < 2:
			users += org.Users
			referents += org.Referents
		case org.Users+org.Referents > 0:
			named = append(named, org)
		}
	}
	sortOrganizations(named)
	return named, users, referents
}

// sortOrganizations sorts the organizations in place, those with the most people first.
func sortOrganizations(all []Organization) {
	slices.SortFunc(all, func(a, b Organization) int {
		return cmp.Or(cmp.Compare(b.Users+b.Referents, a.Users+a.Referents), cmp.Compare(a.Name, b.Name))
	})
}

// unnamed are the folded placeholders that people type into forms instead of a name.
var unnamed = map[string]bool{
	"other": true, "others": true, "autre": true, "autres": true, "null": true, "undefined": true, "none": true,
	"na": true, "n a": true, "aucun": true, "aucune": true, "inconnu": true, "inconnue": true, "unknown": true,
	"test": true, "anonyme": true, "anonymous": true,
}

// isUnnamed reports whether a text that should name a person, an administration or a
// company names nobody: it has no letter, is a placeholder, or is an account that the
// Comptoir du Libre marks for deletion ("compte à supprimer 493").
func isUnnamed(name string) bool {
	words := strings.Join(text.Words(name), " ")
	return countLetters(words) == 0 || unnamed[words] || isDeletedAccount(words)
}

func countLetters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// isDeletedAccount reports whether folded words name an account that was deleted or is
// marked for deletion.
func isDeletedAccount(words string) bool {
	for _, start := range []string{"compte a supprimer", "compte supprime", "utilisateur supprime", "deleted user", "deleted account"} {
		if words == start || strings.HasPrefix(words, start+" ") {
			return true
		}
	}
	return false
}

// maxParents bounds the number and the depth of an organization's parents.
const (
	maxParents     = 20
	maxParentDepth = 8
)

// parents returns the names of the organizations of which the organization o is a part,
// the nearest first, without duplicates and without placeholders such as «autre»: at
// most maxParents, from at most maxParentDepth levels.
func parents(o object) []string {
	var out []string
	level := o.list("parentOrganizations")
	for depth := 0; depth < maxParentDepth && len(level) > 0; depth++ {
		var next []any
		for _, v := range level {
			name := clean(rawText(v), maxName)
			if !isUnnamed(name) && !slices.Contains(out, name) && len(out) < maxParents {
				out = append(out, name)
				next = append(next, asObject(v).list("parentOrganizations")...)
			}
		}
		level = next
	}
	return out
}

func providers(lists ...[]any) []Provider {
	var out []Provider
	seen := map[string]bool{}
	for _, v := range slices.Concat(lists...) {
		p := asObject(v)
		name := clean(rawText(v), maxName)
		f := text.Fold(name)
		if isUnnamed(name) || seen[f] || len(out) >= maxDetails {
			continue
		}
		seen[f] = true
		site := p.sub("external_resources").link("website")
		out = append(out, Provider{Name: name, URL: cmp.Or(site, p.link("website", "url", "cdlUrl")), Parents: parents(p)})
	}
	return out
}

// authors returns the authors of a software, people or organizations, from lists in the
// format of schema.org or of Wikidata, each name once. Placeholders such as «inconnu»
// are left out.
func authors(lists ...[]any) []Author {
	var out []Author
	seen := map[string]bool{}
	for _, v := range slices.Concat(lists...) {
		o := asObject(v)
		name := clean(rawText(v), maxName)
		f := text.Fold(name)
		if isUnnamed(name) || seen[f] || len(out) >= maxDetails {
			continue
		}
		seen[f] = true
		a := Author{Name: name, URL: o.link("url"), Organization: o.text("@type") == "Organization"}
		a.URL = cmp.Or(a.URL, wikidataPage(wikidataID(o.text("id"))))
		for _, p := range providers(o.list("affiliations")) {
			a.Affiliations = append(a.Affiliations, p.Name)
		}
		out = append(out, a)
	}
	return out
}

// instances returns the installations of a software, public and internal ones, in any
// of the shapes that the field has had.
func instances(list []any) []Instance {
	var out []Instance
	for _, v := range list {
		o := asObject(v)
		i := Instance{Organization: o.text("organization"), Audience: o.text("targetAudience"), URL: o.link("instanceUrl", "publicUrl")}
		i.Public = o.flag("isPublic") || !o.has("isPublic") && i.URL != ""
		if isUnnamed(i.Organization) {
			i.Organization = ""
		}
		if i != (Instance{}) && !slices.Contains(out, i) && len(out) < maxDetails {
			out = append(out, i)
		}
	}
	return out
}
