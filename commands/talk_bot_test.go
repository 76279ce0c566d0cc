package commands_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"heraut/catalogue"
	"heraut/queue"
)

// sample returns an invented catalogue: real names, invented facts.
func sample() []catalogue.Software {
	photoshop := []catalogue.Similar{{Name: "Adobe Photoshop"}}
	day := func(year int, month time.Month, d int) time.Time {
		return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
	}
	entries := []catalogue.Software{
		{
			ID: "51", Name: "GIMP", License: "GPL-3.0-or-later", Recommended: true,
			Description: catalogue.Localized{FR: "Retouche d’images et de photos.", EN: "Image and photo editor."},
			Keywords:    []string{"image", "photo", "retouche"},
			Referenced:  day(2018, time.January, 1),
			Latest:      &catalogue.Version{Number: "2.10.38", Released: day(2024, time.May, 2)}, MinVersion: "2.10",
			Platforms: []catalogue.Platform{catalogue.Windows, catalogue.Linux, catalogue.Mac},
			Organizations: []catalogue.Organization{
				{Name: "Préfecture de Haute-Combe", Users: 41, Referents: 3}, {Name: "Métropole de Rivesaint", Users: 17, Referents: 1},
			},
			Providers: []catalogue.Provider{{Name: "Atelier Libre", URL: "https://atelier.example"}, {Name: "Libreval"}},
			Replaces:  photoshop, Similar: []catalogue.Similar{{Name: "Krita", ID: "150"}, {Name: "Pinta"}},
			Website: "https://www.gimp.org", Code: "https://gitlab.gnome.org/GNOME/gimp", Documentation: "https://docs.gimp.org",
		},
		{
			ID: "150", Name: "Krita", License: "GPL-3.0",
			Description: catalogue.Localized{FR: "Peinture numérique et dessin.", EN: "Digital painting."},
			Keywords:    []string{"image", "dessin"}, Referenced: day(2020, time.March, 2),
			Platforms: []catalogue.Platform{catalogue.Windows, catalogue.Linux},
			Replaces:  photoshop, Similar: []catalogue.Similar{{Name: "GIMP", ID: "51"}},
		},
		{
			ID: "12", Name: "Pixelor", Description: catalogue.Localized{FR: "Éditeur de photos en ligne."},
			Keywords: []string{"photo"}, Referenced: day(2015, time.June, 1), Replaces: photoshop,
			Withdrawn: &catalogue.Withdrawal{Reason: "n’est plus maintenu", Time: day(2025, time.February, 1), LastRecommendedVersion: "4.2"},
		},
		{
			ID: "78", Name: "LibreOffice", License: "MPL-2.0", Recommended: true,
			Description: catalogue.Localized{FR: "Suite bureautique : textes, tableurs, présentations.", EN: "Office suite."},
			Keywords:    []string{"bureautique", "tableur"}, Referenced: day(2018, time.January, 1),
			Replaces: []catalogue.Similar{{Name: "Microsoft Office"}},
		},
		{ID: "900", Name: "New Relic Agent", Referenced: day(2026, time.August, 1)},
	}
	for n := range 7 {
		entries = append(entries, catalogue.Software{
			ID: strconv.Itoa(1000 + n), Name: fmt.Sprintf("Outil %c", 'A'+n), Referenced: day(2019, time.January, 1+n),
		})
	}
	return entries
}

// letGo is a guard that lets every post go, since the rooms here are not stored.
type letGo struct{}

func (letGo) Check(context.Context, queue.Row) (queue.Verdict, error) { return queue.Verdict{}, nil }

func (letGo) Ended(context.Context, queue.Row) error { return nil }
