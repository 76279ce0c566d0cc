package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"heraut/howto"
)

// Books reads the answers about the services that operators wrote in files of their
// own, and returns them by language; only for languages with such a file. The error
// names a key whose file cannot be read or is wrong.
func (h HowTo) Books() (map[string]howto.Book, error) {
	books := map[string]howto.Book{}
	for lang, file := range h {
		book, err := readHowTo(file)
		if err != nil {
			return nil, fmt.Errorf("howto.%s: %w", lang, err)
		}
		books[lang] = book
	}
	return books, nil
}

func readHowTo(file string) (howto.Book, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return howto.Read(data)
}

// checkHowTo resolves the paths of the files in h, and records a fault for an unknown
// language and for a file that cannot be read or is wrong.
func (r *reader) checkHowTo(h HowTo) {
	for lang, file := range h {
		key := "howto." + lang
		if !slices.Contains(r.languages.Codes(), lang) {
			r.fault(key, "clé inconnue ; celles qui vont ici sont "+strings.Join(r.languages.Codes(), ", "))
			continue
		}
		h[lang] = r.path(key, file)
		if _, err := readHowTo(h[lang]); err != nil {
			r.fault(key, fmt.Sprintf("ce fichier ne se lit pas : %v ; partez de locale/%s/howto.yaml, dans les sources du robot", err, lang))
		}
	}
}
