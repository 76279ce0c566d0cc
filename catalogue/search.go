package catalogue

// Field is what of a software a query matched, in the order of ranks.
type Field int

// The fields.
const (
	ByName Field = iota
	ByKeyword
	ByAlternative // a product that it replaces or resembles
	ByDescription
)

// Match is a software that was found.
type Match struct {
	Software *Software
	By       Field
	// Product is the name of the product that was meant, if By is ByAlternative.
	Product string
}

// Result is the answer to a query.
type Result struct {
	// Matches are what was found, best first, at most MaxMatches.
	Matches []Match
	// Clear tells that the first match is the one that was meant.
	Clear bool
	// Nearest are at most 3 entries to offer when nothing was found.
	Nearest []*Software
}

// MaxMatches is the largest number of matches in a Result.
const MaxMatches = 20

type index struct{}

func newIndex(_ []Software) *index { return &index{} }

// Search finds what a query asks for: a name, a need in plain words, or a
// product to replace. It finds nothing rather than something unfit.
func (c *Catalogue) Search(query string) Result { return Result{} }

// Replacing finds free software that replaces a product, best first.
func (c *Catalogue) Replacing(product string) []Match { return nil }

// Resolve returns the one software that a name means, if it is clear.
func (c *Catalogue) Resolve(name string) (*Software, bool) {
	r := c.Search(name)
	if !r.Clear {
		return nil, false
	}
	return r.Matches[0].Software, true
}
