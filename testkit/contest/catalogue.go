package contest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"heraut/testkit"
)

// Entries is about the size of the real catalogue.
const Entries = 700

// BigCatalogue returns a catalogue with that many entries, as JSON in the SILL's
// format: those of the demonstration again and again, under other names and ids.
func BigCatalogue(entries int) ([]byte, error) {
	root, err := testkit.Root()
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(root, "cmd", "demo", "catalogue.json"))
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for round := 0; len(all) < entries; round++ {
		var list []map[string]any
		if err := json.Unmarshal(content, &list); err != nil {
			return nil, fmt.Errorf("read the demo's catalogue: %w", err)
		}
		for i, entry := range list {
			if round == 0 || len(all) == entries {
				break
			}
			rename(entry, round, i)
		}
		all = append(all, list[:min(len(list), entries-len(all))]...)
	}
	return json.Marshal(all)
}

// rename changes the name and the ids in entry, a copy of a catalogue's entry, so that
// it counts as another entry. round and i make them unique.
func rename(entry map[string]any, round, i int) {
	entry["id"] = 100_000*round + i
	entry["name"] = fmt.Sprintf("%s %d", entry["name"], round+1)
	if external, ok := entry["softwareExternalData"].(map[string]any); ok {
		external["name"] = entry["name"]
		external["externalId"] = fmt.Sprintf("Q%d", 900_000_000+1000*round+i)
	}
}

// ServeCatalogue returns an HTTP server that serves a catalogue with a date, so that
// the bot can ask whether it changed. The caller closes it.
func ServeCatalogue(catalogue []byte) *httptest.Server {
	since := time.Now()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "sill.json", since, bytes.NewReader(catalogue))
	}))
}
