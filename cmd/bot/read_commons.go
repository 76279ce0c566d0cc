package main

import (
	"heraut/catalogue"
	"heraut/commons"
)

// commonsNames describes the kinds of catalogues besides the SILL in French, for the
// help.
var commonsNames = map[commons.Kind]string{
	commons.PublicCode: "un publiccode.yml",
	commons.Italia:     "une page du catalogue de Developers Italia",
	commons.Comptoir:   "l’export du Comptoir du Libre",
	commons.BetaGouv:   "les produits de beta.gouv.fr",
	commons.Etabli:     "les initiatives d’Établi",
	commons.DPGA:       "le registre des biens publics numériques (DPGA)",
}

// commonsKinds returns the formats of catalogues other than the SILL, for «bot read»,
// but not those that are read like the SILL.
func commonsKinds() (kinds []readKind) {
	for _, kind := range commons.Kinds {
		if commonsNames[kind] == "" { // a catalogi is read like the SILL
			continue
		}
		kinds = append(kinds, readKind{
			name: string(kind), noun: "Catalogue " + string(kind), help: commonsNames[kind],
			recognizes: func(start []byte) bool { return commons.Detect(start) == kind },
			read: func(in readInput) (reading, error) {
				file, err := commons.Read(catalogue.Text(in.body, in.contentType), commons.Settings{
					Name: string(kind), Label: string(kind), Kind: kind, Language: in.command.Lang,
				})
				if err != nil {
					return reading{}, err
				}
				return in.software(file)
			},
		})
	}
	return kinds
}
