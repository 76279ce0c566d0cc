package main

import (
	"heraut/catalogue"
	"heraut/sources"
)

func readCatalogue(in readInput) (reading, error) {
	file, err := catalogue.Read(catalogue.Text(in.body, in.contentType))
	if err != nil {
		return reading{}, err
	}
	return in.software(file)
}

// software returns a catalogue for the output: its generation, the elements that its
// reader dropped, and its entries, the newest first and those without a date last, each
// with the message that would announce it. The error means that a message cannot be
// made.
func (in readInput) software(file catalogue.File) (reading, error) {
	r := reading{Generation: string(file.Generation), Dropped: file.Dropped}
	for i := range file.Entries {
		s := &file.Entries[i]
		e, err := in.entry(sources.NewsOfSoftware(s, in.now), s.Referenced)
		if err != nil {
			return reading{}, err
		}
		e.ID, e.Summary = s.ID, s.Description.In("fr")
		r.Entries = append(r.Entries, e)
	}
	r.sort()
	return r, nil
}

func readRepositories(in readInput) (reading, error) {
	var r reading
	file, err := catalogue.ReadRepositories(catalogue.Text(in.body, in.contentType), func(repo catalogue.Repository) error {
		e, err := in.entry(sources.NewsOfRepository(&repo, in.now), repo.Created)
		r.Entries = append(r.Entries, e)
		return err
	})
	r.Generation, r.Dropped = string(file.Generation), file.Dropped
	r.sort()
	return r, err
}
