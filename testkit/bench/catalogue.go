package main

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

// entries is about the size of the real catalogue.
const entries = 700

// bigCatalogue repeats the demo's catalogue under other names and ids.
func bigCatalogue(entries int) ([]byte, error) {
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

// rename turns a copy of an entry into another entry.
func rename(entry map[string]any, round, i int) {
	entry["id"] = 100_000*round + i
	entry["name"] = fmt.Sprintf("%s %d", entry["name"], round+1)
	if external, ok := entry["softwareExternalData"].(map[string]any); ok {
		external["name"] = entry["name"]
		external["externalId"] = fmt.Sprintf("Q%d", 900_000_000+1000*round+i)
	}
}

// serveCatalogue publishes a catalogue as its site does, with a date for conditional
// requests.
func serveCatalogue(catalogue []byte) *httptest.Server {
	since := time.Now()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "sill.json", since, bytes.NewReader(catalogue))
	}))
}
