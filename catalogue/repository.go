package catalogue

import (
	"strings"
	"time"
)

// Repository is one public repository of source code, from any source. A field that the
// source does not give is zero.
type Repository struct {
	Host string // its forge's domain: "github.com", "gitlab.inria.fr"
	// ForgeID is its id on the forge, which stays the same across renames and
	// transfers; empty when the source does not give it.
	ForgeID string
	// Row is its number in the source, ascending in the order in which the source found
	// repositories; 0 when the source has none.
	Row      int
	URL      string // its page, absolute
	FullName string // "etalab/covid19-data"
	Name     string // "covid19-data"
	Owner    string // "etalab": the first segment of the path, or the owner that the source names
	// Organization and Ministry are its publishers, as the source names them.
	Organization string
	Ministry     string

	Description string
	Language    string
	License     string
	Topics      []string

	Fork, Archived, Template, Mirror, Empty bool
	Personal                                bool   // in a person's own namespace
	Status                                  string // empty, or why the source no longer sees it: "hidden", "removed"…

	Created time.Time // on the forge, possibly long before its publication
	Pushed  time.Time
	Updated time.Time
}

// Groups returns the parts of FullName before the repository's name, outermost first:
// the owner on most forges, the group and its subgroups on GitLab.
func (r *Repository) Groups() []string {
	segments := strings.Split(strings.Trim(r.FullName, "/"), "/")
	return segments[:len(segments)-1]
}
