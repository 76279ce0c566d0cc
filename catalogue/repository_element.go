package catalogue

import (
	"cmp"
	"net/url"
	"strings"
)

// The generations of the lists of repositories.
const (
	GenFR         Generation = "fr"         // code.etalab.gouv.fr, 2018 to 2021
	GenEN         Generation = "en"         // the same list with English keys, from 2021
	GenCodegouv   Generation = "codegouv"   // code.gouv.fr/data/codegouvfr-repositories
	GenEcosystems Generation = "ecosystems" // ecosyste.ms
)

// repositoryGeneration returns the format of o, an element in a list of repositories.
// Each format has another name for the field that holds the repository's address. The
// result is GenCodegouv for an element with neither repertoire_url nor html_url nor
// repository_url.
func repositoryGeneration(o object) Generation {
	switch {
	case o.has("repertoire_url"):
		return GenFR
	case o.has("html_url"):
		return GenEcosystems
	case o.has("repository_url"):
		return GenEN
	}
	return GenCodegouv
}

// repository reads one element of a list of repositories; reason says why it is
// unusable, and is empty if it is usable. The names of the fields come from
// etalab/data-codes-sources-fr, codegouvfr/codegouvfr-output-data and the OpenAPI
// description of ecosyste-ms/repos.
func repository(o object) (r Repository, reason string) {
	address := o.link("html_url", "repertoire_url", "repository_url", "id")
	if address == "" {
		return r, "has no address"
	}
	page, err := url.Parse(strings.TrimSuffix(strings.TrimRight(address, "/"), ".git"))
	if err != nil {
		return r, "has no address"
	}
	path := strings.Trim(page.Path, "/")
	if path == "" {
		return r, "has the address of a whole site"
	}
	r = Repository{
		Host:     strings.ToLower(page.Host),
		ForgeID:  o.text("uuid"),
		Row:      o.count("id"),
		URL:      page.String(),
		FullName: cmp.Or(o.text("full_name"), clean(path, maxName)),

		Organization: o.text("organisation_nom", "organization_name"),
		Ministry:     o.text("ministere", "ministry"),

		Description: o.localized("description").FR,
		Language:    o.text("language", "langage"),
		License:     licenseID(o.text("license", "licence")),
		Topics:      topics(o.list("topics")),

		Fork:     o.flag("fork", "is_fork", "est_fork"),
		Archived: o.flag("archived", "is_archived", "est_archive"),
		Template: o.flag("template") || o.text("template_full_name") != "",
		Mirror:   o.text("mirror_url") != "",
		Empty:    isEmpty(o),
		Status:   o.text("status"),

		Created: o.time("created_at", "creation_date", "date_creation"),
		Pushed:  o.time("pushed_at", "last_modification", "derniere_modification"),
		Updated: o.time("updated_at", "last_update", "derniere_mise_a_jour"),
	}
	r.Name = cmp.Or(o.text("repo_name", "nom", "name"), lastSegment(r.FullName))
	r.Owner = lastSegment(o.text("owner"))
	if r.Owner == "" && strings.Contains(r.FullName, "/") {
		r.Owner, _, _ = strings.Cut(r.FullName, "/")
	}
	return r, ""
}

// lastSegment returns the text after the last slash, apart from slashes at the end; s
// itself if there is none. Some sources identify an owner by its address.
func lastSegment(s string) string {
	s = strings.TrimRight(s, "/")
	return s[strings.LastIndexByte(s, '/')+1:]
}

// isEmpty reports whether the forge says that a repository never received a commit, or
// that its size is 0.
func isEmpty(o object) bool {
	pushed, known := o["pushed_at"]
	return known && pushed == nil || rawText(o["size"]) == "0"
}

// topics returns the topics of a repository, from a list, or from one text that
// separates them by commas.
func topics(list []any) []string {
	var all []any
	for _, v := range list {
		for topic := range strings.SplitSeq(rawText(v), ",") {
			all = append(all, topic)
		}
	}
	return texts(all)
}
