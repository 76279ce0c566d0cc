package catalogue

// generationOf returns the format of an element, recognised by a key that no older
// format has; GenPlain if it has none of these keys. It tries the newest format first,
// because later formats kept many older keys.
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

// generationB returns GenB2 or GenB3 for an element o with the data ext that the SILL
// copied from elsewhere; GenB3 if nothing tells them apart. B3 renamed
// externalDataOrigin to sourceSlug and dropped fields of B1.
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

// isRepository reports whether an element belongs to a list of public
// repositories.
func isRepository(o object) bool {
	return o.has("full_name", "repository_url", "repertoire_url", "html_url")
}
