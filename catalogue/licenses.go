package catalogue

import (
	"strings"

	"heraut/text"
)

// licenseNames maps the names that forges give to licences, by SPDX identifier.
var licenseNames = map[string]string{
	"AFL-3.0":      "Academic Free License v3.0",
	"AGPL-3.0":     "GNU Affero General Public License v3.0",
	"Apache-2.0":   "Apache License 2.0",
	"Artistic-2.0": "Artistic License 2.0",
	"BSD-2-Clause": `BSD 2-Clause "Simplified" License`,
	"BSD-3-Clause": `BSD 3-Clause "New" or "Revised" License`,
	"BSL-1.0":      "Boost Software License 1.0",
	"CC-BY-4.0":    "Creative Commons Attribution 4.0 International",
	"CC-BY-SA-4.0": "Creative Commons Attribution Share Alike 4.0 International",
	"CC0-1.0":      "Creative Commons Zero v1.0 Universal",
	"CECILL-2.1":   "CeCILL Free Software License Agreement v2.1",
	"EPL-1.0":      "Eclipse Public License 1.0",
	"EPL-2.0":      "Eclipse Public License 2.0",
	"etalab-2.0":   "Etalab Open License 2.0",
	"EUPL-1.1":     "European Union Public License 1.1",
	"EUPL-1.2":     "European Union Public License 1.2",
	"GPL-2.0":      "GNU General Public License v2.0",
	"GPL-3.0":      "GNU General Public License v3.0",
	"ISC":          "ISC License",
	"LGPL-2.1":     "GNU Lesser General Public License v2.1",
	"LGPL-3.0":     "GNU Lesser General Public License v3.0",
	"MIT":          "MIT License",
	"MPL-2.0":      "Mozilla Public License 2.0",
	"MS-PL":        "Microsoft Public License",
	"OFL-1.1":      "SIL Open Font License 1.1",
	"OSL-3.0":      "Open Software License 3.0",
	"Unlicense":    "The Unlicense",
	"WTFPL":        "Do What The Fuck You Want To Public License",
	"Zlib":         "zlib License",
}

// licenseIDs maps the folded names and keys of licences to SPDX identifiers.
var licenseIDs = func() map[string]string {
	ids := map[string]string{}
	for id, name := range licenseNames {
		ids[text.Fold(id)], ids[text.Fold(name)] = id, id
	}
	return ids
}()

// licenseID returns the SPDX identifier for a forge's name of a licence, or the name
// itself when there is none; empty when the forge did not recognise the licence.
func licenseID(s string) string {
	key := text.Fold(s)
	if id, ok := licenseIDs[key]; ok {
		return id
	}
	if key == "other" || strings.EqualFold(s, "noassertion") {
		return ""
	}
	return s
}
