package catalogue

import (
	"cmp"
	"slices"
	"strings"

	"heraut/text"
)

// The fields of generations C, V2 and N, after the published types of
// codegouvfr/catalogi (api/src/rpc/publicApi/schema.ts and schemaOrg.ts,
// api/src/core/ports/CompileData.ts, 2026). Earlier generations have some of them under
// the same names.

// maxDetails bounds the length of each list of details of an entry.
const maxDetails = 200

// details fills those fields of s that only the newer formats of the SILL have, from an
// element o and the data ext that the SILL copied from elsewhere. s.Wikidata must be
// set before.
func (s *Software) details(o, ext object) {
	attributes := o.sub("customAttributes")
	s.EnglishKeywords = englishKeywords(o.list("keywords"), ext.list("keywords"))
	s.ProgrammingLanguages = texts(o.list("programmingLanguages"), ext.list("programmingLanguages"))
	s.Created = o.time("dateCreated")
	if s.Created.IsZero() {
		s.Created = ext.time("dateCreated")
	}
	s.Status = text.Fold(o.sub("status").text("name"))
	s.History = history(o.list("statusHistory"))
	s.RGAA = cmp.Or(attributes.answer("doRespectRgaa"), o.answer("doRespectRgaa"))
	s.Attributes = otherAttributes(attributes)
	s.Runtimes = runtimes(o, ext)
	s.HasExpert = o.flag("hasExpertReferent")
	s.Instances = instances(o.list("instances"))
	s.Authors = authors(o.list("authors"), ext.list("authors"), ext.list("developers"))
	s.Publications = publications(o.list("referencePublications"), ext.list("referencePublications"))
	s.Identifiers = identifiers(o, ext, s.Wikidata)
	s.Activity = activity(o.sub("repoMetadata"), ext.sub("repoMetadata"))
}

// englishKeywords returns the English keywords from lists whose elements have a text
// for each language, without those that lack a French text.
func englishKeywords(lists ...[]any) []string {
	var english []any
	for _, list := range lists {
		for _, v := range list {
			if o := asObject(v); rawText(o["fr"]) != "" {
				english = append(english, o["en"])
			}
		}
	}
	return texts(english)
}

// history returns the changes of a software's status in the field statusHistory, oldest
// first, at most maxDetails. Changes without a status are left out. It reads both
// shapes that this field has had.
func history(list []any) []StatusChange {
	var out []StatusChange
	for _, v := range list[:min(len(list), maxDetails)] {
		o := asObject(v)
		changed := o.sub("changed")
		c := StatusChange{
			Status: text.Fold(o.text("name", "status", "to")),
			Time:   changed.time("time"),
			Reason: description(rawText(changed["reason"])),
		}
		if c.Time.IsZero() {
			c.Time = o.time("time", "changedAt")
		}
		c.Reason = cmp.Or(c.Reason, description(rawText(o["reason"])))
		if c.Status != "" {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b StatusChange) int { return a.Time.Compare(b.Time) })
	return out
}

// answer returns the yes or no in a field, which holds a boolean or a word such as
// «oui»; Unknown for anything else.
func (o object) answer(key string) Answer {
	switch v := o[key].(type) {
	case bool:
		if v {
			return Yes
		}
		return No
	case string:
		switch text.Fold(strings.TrimSpace(v)) {
		case "oui", "yes", "true", "1":
			return Yes
		case "non", "no", "false", "0":
			return No
		}
	}
	return Unknown
}

// ownAttributes are the custom attributes that have a field of Software.
var ownAttributes = map[string]bool{
	"isRecommandedByIntermin": true, "isPresentInSupportContract": true, "isFromFrenchPublicService": true,
	"doRespectRgaa": true, "versionMin": true,
}

func otherAttributes(o object) []Attribute {
	var out []Attribute
	for name, v := range o {
		value := clean(rawText(v), maxName)
		if b, ok := v.(bool); ok {
			value = "false"
			if b {
				value = "true"
			}
		}
		if name := clean(name, maxName); name != "" && value != "" && !ownAttributes[name] {
			out = append(out, Attribute{name, value})
		}
	}
	slices.SortFunc(out, func(a, b Attribute) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) })
	return out[:min(len(out), maxDetails)]
}

func runtimes(o, ext object) []Runtime {
	var out []Runtime
	for _, r := range []Runtime{Desktop, Mobile, Cloud} {
		named := func(v any) bool { return text.Fold(rawText(v)) == string(r) }
		if slices.ContainsFunc(o.list("runtimePlatforms"), named) || slices.ContainsFunc(ext.list("runtimePlatforms"), named) {
			out = append(out, r)
		}
	}
	return out
}

func publications(lists ...[]any) []Publication {
	var out []Publication
	for _, v := range slices.Concat(lists...) {
		o := asObject(v)
		p := Publication{Title: o.text("headline", "name", "title"), URL: o.link("url", "@id")}
		for _, id := range o.list("identifiers") {
			id := asObject(id)
			url := id.link("url")
			if doi := id.text("value"); url == "" && strings.HasPrefix(doi, "10.") {
				url = link("https://doi.org/" + doi)
			}
			p.URL = cmp.Or(p.URL, url)
		}
		if (p.Title != "" || p.URL != "") && !slices.Contains(out, p) && len(out) < maxDetails {
			out = append(out, p)
		}
	}
	return out
}

// identifiers returns the identifiers of a software in other catalogues, each once:
// those that its element o and the data ext copied from elsewhere list, the external
// ids of both, its id in the Comptoir du Libre, and wikidata unless empty.
func identifiers(o, ext object, wikidata string) []Identifier {
	var out []Identifier
	add := func(source, value, page string) {
		id := Identifier{sourceName(source), value, page}
		same := func(i Identifier) bool { return i.Source == id.Source && text.Fold(i.Value) == text.Fold(id.Value) }
		if id.Source != "" && id.Value != "" && !slices.ContainsFunc(out, same) && len(out) < maxDetails {
			out = append(out, id)
		}
	}
	for _, v := range slices.Concat(o.list("identifiers"), ext.list("identifiers")) {
		id := asObject(v)
		site := id.sub("subjectOf")
		source := cmp.Or(site.text("additionalType"), hostSource(id.text("url")), hostSource(site.text("url")), site.text("name"))
		add(source, id.text("value"), id.link("url"))
	}
	add(SourceWikidata, wikidata, wikidataPage(wikidata))
	for _, source := range []object{o, ext} {
		add(source.text("sourceSlug", "externalDataOrigin"), source.text("externalId"), "")
	}
	if c := o.sub("comptoirDuLibreSoftware"); c.has("id") {
		add(SourceComptoir, c.text("id"), c.link("url"))
	}
	return out
}

// sourceName returns one name, in lower case without accents, spaces and punctuation,
// for all spellings of the name of a catalogue or register; empty for «user input», the
// SILL's own form, which is no catalogue.
func sourceName(s string) string {
	s = strings.Join(text.Words(s), "")
	switch s {
	case "comptoir", "comptoirdulibreorg":
		return SourceComptoir
	case "halscience":
		return SourceHAL
	case "userinput": // the SILL's own form, not a catalogue
		return ""
	}
	return s
}

// hostSource returns the name of the catalogue or register on whose site a page is,
// such as Wikidata; empty for an unknown site.
func hostSource(page string) string {
	for _, s := range []struct{ host, source string }{
		{"wikidata.org", SourceWikidata}, {"comptoir-du-libre.org", SourceComptoir}, {"framalibre.org", SourceFramalibre},
		{"hal.science", SourceHAL}, {"cnll.fr", SourceCNLL},
	} {
		if hostOf(page) == s.host || strings.HasSuffix(hostOf(page), "."+s.host) {
			return s.source
		}
	}
	return ""
}

// activity returns the times of the last commit and of other events in a repository,
// from the first of the given objects that holds such a time; nil if none does. The
// objects are values of the field repoMetadata.
func activity(all ...object) *Activity {
	for _, o := range all {
		health := o.sub("healthCheck")
		a := Activity{
			Commit:             health.sub("lastCommit").time("dateCreated", "dateModified"),
			ClosedIssue:        health.sub("lastClosedIssue").time("dateModified", "dateCreated"),
			ClosedMergeRequest: health.sub("lastClosedIssuePullRequest").time("dateModified", "dateCreated"),
		}
		if a != (Activity{}) {
			return &a
		}
	}
	return nil
}
