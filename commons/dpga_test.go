package commons_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/testkit/realdata"
)

// TestPublishedDPGA reads the registry as it was published in 2023: a list of twelve
// entries, and the file of one entry as a list of its own. The bare file is no list, and
// is refused.
func TestPublishedDPGA(t *testing.T) {
	for name, want := range map[string]struct {
		n     int
		facts string
	}{
		"dpga-altinn-2023.json":       {1, "essai:altinn | Altinn |  | Altinn is an internet portal"},
		"dpga-dpgs-2023-12first.json": {12, "essai:aam-digital | Aam Digital |  | Open source case management software for the social Sector. It provides an easy-to-use case management web app for NGOs anywhere in the world. | GPL-3.0 | https://github.com/Aam-"},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(realdata.Path(t, "upstream", name))
			if err != nil {
				t.Fatal(err)
			}
			if kind := commons.Detect(data[:min(len(data), 4096)]); kind != commons.DPGA {
				t.Errorf("it is detected as %q", kind)
			}
			if data[0] == '{' {
				if _, err := read(t, commons.DPGA, data); err == nil {
					t.Error("the file of one entry is read as a list")
				}
				data = append(append([]byte("["), data...), ']')
			}
			file, err := commons.Read(catalogue.Text(bytes.NewReader(data), ""), commons.Settings{Name: "essai", Label: "DPGA", Kind: commons.DPGA, Language: "en"})
			if err != nil || len(file.Entries) != want.n || len(file.Dropped) != 0 {
				t.Fatalf("%d entries, %d dropped, %v", len(file.Entries), len(file.Dropped), err)
			}
			t.Logf("%d entries", len(file.Entries))
			found := false
			for i := range file.Entries {
				s := file.Entries[i]
				found = found || strings.HasPrefix(facts(&s), want.facts)
				if s.Name == "" || s.License == "" || s.Description.EN == "" || s.Page() == "" || s.Phase == "" {
					t.Errorf("something lacks: %s", facts(&s))
				}
			}
			if !found {
				t.Errorf("the first entry is %s", facts(&file.Entries[0]))
			}
		})
	}
}
