package catalogue

import (
	"strings"
	"testing"
)

// A stray quote loses its own line and no other.
func TestStrayQuotes(t *testing.T) {
	const header = "html_url,description\n"
	row := func(n, description string) string { return "https://f.example/a/" + n + "," + description + "\n" }
	for name, test := range map[string]struct {
		rows    string
		names   string // of the repositories
		dropped []int
	}{
		"none":                        {row("a", `"x, ""y"""`) + row("b", "z"), "a b", nil},
		"in a bare field":             {row("a", "x") + row("b", `un "mot" libre`) + row("c", "z"), "a c", []int{1}},
		"never closed":                {row("a", `"jamais fermé`) + row("b", `"x, y"`) + row("c", "z"), "b c", []int{0}},
		"never closed, then none":     {row("a", `"jamais fermé`) + row("b", "y") + row("c", "z"), "b c", []int{0}},
		"closed where columns differ": {row("a", `"jamais fermé`) + row("b", `x",z`) + row("c", "z"), "c", []int{0, 1}},
		"over lines":                  {row("a", "\"x\ny\n\n\"\"z\"\"\"") + row("b", "y"), "a b", nil},
		"Windows line ends":           {strings.ReplaceAll(row("a", `"x"`)+row("b", "y"), "\n", "\r\n"), "a b", nil},
		"blank lines":                 {"\n" + row("a", "x") + "\r\n\n" + row("b", "y") + "\n", "a b", nil},
		"no end of line":              {row("a", "x") + strings.TrimSuffix(row("b", `"y"`), "\n"), "a b", nil},
		"never closed, for long": {
			row("a", `"jamais fermé`) + strings.Repeat(row("b", "y"), 3*maxRecordLines), strings.TrimSpace(strings.Repeat("b ", 3*maxRecordLines)), []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			all, file, err := readAll(strings.NewReader(header + test.rows))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, r := range all {
				names = append(names, r.Name)
			}
			if got := strings.Join(names, " "); got != test.names {
				t.Errorf("got %q, want %q", got, test.names)
			}
			if len(file.Dropped) != len(test.dropped) {
				t.Fatalf("dropped %v, want %v", file.Dropped, test.dropped)
			}
			for i, d := range file.Dropped {
				if d.Index != test.dropped[i] || !strings.Contains(d.Reason, "(line ") {
					t.Errorf("dropped %v, want %v", file.Dropped, test.dropped)
				}
			}
		})
	}
}
