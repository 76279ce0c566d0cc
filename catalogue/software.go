// Package catalogue knows what an entry of the free-software catalogue (SILL)
// is: it reads every published format, and keeps the catalogue current.
package catalogue

import (
	"strings"
	"time"
)

// Software is one entry of the catalogue, whatever format it was read from.
// What the format does not say is the zero value.
type Software struct {
	// ID is the SILL's number in decimal; it stays when the name changes.
	// Formats without one get a stable id made from the name.
	ID   string
	Name string
	// OtherNames are further names of the same software (Wikidata's label…).
	OtherNames  []string
	Description Localized
	// ExternalDescription is what the source of the external data (Wikidata…)
	// says of it: searched too, and the Description of those that have none.
	ExternalDescription Localized

	License    string
	Keywords   []string
	Categories []string

	Referenced time.Time // when it entered the catalogue
	Updated    time.Time
	// Withdrawn is nil while the software is listed.
	Withdrawn *Withdrawal

	Recommended bool // « recommandé par l'interministériel » (or 2020's status R)
	Observed    bool // « en observation », a status of older formats
	InSupport   bool // present in the State's support contract
	FromState   bool // written by the French public service

	Latest     *Version
	MinVersion string
	Platforms  []Platform // in the order of the Platform constants

	Organizations []Organization // who uses it, most people first
	Providers     []Provider

	// Replaces are the proprietary products it is an alternative to.
	Replaces []Similar
	// Similar are comparable programs that are free, or not known to be proprietary.
	Similar []Similar

	// The links are absolute http or https URLs, or empty.
	Website       string
	Code          string
	Documentation string
	Wikidata      string // "Q8038", or empty

	Generation Generation // the format it was read from
}

// Localized is a text in the languages it exists in; either may be empty.
type Localized struct{ FR, EN string }

// In returns the text in the language ("fr" or "en"), or else in the other one.
func (l Localized) In(lang string) string {
	if (lang == "en" && l.EN != "") || l.FR == "" {
		return l.EN
	}
	return l.FR
}

// Withdrawal tells why and when a software left the catalogue.
type Withdrawal struct {
	Reason                 string
	Time                   time.Time
	LastRecommendedVersion string
}

// Version is a published version.
type Version struct {
	Number   string
	Released time.Time // zero when not known
}

// Platform is where a software runs.
type Platform string

// The platforms, in the order in which people read them.
const (
	Windows Platform = "windows"
	Linux   Platform = "linux"
	Mac     Platform = "mac"
	Android Platform = "android"
	IOS     Platform = "ios"
	Web     Platform = "web" // runs on a server, used in a browser
)

// Organization is one administration that uses a software.
type Organization struct {
	Name      string
	Users     int // people who declared that they use it
	Referents int // people who can be asked about it
}

// Provider sells services around a software.
type Provider struct {
	Name string
	URL  string // may be empty
}

// Similar is a comparable program.
type Similar struct {
	Name string
	// ID is set when the program is in the catalogue too.
	ID string
}

// Page is the address of its page on the SILL's site, empty if it has no
// number there.
func (s *Software) Page() string {
	if s.ID == "" || strings.Trim(s.ID, "0123456789") != "" {
		return ""
	}
	return "https://code.gouv.fr/sill/detail?id=" + s.ID
}

// Users is the number of people who declared that they use it.
func (s *Software) Users() int {
	n := 0
	for _, o := range s.Organizations {
		n += o.Users
	}
	return n
}

// Referents is the number of people who can be asked about it.
func (s *Software) Referents() int {
	n := 0
	for _, o := range s.Organizations {
		n += o.Referents
	}
	return n
}
