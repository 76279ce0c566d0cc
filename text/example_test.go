package text_test

import (
	"fmt"

	"heraut/text"
)

func Example() {
	fmt.Println(text.Fold("Éditeur d’œuvres"))
	fmt.Println(text.Words("Éditeur (libre) d’images"))
	fmt.Println(text.Shorten("Un éditeur d’images pour les agents", 20))
	fmt.Println(text.Distance("gimp", "gmip"))
	// Output:
	// editeur d'oeuvres
	// [editeur libre d images]
	// Un éditeur d’images…
	// 1
}
