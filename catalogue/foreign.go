package catalogue

import (
	"slices"
	"strings"
)

// Elements of any list may have a name and a description. foreignFields recognises
// those of other catalogues (Developers Italia, DPGA, Comptoir du Libre, Établi,
// code.gouv.fr's own lists) by their fields.

// commonFields are fields of many kinds of lists: they identify none.
var commonFields = fieldSet("id name description url website image type")

// sillFields are the fields of an element of the SILL, in all generations, from
// element.go and details.go.
var sillFields = fieldSet(`license keywords categories wikidata version tags referencedSinceTime updateTime addedTime dereferencing
	isStillInObservation isFromFrenchPublicService isPresentInSupportContract doRespectRgaa versionMin versionMax
	customAttributes userAndReferentCountByOrganization hasExpertReferent instances serviceProviders providers authors
	softwareType operatingSystems runtimePlatforms latestVersion applicationCategories programmingLanguages
	softwareExternalData externalId sourceSlug similarExternalSoftwares similarSoftwares similarWikidataSoftwares
	wikidataSoftware parentWikidataSoftware wikidataData wikidataId alikeSoftwares parentSoftware isLibreSoftware
	codeRepositoryUrl softwareHelp documentation logoUrl protections identifiers repoMetadata referencePublications
	status statusHistory variant dateCreated testUrls workshopUrls useCaseUrls catalogNumeriqueGouvFrId generalInfoMd
	comptoirDuLibreSoftware annuaireCnllServiceProviders function mimGroup agentWorkstation contextOfUse referentCount
	_id _name _function _license __referencedSinceTime __versionMin recommendationStatus comptoirDuLibreOrgId referentId
	whereAndInWhatContextIsItUsed isReferentExpert source_categories`)

// shortFields are the short keys of generations 0a and 0b.
var shortFields = fieldSet(`i f c fr-desc en-desc l v- v+ st y g se si p su pu la a u co website sources doc logo frama
	n fr s cl clp`)

func fieldSet(names string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(names) {
		set[name] = true
	}
	return set
}

// foreignFields decides whether the object o is an element of the SILL: at least as
// many of its fields must be fields of the SILL as not; fields that many formats have
// do not count. It returns none for an element of the SILL, otherwise the names of the
// fields that are not the SILL's, at most five, sorted.
func foreignFields(o object) []string {
	known := sillFields
	if !o.has("name", "_name") {
		known = shortFields
	}
	var foreign []string
	familiar := 0
	for _, field := range fieldNames(o) {
		switch {
		case commonFields[field]:
		case known[field]:
			familiar++
		default:
			foreign = append(foreign, field)
		}
	}
	if len(foreign) <= familiar {
		return nil
	}
	return foreign[:min(len(foreign), 5)]
}

// fieldNames returns the names of o's fields, cleaned, in alphabetical order.
func fieldNames(o object) []string {
	var names []string
	for name := range o {
		if name = clean(name, 60); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// isSoftware reports whether o has the fields of an element of the SILL.
func isSoftware(o object) bool {
	return len(foreignFields(o)) == 0 && (o.has("name", "_name") || generationOf(o) != GenPlain)
}
