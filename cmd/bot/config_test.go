package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"heraut/chat"
)

const example = "../../config.example.yaml"

// minimal is the shortest valid configuration.
const minimal = `about: {run_by: DINUM, contact: floss@example.org}
matrix: {homeserver: "https://matrix.example.org/", user: heraut}
`

func noEnv(string) string { return "" }

func mustRead(t *testing.T, text string) (*Config, []Remark) {
	t.Helper()
	c, remarks, err := readConfig("config.yaml", []byte(text), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	return c, remarks
}

func TestExampleIsRightAndNamesEveryKey(t *testing.T) {
	if _, _, err := loadConfig(example, noEnv); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var names func(reflect.Type)
	names = func(of reflect.Type) {
		for of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || of.Field(0).Tag.Get("yaml") == "" {
			return
		}
		for i, key := range keys(of) {
			if key == "" {
				t.Errorf("%v.%s has no key", of, of.Field(i).Name)
			}
			if !regexp.MustCompile(`(?m)(^[ #-]*|[{,] *)` + key + `:`).Match(text) {
				t.Errorf("%s does not name %s of %v", example, key, of)
			}
			names(of.Field(i).Type)
		}
	}
	names(reflect.TypeFor[Config]())
}

// The example shows the defaults except where it says otherwise.
func TestExampleShowsTheDefaults(t *testing.T) {
	shown, _, err := loadConfig(example, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	usual, _ := mustRead(t, minimal)
	for _, c := range []*Config{shown, usual} { // the operator's own choices
		c.About, c.Operators, c.Invitations, c.Fetch = About{}, nil, Invitations{}, Fetch{}
		c.Matrix, c.Sources, c.Visio, c.Rooms, c.Relays, c.Catalogues = Matrix{}, nil, nil, nil, nil, nil
	}
	shown.State = usual.State // each file has its own directory
	if !reflect.DeepEqual(shown, usual) {
		t.Errorf("the example has\n%+v\nand the defaults are\n%+v", shown, usual)
	}
}

// No later line of the example undoes an operator's change in a copy.
func TestExampleCanBeAdapted(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	tchap, _ := mustRead(t, strings.Replace(string(text), "preset: matrix", "preset: tchap", 1))
	if want := defaults(PresetTchap); tchap.Preset != PresetTchap || tchap.Links != want.Links || tchap.Pace != want.Pace {
		t.Errorf("the example with preset tchap has links %s and pace %v, want %s and %v", tchap.Links, tchap.Pace, want.Links, want.Pace)
	}
	moved, _ := mustRead(t, strings.Replace(string(text), "state: ./data", "state: /var/lib/heraut", 1))
	if got, want := moved.Matrix.RecoveryKeyFile, "/var/lib/heraut/recovery-key"; got != want {
		t.Errorf("the example with another state has the recovery key in %s, want %s", got, want)
	}
}

func TestDefaults(t *testing.T) {
	matrix, _ := mustRead(t, minimal)
	if matrix.Pace.PerSecond != 0 || matrix.Links != "https://matrix.to" {
		t.Errorf("preset matrix: pace %v, links %s", matrix.Pace, matrix.Links)
	}
	if got := matrix.Matrix.Homeserver.String(); got != "https://matrix.example.org" {
		t.Errorf("homeserver %q keeps its last slash", got)
	}
	tchap, _ := mustRead(t, minimal+"preset: tchap\n")
	if tchap.Pace.PerSecond != 1 || tchap.Links != "https://tchap.gouv.fr" {
		t.Errorf("preset tchap: pace %v, links %s", tchap.Pace, tchap.Links)
	}
	chosen, _ := mustRead(t, minimal+"preset: tchap\npace: {per_second: 0.5}\nlinks: https://links.example.org/\n")
	if chosen.Pace != (Pace{0.5, 10}) || chosen.Links != "https://links.example.org" {
		t.Errorf("pace %v, links %s: what is written must win over the preset", chosen.Pace, chosen.Links)
	}
}

func TestValuesAreRead(t *testing.T) {
	c, _ := mustRead(t, "\ufeff"+minimal+`
operators: ["@camille:example.org"]
bots: []
answer_within: 1d12h
limits: {person: 0, room: 5/s}
catalogue: {sill: {url: sill.json, max_loss: 12%, every: 1s}}
invitations: {servers: ["*.tchap.gouv.fr"]}
language: en
http: {listen: }
sources:
- {name: depots, kind: ecosystems, url: "https://example.org/api"}
- {name: sill, kind: sill, settle: 0s}
rooms:
- room: "!abcDEF"
- room: "#a:example.org"
  language: fr
  watches: [{source: depots}, {source: sill, filter: "Licence:mit -fork", rhythm: weekly thursday 11h}]
`)
	if !reflect.DeepEqual(c.Operators, []chat.UserID{"@camille:example.org"}) || len(c.Bots) != 0 {
		t.Errorf("operators %v, bots %v", c.Operators, c.Bots)
	}
	if c.AnswerWithin != 36*time.Hour || c.Limits != (Limits{Room: Rate{5, time.Second}}) {
		t.Errorf("answer_within %v, limits %v", c.AnswerWithin, c.Limits)
	}
	if c.Catalogue.SILL != (SILL{URL: "sill.json", Every: time.Second, MaxLoss: 12}) {
		t.Errorf("catalogue %+v", c.Catalogue)
	}
	if !c.Invitations.Servers.Match("agent.dinum.tchap.gouv.fr") || c.Invitations.Servers.Match("tchap.gouv.fr.example.org") {
		t.Error("invitations.servers does not match as its star says")
	}
	if c.HTTP.Listen != "" {
		t.Errorf("http.listen %q, want none", c.HTTP.Listen)
	}
	if s := c.Sources; s[0].Every != 15*time.Minute || s[0].Settle != 6*time.Hour || s[1].Settle != 0 || s[1].URL != "sill.json" {
		t.Errorf("sources %+v", s)
	}
	if r := c.Rooms; r[0].Language != "" || r[1].Language != "fr" || r[1].Watches[0].Rhythm.String() != "immediat" || r[1].Watches[0].Filter.String() != "" {
		t.Errorf("rooms %+v", r)
	}
	if w := c.Rooms[1].Watches[1]; w.Filter.String() != "licence:mit -fork" || w.Rhythm.String() != "hebdo jeudi 11:00" {
		t.Errorf("watch %v, %v", &w.Filter, w.Rhythm)
	}
}

func TestPathsStartFromTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, minimal+"state: etat\ncatalogue: {sill: {url: sill.json}}\n")
	c, _, err := loadConfig(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.State:                  filepath.Join(dir, "etat"),
		c.Matrix.RecoveryKeyFile: filepath.Join(dir, "etat", "recovery-key"),
		c.Catalogue.SILL.URL:     filepath.Join(dir, "sill.json"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "password"), "from the file\n")
	write(t, filepath.Join(dir, "empty"), "\n")
	file := filepath.Join(dir, "config.yaml")
	head := "about: {run_by: DINUM, contact: floss@example.org}\nmatrix:\n  homeserver: https://matrix.dinum.example.org\n  user: heraut\n"
	for name, test := range map[string]struct {
		config, env string
		want        Secret
		remarks     int
	}{
		"none":        {head, "", "", 0},
		"inline":      {head + "  password: inline\n", "", "inline", 0},
		"file":        {head + "  password_file: password\n", "", "from the file", 0},
		"absent file": {head + "  password_file: absent\n", "", "", 1},
		"environment": {head + "  password_file: absent\n", "from the environment", "from the environment", 0},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, file, test.config)
			c, remarks, err := loadConfig(file, func(key string) string {
				if key == "HERAUT_MATRIX_PASSWORD" {
					return test.env
				}
				return ""
			})
			if err != nil {
				t.Fatal(err)
			}
			if c.Matrix.Password != test.want || len(remarks) != test.remarks {
				t.Errorf("password %q and remarks %v, want %q and %d", string(c.Matrix.Password), remarks, string(test.want), test.remarks)
			}
		})
	}
	write(t, file, head+"  password_file: empty\n")
	if _, _, err := loadConfig(file, noEnv); err == nil {
		t.Error("an empty password file is accepted")
	}
}

func TestRemarks(t *testing.T) {
	_, remarks := mustRead(t, `about: {run_by: DINUM, contact: floss@example.org}
matrix:
  homeserver: https://matrix.dinum.example.org
  user: Bot-SILL@numerique.gouv.fr
relays: [{name: libre, from: ["#a:example.org"], to: "#b:example.org"}]
`)
	got := make([]string, len(remarks))
	for i, remark := range remarks {
		got[i] = remark.String()
	}
	want := []string{
		"config.yaml:4: matrix.user : l’adresse « Bot-SILL@numerique.gouv.fr » désigne le compte « bot-sill-numerique.gouv.fr » ; si Tchap en a créé un autre (un chiffre peut suivre), écrivez son identifiant complet",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAbsentFile(t *testing.T) {
	var faults Faults
	if _, _, err := loadConfig(filepath.Join(t.TempDir(), "absent.yaml"), noEnv); !errors.As(err, &faults) || len(faults) != 1 {
		t.Errorf("got %v, want one fault", err)
	}
}

func FuzzConfig(f *testing.F) {
	text, err := os.ReadFile(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(minimal))
	for _, test := range faultTests {
		f.Add([]byte(test.config))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _, err := readConfig("config.yaml", text, noEnv)
		if err == nil {
			if c.About.RunBy == "" || c.Matrix.Homeserver == nil || c.Matrix.User == "" || c.Timezone == nil || c.AnswerWithin <= 0 {
				t.Errorf("accepted although incomplete: %+v", c)
			}
			return
		}
		var faults Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("%v is no list of faults", err)
		}
		for _, fault := range faults {
			// YAML also ends lines at a lone carriage return.
			if last := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 1; fault.Line < 1 || fault.Line > last {
				t.Errorf("%v: there are %d lines", fault, last)
			}
		}
	})
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
