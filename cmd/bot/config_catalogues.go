package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/commons"
)

// Catalogue is the section of the configuration about the catalogue of recommended
// software, the SILL.
type Catalogue struct {
	SILL SILL `yaml:"sill"`
	// Word is a further word of the command «sill»; empty for none.
	Word string `yaml:"word"`
}

// SILL is the part of the configuration that says where the bot reads the catalogue of
// recommended software, how often, and which changes of its size are suspicious.
type SILL struct {
	// URL is an http or https address, or a file path.
	URL   string        `yaml:"url"`
	Every time.Duration `yaml:"every"`
	// MaxLoss is the largest share of the entries that a new version may lack;
	// beyond it, the bot holds the version back.
	MaxLoss Percent `yaml:"max_loss"`
}

// OtherCatalogue is one more catalogue of software in the configuration, besides the
// SILL.
type OtherCatalogue struct {
	// Name is the short name by which rooms choose it.
	Name string `yaml:"name"`
	// Label is its name in messages; by default Name.
	Label string `yaml:"label"`
	// Kind is one of commons.Kinds.
	Kind string `yaml:"kind"`
	// URL is an http or https address, or a file path.
	URL string `yaml:"url"`
	// Link is the address of an entry's page, with {id}, {name} or {slug}; empty for the
	// address that the entry gives.
	Link string `yaml:"link"`
	// Credit is the line that the catalogue's licence asks for; may be empty.
	Credit string `yaml:"credit"`
	// Language is that of texts whose format names none.
	Language string        `yaml:"language"`
	Every    time.Duration `yaml:"every"`
	// MaxLoss is as in SILL.
	MaxLoss Percent `yaml:"max_loss"`
}

// settings returns the description of the catalogue that package commons needs to read
// it.
func (c OtherCatalogue) settings() commons.Settings {
	return commons.Settings{Name: c.Name, Label: c.Label, Kind: commons.Kind(c.Kind), Location: c.URL, Link: c.Link, Language: c.Language}
}

// key returns the name under which the database keeps a copy of the catalogue. It
// includes the kind and the name, since two catalogues may read one address.
func (c OtherCatalogue) key() string { return c.Kind + " " + c.Name + " " + c.URL }

// catalogueEvery is the default interval of a catalogue that is not the SILL.
const catalogueEvery = 12 * time.Hour

// checkCatalogues records in r the faults of c.Catalogue.Word and of the catalogues
// besides the SILL in c.Catalogues, whose file paths it resolves and whose missing
// values it fills with defaults.
func (r *reader) checkCatalogues(c *Config) {
	if word := c.Catalogue.Word; word != "" && (!shortName.MatchString(word) || commands.IsCommand(word)) {
		r.fault("catalogue.word", fmt.Sprintf("%s : un mot en minuscules sans accent, qui n’est pas déjà une commande, est attendu, par exemple catalogue", said(word)))
	}
	names := map[string]bool{commons.SILL: true}
	for i := range c.Catalogues {
		o, at := &c.Catalogues[i], item("catalogues", i)
		r.shortName(at+".name", o.Name, names)
		oneOf(r, at+".kind", commons.Kind(o.Kind), commons.Kinds...)
		r.place(at+".url", &o.URL)
		if !r.has(at + ".label") {
			o.Label = o.Name
		}
		r.oneLine(at+".label", o.Label, "dites le nom du catalogue, par exemple \"Comptoir du Libre\"")
		if !r.has(at + ".language") {
			o.Language = "fr"
		}
		if !r.has(at + ".every") {
			o.Every = catalogueEvery
		}
		if !r.has(at + ".max_loss") {
			o.MaxLoss = catalogue.DefaultMaxLoss
		}
		r.atLeast(at+".every", o.Every, time.Second)
		if o.Link != "" {
			r.webAddress(at+".link", strings.NewReplacer("{id}", "1", "{name}", "n", "{slug}", "s").Replace(o.Link))
		}
	}
}

// checkRoomCatalogues records a fault in r for each text in names that is neither
// «sill» nor the name of a catalogue in the configuration c. at is the key of the room
// in the file.
func (r *reader) checkRoomCatalogues(at string, names []string, c *Config) {
	for i, name := range names {
		if name != commons.SILL && !slices.ContainsFunc(c.Catalogues, func(o OtherCatalogue) bool { return o.Name == name }) {
			r.fault(item(at+".catalogues", i), fmt.Sprintf("%s n’est le nom d’aucun catalogue ; prenez sill, ou un nom donné sous catalogues", said(name)))
		}
	}
}
