package commons

import (
	"io"

	"heraut/catalogue"
)

// parseCatalogi reads the list of another instance of the SILL's program from r, in any
// generation of its format. It puts the name of the catalogue s before each id, so that
// no two catalogues share one. The errors are those of catalogue.Read.
func parseCatalogi(r io.Reader, s *Settings) (list, error) {
	file, err := catalogue.Read(r)
	if err != nil {
		return list{}, err
	}
	for i := range file.Entries {
		e := &file.Entries[i]
		d := draft{id: e.ID, page: e.Website}
		e.ID, e.Catalogue = s.Name+":"+e.ID, s.Label
		for j := range e.OtherIDs {
			e.OtherIDs[j] = s.Name + ":" + e.OtherIDs[j]
		}
		for _, similar := range [][]catalogue.Similar{e.Similar, e.Replaces} {
			for j := range similar {
				if similar[j].ID != "" {
					similar[j].ID = s.Name + ":" + similar[j].ID
				}
			}
		}
		e.Home = s.page(&d, e.Name)
	}
	return list{entries: file.Entries, dropped: file.Dropped}, nil
}
