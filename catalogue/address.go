package catalogue

import (
	"errors"
	"net/http"
	"strings"

	"heraut/fetch"
)

// PublicSILL is the address of the published SILL (codegouvfr/catalogi,
// docs/public-api.md, September 2026).
const PublicSILL = "https://code.gouv.fr/sill/api/v2/catalogi.json"

// V1Address returns the address of the older API of the same catalogue, the fallback
// when version 2 is not served; empty when location is not a version 2 address.
func V1Address(location string) string {
	site, ok := strings.CutSuffix(location, "/api/v2/catalogi.json")
	if !ok {
		return ""
	}
	return site + "/api/sill.json"
}

// locations returns the addresses at which to ask for a catalogue, in the order to try:
// the given address and, if that is version 2 of the SILL's API, the address of version
// 1.
func locations(location string) []string {
	if v1 := V1Address(location); v1 != "" {
		return []string{location, v1}
	}
	return []string{location}
}

// isNotServed reports whether an error means that an address serves nothing (404, 405,
// 410, 501), rather than that the server fails. A web page instead of data counts too:
// some sites answer with one at every unknown address.
func isNotServed(err error) bool {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Code == http.StatusNotFound || status.Code == http.StatusGone ||
			status.Code == http.StatusMethodNotAllowed || status.Code == http.StatusNotImplemented
	}
	return errors.Is(err, fetch.ErrHTML)
}
