package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"heraut/howto"
	"heraut/locale"
)

// checkLanguages resolves the path c.Languages of further languages, reads them into
// r.languages, and checks c.Language, that of the rooms that choose no other. It
// records a fault if the directory cannot be read or a language's folder has a fault,
// and only a remark for missing texts.
func (r *reader) checkLanguages(c *Config) {
	if c.Languages != "" {
		c.Languages = r.path("languages", c.Languages)
	}
	set, problems, err := locale.Open(c.Languages)
	if err != nil {
		r.fault("languages", fmt.Sprintf("ce dossier ne se lit pas : %v", err))
		set, _, _ = locale.Open("")
	}
	r.languages = set
	var faults []string
	for _, p := range problems {
		switch {
		case p.Fault:
			faults = append(faults, languageFault(p))
		case len(p.Missing) > 0:
			r.remark("languages", missingTexts(p))
		default:
			r.remark("languages", p.Language+" : "+p.Text)
		}
	}
	for _, code := range set.Codes() {
		if data, ok := set.File(code, howto.File); ok && c.Languages != "" {
			if _, err := howto.Read(data); err != nil {
				faults = append(faults, fmt.Sprintf("%s/%s : %v", code, howto.File, err))
			}
		}
	}
	if len(faults) > 0 {
		r.fault("languages", strings.Join(faults, " ; "))
	}
	oneOf(r, "language", c.Language, set.Codes()...)
}

// languageFault returns a sentence that says why a language's folder cannot be used, in
// French where the fault is about templates that do not end or are too large.
func languageFault(p locale.Problem) string {
	text := p.Text
	switch {
	case len(p.Circle) == 1:
		text = fmt.Sprintf("le modèle « %s » s’appelle lui-même sans fin : retirez cet appel", p.Circle[0])
	case len(p.Circle) > 1:
		text = fmt.Sprintf("les modèles « %s » s’appellent en cercle, sans fin : retirez l’un de ces appels", strings.Join(p.Circle, " », « "))
	case p.Large != "":
		text = fmt.Sprintf("le modèle « %s », avec ceux qu’il appelle, est trop grand ou imbrique trop de boucles : simplifiez-le", p.Large)
	}
	return p.Language + " : " + text
}

// missingTexts returns a French sentence that names the texts that a language's folder
// lacks, and the language that they come from instead.
func missingTexts(p locale.Problem) string {
	return fmt.Sprintf("%s : ces textes manquent et viennent de %s : %s", p.Language, p.Fallback, strings.Join(p.Missing, ", "))
}

// speak puts the languages of the program and of the directory dir in force for the
// whole process, for commands without a configuration; an empty dir adds none. The
// error is a usageError if a folder cannot be used, or if lang is none of the
// languages; the languages in force then stay.
func speak(dir, lang string) error {
	set, problems, err := locale.Open(dir)
	if err != nil {
		return usageError{err}
	}
	for _, p := range problems {
		if p.Fault {
			return usageError{errors.New(languageFault(p))}
		}
	}
	if !slices.Contains(set.Codes(), lang) {
		return usageError{fmt.Errorf("--lang : les langues sont %s", strings.Join(set.Codes(), ", "))}
	}
	locale.Use(set)
	return nil
}
