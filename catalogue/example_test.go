package catalogue_test

import (
	"fmt"
	"strings"
	"time"

	"heraut/catalogue"
)

// Read decodes element by element, and reports the unusable ones.
func Example() {
	const published = `[
		{"id": 33, "name": "GIMP", "description": {"fr": "Retouche d’images"}, "addedTime": "2018-01-01T00:00:00Z", "license": "GPL-3.0",
		 "similarSoftwares": [{"name": "Photoshop", "isLibreSoftware": false}]},
		{"id": 12, "name": "VLC", "addedTime": "2019-01-01T00:00:00Z", "license": "GPL-2.0"},
		{"id": 90}]`
	file, err := catalogue.Read(strings.NewReader(published))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(file.Entries), "entries of generation", file.Generation)
	for _, d := range file.Dropped {
		fmt.Println("element", d.Index, d.Reason)
	}
	c := catalogue.New(file.Entries, time.Now())
	gimp, _ := c.ByID("33")
	fmt.Println(gimp.Name, "replaces", gimp.Replaces[0].Name)
	fmt.Println("newest:", c.Newest(1)[0].Name)
	// Output:
	// 2 entries of generation V2
	// element 2 has no name
	// GIMP replaces Photoshop
	// newest: VLC
}

// ReadRepositories hands over one repository at a time, since a list may hold tens of
// thousands.
func ExampleReadRepositories() {
	const published = "nom,repertoire_url,licence\ncarte,https://gitlab.example.org/transports/web/carte,MIT License\n"
	_, err := catalogue.ReadRepositories(strings.NewReader(published), func(r catalogue.Repository) error {
		fmt.Println(r.FullName, r.Groups(), r.License)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: transports/web/carte [transports web] MIT
}
