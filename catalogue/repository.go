package catalogue

import (
	"strings"
	"time"
)

// Repository is one public repository of source code, whatever source it was
// read from. What the source does not say is the zero value.
type Repository struct {
	Host string // where it is: "github.com", "gitlab.inria.fr"
	// ForgeID is the forge's own id of it, which renames and transfers leave
	// alone; empty when the source does not say.
	ForgeID string
	// Row is the source's own number of it, which grows in the order in which
	// repositories came to the source; 0 when the source has none.
	Row      int
	URL      string // its page, absolute
	FullName string // "etalab/covid19-data"
	Name     string // "covid19-data"
	Owner    string // "etalab": the first segment of the path, or whom the source names
	// Organization and Ministry are who published it, as the source names them.
	Organization string
	Ministry     string

	Description string
	Language    string
	License     string
	Topics      []string

	Fork, Archived, Template, Mirror, Empty bool
	Personal                                bool   // in a person's own namespace
	Status                                  string // the source's word on one that is gone: "hidden", "removed"…

	Created time.Time // on the forge, which may be long before it was published
	Pushed  time.Time
	Updated time.Time
}

// Groups are the segments of FullName before the name, outermost first: one on most
// forges, several where GitLab has subgroups.
func (r *Repository) Groups() []string {
	segments := strings.Split(strings.Trim(r.FullName, "/"), "/")
	return segments[:len(segments)-1]
}
