package catalogue

// generationOf tells an element's format by the keys that only it has, the
// newest first, since later formats kept many older keys.
func generationOf(o object) Generation {
	ext := o.sub("softwareExternalData")
	switch {
	case o.sub("status").has("name"):
		return GenN
	case o.has("addedTime", "similarSoftwares"):
		return GenV2
	case o.has("operatingSystems", "runtimePlatforms"):
		return GenC
	case o.has("customAttributes"):
		return GenB4
	case o.has("wikidataSoftware", "similarWikidataSoftwares"):
		return GenB1
	case o.has("softwareType", "similarExternalSoftwares") || ext != nil:
		return generationB(o, ext)
	case o.has("function", "wikidataData", "alikeSoftwares") && !o.has("_id", "_name"):
		return GenA
	case o.has("_id", "_name"):
		return GenRows
	case o.has("n") && !o.has("name"):
		return Gen0b
	case o.has("i") && !o.has("name"):
		return Gen0a
	}
	return GenPlain
}

// generationB tells B2 from B3: the source of the external data was renamed,
// and fields that go back to B1 went away.
func generationB(o, ext object) Generation {
	if ext.has("externalDataOrigin") {
		return GenB2
	}
	if ext.has("sourceSlug") {
		return GenB3
	}
	for _, s := range o.list("similarExternalSoftwares") {
		if asObject(s).has("externalDataOrigin") {
			return GenB2
		}
	}
	if o.has("testUrls", "parentWikidataSoftware", "catalogNumeriqueGouvFrId") {
		return GenB2
	}
	return GenB3
}

// isRepository tells an element of a dump of public repositories, so that one
// is not taken for a catalogue.
func isRepository(o object) bool {
	return o.has("full_name", "repository_url", "repertoire_url", "html_url")
}
