package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"heraut/testkit"
	"heraut/testkit/contest"
)

func TestTable(t *testing.T) {
	ours := &entrant{title: "Ours", figures: figures{
		start: []float64{0.3, 0.5, 0.4}, idle: []float64{33.4, 35, 34}, waits: []float64{30, 10, 20, 400},
		rate: []float64{12.25, 10, 30}, worked: []float64{5.9, 6, 5}, served: []float64{76, 70, 90},
		drain:  []contest.Outcome{{Answered: 500}, {Answered: 499, Lost: 1}, {Answered: 500, Disordered: 4}},
		killed: []contest.Outcome{{Lost: 70}, {Lost: 25}, {Repeated: 2}},
	}}
	theirs := &entrant{title: "Theirs", figures: figures{
		start: []float64{1}, idle: []float64{60}, waits: []float64{7}, served: []float64{2},
		killed: []contest.Outcome{{}},
	}}
	want := strings.TrimLeft(`
|  | Ours | Theirs |
|---|---|---|
| Command to answer, p50 / p99, ms | 25 / 400 | 7 / 7 |
| 500 commands waiting in 50 rooms, answers/s | 12.2 (10.0 to 30.0) | – |
| of these, lost | 0, 1, 0 | – |
| out of order for a person | 0, 0, 4 | – |
| processor time per answer meanwhile, ms | 5.9 (5.0 to 6.0) | – |
| the homeserver's, ms | 76 (70 to 90) | 2 |
| Memory when idle, MiB | 34 (33 to 35) | 60 |
| Start to first answer, s | 0.40 (0.30 to 0.50) | 1.00 |
| `+"`kill -9`"+` with 100 waiting, lost | 70, 25, 0 | 0 |
| answered more than once | 0, 0, 2 | 0 |
`, "\n")
	if got := table(plan{rooms: 50, perRoom: 10, killed: 10}, []*entrant{ours, theirs}); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTitlesHaveVersions(t *testing.T) {
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds[1 : len(kinds)-1] { // a test's build info has no modules
		if title := k.title(root); !strings.ContainsAny(title, "0123456789") {
			t.Errorf("%s has no version", title)
		}
	}
}

// TestSDKWithoutEncryption checks that our package stands for the version that
// matrix-bot-sdk asks for: npm would add the real one otherwise, whose library comes from
// outside of the registry.
func TestSDKWithoutEncryption(t *testing.T) {
	const name = "@matrix-org/matrix-sdk-crypto-nodejs"
	var lock struct {
		Packages map[string]struct {
			Dependencies map[string]string
			Version      string
		}
	}
	content, err := os.ReadFile("node/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &lock); err != nil {
		t.Fatal(err)
	}
	asked, ours := lock.Packages["node_modules/@vector-im/matrix-bot-sdk"].Dependencies[name], lock.Packages["without-encryption"].Version
	if asked == "" || asked != ours {
		t.Errorf("the SDK asks for %s %q, ours is %q", name, asked, ours)
	}
}
