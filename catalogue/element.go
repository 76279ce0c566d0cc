package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heraut/text"
)

// The names of the fields come from the published types of codegouvfr/catalogi,
// codegouvfr/sill-api and etalab/sill-api, and from the short keys of
// code.gouv.fr/data/sill.json. Each accessor lists the newest name first.

// software returns the entry that one element of the SILL describes, in any of its
// formats. Its name is empty if the element has none. Replaces and Similar stay empty:
// join fills them once all entries are known.
func software(o object) Software {
	ext := external(o)
	comptoir := o.sub("comptoirDuLibreSoftware")
	resources := comptoir.sub("external_resources")
	attributes := o.sub("customAttributes")

	s := Software{
		ID:          o.text("id", "_id"),
		Name:        o.text("name", "_name", "n", "i"),
		License:     license(o, ext),
		Keywords:    texts(o.list("keywords"), o.list("tags"), ext.list("keywords")),
		Categories:  texts(o.list("categories"), o.list("applicationCategories"), ext.list("applicationCategories"), o.list("c")),
		Referenced:  referenced(o),
		Updated:     o.time("updateTime"),
		Withdrawn:   withdrawal(o),
		Recommended: attributes.flag("isRecommandedByIntermin") || o.text("st") == "R" || o.text("recommendationStatus") == "recommended",
		Observed:    o.flag("isStillInObservation") || o.text("st") == "O" || o.text("recommendationStatus") == "in observation",
		InSupport:   attributes.flag("isPresentInSupportContract") || o.flag("isPresentInSupportContract", "su", "s"),
		FromState:   attributes.flag("isFromFrenchPublicService") || o.flag("isFromFrenchPublicService", "fr", "a"),
		Latest:      latest(o, ext),
		MinVersion:  cmp.Or(attributes.text("versionMin"), o.text("versionMin", "__versionMin", "v-")),
		Platforms:   platforms(o, ext),

		Providers: providers(o.list("serviceProviders"), o.list("providers"), o.list("annuaireCnllServiceProviders"),
			comptoir.list("providers"), ext.list("providers")),

		Website:       cmp.Or(o.link("url", "website"), ext.link("url", "websiteUrl"), resources.link("website")),
		Code:          cmp.Or(o.link("codeRepositoryUrl", "sources"), ext.link("codeRepositoryUrl", "sourceUrl"), resources.link("repository")),
		Documentation: cmp.Or(o.link("softwareHelp", "doc"), ext.link("softwareHelp", "documentationUrl")),
		Wikidata:      wikidata(o, ext),

		Generation: generationOf(o),
	}
	s.ExternalDescription = ext.localized("description").or(Localized{FR: description(rawText(o["fr-desc"])), EN: description(rawText(o["en-desc"]))})
	s.Description = o.localized("description", "function", "_function", "f").or(s.ExternalDescription)
	s.ExternalDescription = s.ExternalDescription.without(s.Description)
	if s.Name == "" {
		s.Name = ext.text("name", "label")
	}
	s.OtherNames = otherNames(s.Name, o["name"], ext["name"], ext["label"], o.sub("frama")["name"])
	s.Organizations, s.OtherUsers, s.OtherReferents = organizations(o.sub("userAndReferentCountByOrganization"))
	s.details(o, ext)
	return s
}

// external returns the part of an element that the SILL copied from another source,
// mostly Wikidata; nil if there is none.
func external(o object) object {
	return o.sub("softwareExternalData", "wikidataSoftware", "wikidataData")
}

func license(o, ext object) string {
	for _, l := range []string{o.text("license", "_license", "l"), ext.text("license")} {
		if words := text.Words(l); len(words) > 0 && !vacuous[strings.Join(words, " ")] {
			return l
		}
	}
	return ""
}

// otherNames returns the names in values, which are texts, or objects with a French and
// an English text, without duplicates, empty ones and name itself.
func otherNames(name string, values ...any) []string {
	var names []string
	add := func(v any) {
		if n := clean(rawText(v), maxName); n != "" {
			names = append(names, n)
		}
	}
	for _, v := range values {
		if l := asObject(v); l != nil {
			add(l["fr"])
			add(l["en"])
			continue
		}
		add(v)
	}
	var out []string
	seen := map[string]bool{text.Fold(name): true}
	for _, n := range names {
		if f := text.Fold(n); !seen[f] {
			seen[f] = true
			out = append(out, n)
		}
	}
	return out
}

// texts returns the texts of all lists together, cleaned, without duplicates and empty
// ones, at most 200.
func texts(lists ...[]any) []string {
	const limit = 200 // per entry, to bound the memory
	var out []string
	seen := map[string]bool{}
	for _, list := range lists {
		for _, v := range list {
			t := clean(rawText(v), maxName)
			if f := text.Fold(t); t != "" && !seen[f] && len(out) < limit {
				seen[f] = true
				out = append(out, t)
			}
		}
	}
	return out
}

func referenced(o object) time.Time {
	if t := o.time("referencedSinceTime", "__referencedSinceTime", "addedTime", "u"); !t.IsZero() {
		return t
	}
	// Generation 0a gives only years: "2018 ; 2019".
	if first, _, _ := strings.Cut(o.text("y"), " "); len(first) == 4 {
		return parseTime(first + "-01-01")
	}
	return time.Time{}
}

func withdrawal(o object) *Withdrawal {
	if status := o.sub("status"); status.has("name") {
		if status.text("name") == "published" {
			return nil
		}
		return withdrawalFrom(status.sub("changed"))
	}
	if d := o.sub("dereferencing"); d != nil {
		return withdrawalFrom(d)
	}
	if o.text("st") == "FR" || o.text("recommendationStatus") == "no longer recommended" {
		return &Withdrawal{LastRecommendedVersion: o.text("v+", "versionMax"), Ending: true}
	}
	return nil
}

func withdrawalFrom(o object) *Withdrawal {
	return &Withdrawal{
		Reason:                 description(rawText(o["reason"])),
		Time:                   o.time("time"),
		LastRecommendedVersion: o.text("lastRecommendedVersion"),
	}
}

func latest(o, ext object) *Version {
	for _, v := range []object{o.sub("latestVersion"), ext.sub("latestVersion")} {
		if n := v.text("semVer", "version"); n != "" {
			return &Version{Number: n, Released: v.time("publicationTime", "releaseDate")}
		}
	}
	if n := ext.text("softwareVersion"); n != "" {
		return &Version{Number: n, Released: ext.time("publicationTime")}
	}
	if n := o.text("version"); n != "" {
		return &Version{Number: n}
	}
	return nil
}

var systems = []Platform{Windows, Linux, Mac, Android, IOS}

func platforms(o, ext object) []Platform {
	if own := platformsOf(o); len(own) > 0 {
		return own
	}
	return platformsOf(ext)
}

func platformsOf(o object) []Platform {
	kind := o.sub("softwareType")
	found := map[Platform]bool{Web: kind.text("type") == "cloud"}
	for _, p := range systems {
		found[p] = o.sub("operatingSystems").flag(string(p)) || kind.sub("os").flag(string(p))
	}
	for _, v := range o.list("operatingSystems") {
		if name, ok := v.(string); ok && slices.Contains(systems, Platform(text.Fold(name))) {
			found[Platform(text.Fold(name))] = true
		}
	}
	if slices.Contains(runtimes(o, nil), Cloud) {
		found[Web] = true
	}
	var out []Platform
	for _, p := range append(slices.Clone(systems), Web) {
		if found[p] {
			out = append(out, p)
		}
	}
	return out
}

func wikidata(o, ext object) string {
	if id := wikidataID(cmp.Or(o.text("wikidata", "wikidataId"), ext.text("wikidataId", "id"))); id != "" {
		return id
	}
	for _, source := range []object{ext, o} {
		if origin := source.text("sourceSlug", "externalDataOrigin"); origin == "" || text.Fold(origin) == "wikidata" {
			if id := wikidataID(source.text("externalId")); id != "" {
				return id
			}
		}
	}
	return ""
}
