package catalogue

import (
	"slices"
	"strings"

	"heraut/text"
)

// reference is a program that an entry names as comparable: by its name, by the id of
// another entry, by its Wikidata item, or by several of them; and whether the file says
// that it is free or proprietary.
type reference struct {
	name        string
	id          string
	wikidata    string
	proprietary bool
	free        bool // the file says that it is free
}

// maxReferences bounds the comparable programs of one entry.
const maxReferences = 200

func references(o object) []reference {
	out := allReferences(o)
	return out[:min(len(out), maxReferences)]
}

func allReferences(o object) []reference {
	var out []reference
	for _, v := range o.list("similarExternalSoftwares", "similarSoftwares", "similarWikidataSoftwares", "alikeSoftwares") {
		if !isWikimediaPage(asObject(v)) {
			out = append(out, referenceFrom(v))
		}
	}
	// Generation 0a: "36 ; 162" or "209, 216" or "AWS, Google Cloud Platform".
	for part := range strings.FieldsFuncSeq(rawText(o["si"]), func(r rune) bool { return r == ';' || r == ',' }) {
		part = clean(part, maxName)
		if strings.Trim(part, "0123456789") == "" {
			out = append(out, reference{id: part})
		} else {
			out = append(out, reference{name: part})
		}
	}
	return out
}

func referenceFrom(v any) reference {
	o := asObject(v)
	if o == nil {
		return reference{name: clean(rawText(v), maxName)}
	}
	free, known := o["isLibreSoftware"].(bool)
	return reference{
		name:        o.text("name", "label", "softwareName"),
		id:          o.text("softwareId"),
		wikidata:    wikidataID(o.text("externalId", "wikidataId")),
		proprietary: known && !free && !o.flag("isInCatalogi"),
		free:        known && free,
	}
}

// isWikimediaPage reports whether o, which an entry names as a comparable program,
// describes no program but a page of Wikipedia, such as a disambiguation or a list.
// Wikidata has items for these pages too. It goes by the words of the description and
// by the end of the name.
func isWikimediaPage(o object) bool {
	d := o.localized("description")
	for _, s := range []string{d.FR, d.EN, o.text("description")} {
		words := text.Words(s)
		has := func(all ...string) bool {
			return !slices.ContainsFunc(all, func(w string) bool { return !slices.Contains(words, w) })
		}
		switch {
		case has("page", "homonymie"), has("disambiguation", "page"), has("wikimedia", "list"), has("wikimedia", "liste"),
			has("wikimedia", "category"), has("wikimedia", "categorie"), has("wikimedia", "article"):
			return true
		}
	}
	name := text.Fold(o.text("name", "label"))
	return strings.HasSuffix(name, "(homonymie)") || strings.HasSuffix(name, "(disambiguation)")
}

// freeNames returns the names, in the form of squash, and the Wikidata items of the
// comparable programs that the file says are free software.
func freeNames(similar [][]reference) (names, items map[string]bool) {
	names, items = map[string]bool{}, map[string]bool{}
	for _, r := range slices.Concat(similar...) {
		if r.free {
			names[squash(r.name)] = true
			items[r.wikidata] = true
		}
	}
	delete(names, "")
	delete(items, "")
	return names, items
}

// join fills the fields Replaces (products that are not free) and Similar (comparable
// programs) of the entries, in place, from similar, the programs that each entry names.
// A program that is itself an entry, or known to be free, never goes into Replaces: the
// SILL marks 7zip and others as not free.
func join(entries []Software, similar [][]reference) {
	byID := map[string]*Software{}
	byWikidata := map[string]*Software{}
	byName := map[string]*Software{}
	for i := range slices.Backward(entries) {
		s := &entries[i]
		byID[s.ID] = s
		byName[squash(s.Name)] = s
		if s.Wikidata != "" {
			byWikidata[s.Wikidata] = s
		}
	}
	for i := range entries { // other names, unless they are the name of an entry
		for _, other := range entries[i].OtherNames {
			if key := squash(other); byName[key] == nil {
				byName[key] = &entries[i]
			}
		}
	}
	delete(byName, "")
	find := func(r reference) *Software {
		for _, s := range []*Software{byID[r.id], byWikidata[r.wikidata], byName[squash(r.name)]} {
			if s != nil {
				return s
			}
		}
		return nil
	}
	freeByFile, freeItems := freeNames(similar)
	for i := range entries {
		s := &entries[i]
		seen := map[string]bool{text.Fold(s.Name): true}
		for _, r := range similar[i] {
			known := find(r)
			p := Similar{Name: r.name}
			if known != nil {
				p.ID = known.ID
				if p.Name == "" {
					p.Name = known.Name
				}
			}
			if f := text.Fold(p.Name); p.Name == "" || seen[f] || known == s {
				continue
			} else {
				seen[f] = true
			}
			isFree := known != nil || knownFree[squash(p.Name)] || freeByFile[squash(p.Name)] || freeItems[r.wikidata]
			if r.proprietary && !isFree {
				s.Replaces = append(s.Replaces, p)
			} else {
				s.Similar = append(s.Similar, p)
			}
		}
	}
}
