package commons

import (
	"io"
	"slices"
	"strings"

	"heraut/catalogue"
)

// Kind is the published format of a catalogue, such as publiccode.yml or the
// Comptoir's export.
type Kind string

// The kinds.
const (
	Catalogi   Kind = "catalogi"   // another instance of the SILL's program
	PublicCode Kind = "publiccode" // publiccode.yml: a file, a list, or those of a forge
	Italia     Kind = "italia"     // the API of Developers Italia, version 1
	Comptoir   Kind = "comptoir"   // the export of Comptoir du Libre
	BetaGouv   Kind = "betagouv"   // the API of beta.gouv.fr, version 2
	Etabli     Kind = "etabli"     // the initiatives of Établi
	DPGA       Kind = "dpga"       // the registry of digital public goods
)

// Kinds lists the kinds, in the order of the documentation.
var Kinds = []Kind{Catalogi, PublicCode, Italia, Comptoir, BetaGouv, Etabli, DPGA}

// IsCommons reports whether administrations made, or paid for, all software in a
// catalogue of this kind. It is false for Catalogi, of which single entries may be
// marked so (catalogue.Software.FromState), and for Comptoir, which marks none.
func (k Kind) IsCommons() bool { return k != Catalogi && k != Comptoir }

// Settings describe one catalogue of the configuration: its names, its format, its
// address, and how to find an entry's page.
type Settings struct {
	// Name is a short name for ids, [a-z0-9-]+.
	Name string
	// Label is the name of the catalogue for people: "Comptoir du Libre".
	Label string
	Kind  Kind
	// Location is an http, https or file URL, or a file's path.
	Location string
	// Link is the address of an entry's page, with {id}, {name} or {slug} in it; empty
	// for the address that the entry gives itself.
	Link string
	// Language is that of the texts whose format names none: "fr", "en"…
	Language string
}

// list is the result of parsing one published file: its entries, the elements that
// were left out, and the address of the next page.
type list struct {
	entries []catalogue.Software
	dropped []catalogue.Dropped
	next    string // the address of the next page; empty at the end
}

// parsers read the kinds that are lists in JSON.
var parsers = map[Kind]func(r io.Reader, s *Settings) (list, error){
	Catalogi: parseCatalogi,
	Italia:   parseItalia,
	Comptoir: parseComptoir,
	BetaGouv: parseBetaGouv,
	Etabli:   parseEtabli,
	DPGA:     parseDPGA,
}

// Read parses one file of the catalogue s from r: a page of a list, or a single
// publiccode.yml. If the file is of another format than s says, the error wraps
// catalogue.ErrUnknownList or, for publiccode.yml, says so; it is
// catalogue.ErrNoEntries if there is no usable entry. Other errors come from the JSON,
// the YAML or r.
func Read(r io.Reader, s Settings) (catalogue.File, error) {
	var l list
	var err error
	if parse, ok := parsers[s.Kind]; ok {
		l, err = parse(r, &s)
	} else {
		l, err = parsePublicCode(r, &s)
	}
	if err == nil && len(l.entries) == 0 {
		err = catalogue.ErrNoEntries
	}
	return catalogue.File{Entries: l.entries, Dropped: l.dropped}, err
}

// Detect returns the format of a file, by the bytes at its start. It returns an empty
// Kind for the SILL's formats and for unknown ones.
func Detect(start []byte) Kind {
	text := string(start)
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has(`"publiccodeYml"`):
		return Italia
	case slices.ContainsFunc(versionFields, has):
		return PublicCode
	case has(`"external_resources"`) && has(`"softwares"`):
		return Comptoir
	case has(`"attributes"`) && has(`"pitch"`):
		return BetaGouv
	case has(`"businessUseCases"`):
		return Etabli
	case has(`"SDGs"`):
		return DPGA
	}
	return ""
}
