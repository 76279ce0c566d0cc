package catalogue

import (
	"strings"
	"time"
)

// Software is one entry of a catalogue: a free software and what the catalogue says of
// it. A field that the published format does not give has its zero value.
type Software struct {
	// ID is the SILL's number in decimal; it stays the same when the name changes.
	// Formats without numbers get a stable id made from the name.
	ID string
	// OtherIDs are further ids of the same software, in the file's order, when the file
	// holds it more than once. Catalogue.ByID finds them too.
	OtherIDs []string
	Name     string
	// OtherNames are further names of the same software (Wikidata's label…).
	OtherNames  []string
	Description Localized
	// ExternalDescription is the description in the external source (Wikidata…).
	// Searches use it, and it is the Description of entries that have none.
	ExternalDescription Localized

	License string
	// Keywords are in French, or in no stated language.
	Keywords []string
	// EnglishKeywords are the keywords that the file gives in English beside the
	// French.
	EnglishKeywords []string
	Categories      []string
	// ProgrammingLanguages keep the spelling of the source: "C++".
	ProgrammingLanguages []string

	Referenced time.Time // when it entered the catalogue
	Updated    time.Time
	Created    time.Time // first published by its authors
	// Withdrawn is nil while the software is listed.
	Withdrawn *Withdrawal
	// Status is "published", "archived", "rejected" or another word of the formats from
	// October 2026 on; empty in older ones. A software with any other status than
	// "published" is Withdrawn too.
	Status string
	// History lists the changes of Status, oldest first.
	History []StatusChange

	Recommended bool // « recommandé par l'interministériel » (or 2020's status R)
	Observed    bool // « en observation », a status of older formats
	InSupport   bool // present in the State's support contract
	FromState   bool // written by the French public service
	// RGAA is whether it respects the French accessibility rules.
	RGAA Answer
	// Attributes are the custom attributes without a field of their own, by name.
	Attributes []Attribute

	Latest     *Version
	MinVersion string
	Platforms  []Platform // in the order of the Platform constants
	Runtimes   []Runtime  // in the order of the Runtime constants

	// Organizations are the administrations that use it, those with the most people
	// first. OtherUsers and OtherReferents count the people of unnamed administrations.
	Organizations              []Organization
	OtherUsers, OtherReferents int
	// HasExpert is true when one of the referents is an expert.
	HasExpert bool
	Instances []Instance
	Authors   []Author
	Providers []Provider
	// Publications are scholarly articles to cite.
	Publications []Publication
	// Identifiers identify it in other catalogues, each source and value once.
	Identifiers []Identifier
	// Activity is nil when the file gives no activity of its repository.
	Activity *Activity

	// Replaces are the proprietary products it is an alternative to.
	Replaces []Similar
	// Similar are comparable programs that are free, or not known to be proprietary.
	Similar []Similar

	// The links are absolute http or https URLs, or empty.
	Website       string
	Code          string
	Documentation string
	Wikidata      string // "Q8038", or empty

	// Catalogue is the label of its catalogue, as people know it; empty for the SILL. Home
	// is its page there; empty for the SILL, and where a catalogue has no pages.
	Catalogue string
	Home      string
	// Phase is its stage by its catalogue's own word, in lower case: "construction",
	// "stable".
	Phase string
	// Contact is the mail address or page of its team.
	Contact string

	Generation Generation // the format of its element
}

// Localized is a text in two languages; either may be empty.
type Localized struct{ FR, EN string }

// In returns the text in the language lang, «en» or «fr», for which any other language
// counts; if that text is empty, the one in the other language.
func (l Localized) In(lang string) string {
	if (lang == "en" && l.EN != "") || l.FR == "" {
		return l.EN
	}
	return l.FR
}

// Withdrawal says when and why a software left the catalogue, or that its recommendation
// (Ending) or its project (Abandoned) ended while it is still listed. Time is zero if
// the source gives none.
type Withdrawal struct {
	Reason                 string
	Time                   time.Time
	LastRecommendedVersion string
	// Ending is true for the status FR of 2018 to 2022, which announced the end of
	// the recommendation: the software was still listed.
	Ending bool
	// Abandoned is true when the authors ended the project, which stays listed.
	Abandoned bool
}

// StatusChange is a change of a software's status.
type StatusChange struct {
	Status string    // the new one, as in Software.Status
	Time   time.Time // zero when unknown
	Reason string    // may be empty
}

// Answer is the answer to a yes-or-no question about a software. The zero value is
// Unknown.
type Answer int

// The answers. Unknown is the zero value.
const (
	Unknown Answer = iota
	Yes
	No
)

// Attribute is a field of an entry that the administrators of the catalogue added: its
// name and its value.
type Attribute struct {
	Name  string // "versionMax"
	Value string // "true", "false", a number or a text
}

// Version is the number and date of a published version of a software.
type Version struct {
	Number   string
	Released time.Time // zero when unknown
}

// Platform is an operating system or device on which a software runs.
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

// Runtime is where a software runs: on a desktop, on a mobile device or in the cloud.
type Runtime string

// The runtimes, in the order in which people read them.
const (
	Desktop Runtime = "desktop"
	Mobile  Runtime = "mobile"
	Cloud   Runtime = "cloud" // a server
)

// Organization is an administration that uses a software, with the number of its users
// and of people who can be asked.
type Organization struct {
	Name      string
	Users     int // people who declared that they use it
	Referents int // people who can be asked about it
}

// Users returns how many people declared that they use the software.
func (s *Software) Users() int {
	n := s.OtherUsers
	for _, o := range s.Organizations {
		n += o.Users
	}
	return n
}

// Referents returns how many people declared that they can be asked about the
// software.
func (s *Software) Referents() int {
	n := s.OtherReferents
	for _, o := range s.Organizations {
		n += o.Referents
	}
	return n
}

// Provider is a company that sells services for a software.
type Provider struct {
	Name string
	URL  string // may be empty
	// Parents are the organizations that it belongs to, the nearest first; those of one
	// level in the file's order.
	Parents []string
}

// Instance is an installation of a web software that people may use, with its address
// if that is known.
type Instance struct {
	Organization string // who runs it; may be empty
	Audience     string // the public it serves: "Tous les agents"; may be empty
	// URL may be empty: the formats before October 2026 give the address of public
	// instances only.
	URL string
	// Public is true when anybody may open URL.
	Public bool
}

// Author is a person or an organization that wrote a software.
type Author struct {
	Name string
	URL  string // may be empty
	// Organization is true for an organization; false for a person, or when the file
	// does not say.
	Organization bool
	Affiliations []string // of a person
}

// Publication is a scholarly article about a software. It has a Title, a URL, or both.
type Publication struct {
	Title string
	URL   string
}

// Identifier is the id of a software in another catalogue or register, such as
// Wikidata.
type Identifier struct {
	// Source is one of the constants below, or another source in lower case;
	// never empty.
	Source string
	Value  string // "Q215051", "72"; never empty
	URL    string // its page there; may be empty
}

// Sources of identifiers.
const (
	SourceWikidata   = "wikidata"
	SourceComptoir   = "comptoirdulibre" // comptoir-du-libre.org
	SourceFramalibre = "framalibre"      // framalibre.org
	SourceHAL        = "hal"             // hal.science
	SourceCNLL       = "cnll"            // cnll.fr
	SourceSILL       = "sill"            // code.gouv.fr/sill
)

// Identifier returns the software's id in the catalogue or register source; false if
// it has none there.
func (s *Software) Identifier(source string) (Identifier, bool) {
	for _, id := range s.Identifiers {
		if id.Source == source {
			return id, true
		}
	}
	return Identifier{}, false
}

// Activity holds the times of the last events in a software's repository. A time is
// zero when unknown; at least one is known.
type Activity struct {
	Commit             time.Time // the last commit
	ClosedIssue        time.Time // the last closed issue
	ClosedMergeRequest time.Time // the last closed merge or pull request
}

// Similar is a comparable program that an entry names, with its id if it is an entry of
// the catalogue too.
type Similar struct {
	Name string
	// ID is set when the program is in the catalogue too.
	ID string
}

// Page returns the web address of the entry in its catalogue; empty if it has none, as
// an entry of the SILL whose id is no number.
func (s *Software) Page() string {
	if s.Catalogue != "" {
		return s.Home
	}
	if s.ID == "" || strings.Trim(s.ID, "0123456789") != "" {
		return ""
	}
	return "https://code.gouv.fr/sill/detail?id=" + s.ID
}
