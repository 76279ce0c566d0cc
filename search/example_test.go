package search_test

import (
	"fmt"
	"time"

	"heraut/catalogue"
	"heraut/search"
)

func Example() {
	engine := search.For(catalogue.New([]catalogue.Software{
		{ID: "1", Name: "GIMP", Description: catalogue.Localized{FR: "Retouche de photos"}},
		{ID: "2", Name: "LimeSurvey", Description: catalogue.Localized{FR: "Outil d'enquête en ligne"}},
	}, time.Now()))
	for _, asked := range []string{"gmip", "Bonjour, quelqu'un connaît un outil pour faire un sondage ?", "photoshop", "merci beaucoup à tous"} {
		r := engine.Search(asked)
		fmt.Print(r.Shape)
		for _, m := range r.Matches {
			fmt.Print(" ", m.Software.Name)
		}
		fmt.Println()
	}
	// Output:
	// card GIMP
	// maybe LimeSurvey
	// instead GIMP
	// none
}
