package catalogue

// Generation names a published format of the catalogue or of a list of repositories.
// The elements of one file may be in several formats.
type Generation string

// The generations, oldest first.
const (
	Gen0a    Generation = "0a"
	Gen0b    Generation = "0b"
	GenRows  Generation = "rows"
	GenA     Generation = "A"
	GenB1    Generation = "B1"
	GenB2    Generation = "B2"
	GenB3    Generation = "B3"
	GenB4    Generation = "B4"
	GenC     Generation = "C"
	GenV2    Generation = "V2"
	GenN     Generation = "N"
	GenPlain Generation = "plain"
)
