package filter

import "slices"

// Field is the part of an item that a term of a filter tests, such as its language.
// Anywhere stands for several parts at once.
type Field int

// The fields, in the order in which people read them. Anywhere is the field of a bare
// word: the name, the organisation, the ministry, the topics, the description and the
// language.
const (
	Anywhere Field = iota
	Organization
	Ministry
	Platform
	Language
	License
	Topic
	Name
	Description
	Region
	Fork
	Archived
	numFields
)

// fields describes how filters test each field.
var fields = [numFields]struct {
	names   []string // folded; the first is the canonical one
	example string   // an example value
	// In a prose field, a word also matches longer words that it begins, and a plural
	// its singular.
	prose bool
	// In a whole field, a value matches from the start only: C does not match
	// Objective-C.
	whole bool
	flag  bool // its values are yes and no
}{
	Organization: {names: []string{"organisation", "organization", "org", "owner"}, example: "etalab", prose: true},
	Ministry:     {names: []string{"ministere", "ministry"}, example: "culture", prose: true},
	Platform:     {names: []string{"plateforme", "platform", "forge", "host"}, example: "github.com"},
	Language:     {names: []string{"langage", "language", "lang"}, example: "go", whole: true},
	License:      {names: []string{"licence", "license"}, example: "mit"},
	Topic:        {names: []string{"sujet", "topic", "sujets", "topics"}, example: "sante", prose: true},
	Name:         {names: []string{"nom", "name"}, example: "api", prose: true},
	Description:  {names: []string{"description", "desc"}, example: "carte", prose: true},
	Region:       {names: []string{"region"}, example: "bretagne", prose: true},
	Fork:         {names: []string{"fork"}, example: yes, flag: true},
	Archived:     {names: []string{"archive", "archived"}, example: yes, flag: true},
}

// anywhere lists the fields behind Anywhere.
var anywhere = []Field{Name, Organization, Ministry, Topic, Description, Language}

// The values of flags, as words.
const (
	yes = "oui"
	no  = "non"
)

var flagValues = map[string]string{
	"oui": yes, "yes": yes, "o": yes, "y": yes, "vrai": yes, "true": yes, "1": yes,
	"non": no, "no": no, "n": no, "faux": no, "false": no, "0": no,
}

// String returns the field's French name; empty for Anywhere.
func (f Field) String() string {
	if f == Anywhere {
		return ""
	}
	return fields[f].names[0]
}

// FieldNames returns the French names of the fields, one for each, without Anywhere.
func FieldNames() []string {
	var names []string
	for f := Anywhere + 1; f < numFields; f++ {
		names = append(names, f.String())
	}
	return names
}

// fieldNamed returns the field with that name or alias, whose upper or lower case and
// accents do not count; Anywhere and false if there is none.
func fieldNamed(name string) (Field, bool) {
	name = fold(name)
	for f := range fields {
		if slices.Contains(fields[f].names, name) {
			return Field(f), true
		}
	}
	return Anywhere, false
}
