package main

import (
	"fmt"
	"os"

	"heraut/howto"
)

// Books returns the answers about the services that operators wrote in files of their
// own, by language; only for languages with such a file.
func (h HowTo) Books() (map[string]howto.Book, error) {
	books := map[string]howto.Book{}
	for lang, file := range map[string]string{"fr": h.FR, "en": h.EN} {
		if file == "" {
			continue
		}
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

func (r *reader) checkHowTo(h *HowTo) {
	for key, file := range map[string]*string{"howto.fr": &h.FR, "howto.en": &h.EN} {
		if *file == "" {
			continue
		}
		*file = r.path(key, *file)
		if _, err := readHowTo(*file); err != nil {
			r.fault(key, fmt.Sprintf("ce fichier ne se lit pas : %v ; partez de howto/fr.yaml, dans les sources du robot", err))
		}
	}
}
