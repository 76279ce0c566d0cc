package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"heraut/flat"
)

// Cache stores catalogues in the form in which the bot uses them, with the result of
// Settings.Prepare, such as a search index. For a large catalogue, it takes seconds to
// make that form from the source's answer again.
type Cache interface {
	// Load returns the catalogue that was stored under the name and version, as of
	// asOf; nil if there is none.
	Load(name, version string, asOf time.Time) *Catalogue
	// Save stores c, in place of other versions of that name, and returns the stored
	// form of it; c itself if that fails.
	Save(name, version string, c *Catalogue) *Catalogue
}

// versionOf returns the version under which the Cache stores the catalogue read from a
// source's answer with that SHA-256 sum: the sum in hexadecimal.
func versionOf(sum [sha256.Size]byte) string { return hex.EncodeToString(sum[:]) }

// about is the part of a stored Catalogue that is JSON: everything but the entries and
// their index by id.
type about struct {
	Dated      time.Time
	Labels     []string
	TellsUsers bool
}

// Store adds the catalogue to the file of w, without its AsOf and without the value of
// Derived, such as the search index. The error is that of the JSON encoder.
func (c *Catalogue) Store(w *flat.Writer) error {
	rest, err := json.Marshal(about{c.dated, c.labels, c.tellsUsers})
	if err != nil {
		return err
	}
	flat.Add(w, rest)
	flat.AddText(w, c.entries.text)
	flat.Add(w, c.entries.ends)
	flat.Add(w, c.places)
	return nil
}

// Stored returns the catalogue that Store added to the file f, with asOf as its AsOf. r
// reads f: before the call it stands at the first part of the catalogue, afterwards
// behind the last part. The entries stay in the file until a caller asks for them. The
// error is that of the JSON decoder.
func Stored(f *flat.File, r *flat.Reader, asOf time.Time) (*Catalogue, error) {
	var rest about
	if err := json.Unmarshal(flat.Next[byte](r), &rest); err != nil {
		return nil, err
	}
	return &Catalogue{
		entries: records{flat.NextText(r), flat.Next[uint32](r)}, places: flat.Next[idPlace](r), file: f,
		dated: rest.Dated, labels: rest.Labels, tellsUsers: rest.TellsUsers, asOf: asOf, derived: &derived{},
	}, nil
}
