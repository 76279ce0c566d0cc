package agenda

import "regexp"

// regions maps the numbers of the French departments to their regions.
var regions = func() map[string]string {
	all := map[string]string{}
	for name, departments := range map[string][]string{
		"Auvergne-Rhône-Alpes":       {"01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"},
		"Bourgogne-Franche-Comté":    {"21", "25", "39", "58", "70", "71", "89", "90"},
		"Bretagne":                   {"22", "29", "35", "56"},
		"Centre-Val de Loire":        {"18", "28", "36", "37", "41", "45"},
		"Corse":                      {"20"},
		"Grand Est":                  {"08", "10", "51", "52", "54", "55", "57", "67", "68", "88"},
		"Guadeloupe":                 {"971"},
		"Guyane":                     {"973"},
		"Hauts-de-France":            {"02", "59", "60", "62", "80"},
		"Île-de-France":              {"75", "77", "78", "91", "92", "93", "94", "95"},
		"La Réunion":                 {"974"},
		"Martinique":                 {"972"},
		"Mayotte":                    {"976"},
		"Normandie":                  {"14", "27", "50", "61", "76"},
		"Nouvelle-Aquitaine":         {"16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"},
		"Occitanie":                  {"09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"},
		"Pays de la Loire":           {"44", "49", "53", "72", "85"},
		"Provence-Alpes-Côte d’Azur": {"04", "05", "06", "13", "83", "84"},
	} {
		for _, d := range departments {
			all[d] = name
		}
	}
	return all
}()

var postcode = regexp.MustCompile(`\b(\d{5})\b`)

// regionOf returns the region of the last French postcode in a place; empty if
// there is none.
func regionOf(place string) string {
	all := postcode.FindAllString(place, -1)
	if len(all) == 0 {
		return ""
	}
	code := all[len(all)-1]
	if name := regions[code[:3]]; name != "" {
		return name
	}
	return regions[code[:2]]
}
