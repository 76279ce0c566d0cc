package catalogue

import (
	"errors"
	"net/http"
	"strings"

	"heraut/fetch"
)

// PublicSILL is where the SILL is published (codegouvfr/catalogi,
// docs/public-api.md, September 2026).
const PublicSILL = "https://code.gouv.fr/sill/api/v2/catalogi.json"

// V1Address returns the address of the older API of the same catalogue, which is
// read when that of version 2 is not served; empty when location is none of
// version 2.
func V1Address(location string) string {
	site, ok := strings.CutSuffix(location, "/api/v2/catalogi.json")
	if !ok {
		return ""
	}
	return site + "/api/sill.json"
}

// locations are where a catalogue is read, in this order.
func locations(location string) []string {
	if v1 := V1Address(location); v1 != "" {
		return []string{location, v1}
	}
	return []string{location}
}

// isNotServed reports whether an error tells that there is nothing at an address,
// rather than that it is out of order. A site that shows its page for every
// unknown address says so with a web page.
func isNotServed(err error) bool {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Code == http.StatusNotFound || status.Code == http.StatusGone ||
			status.Code == http.StatusMethodNotAllowed || status.Code == http.StatusNotImplemented
	}
	return errors.Is(err, fetch.ErrHTML)
}
