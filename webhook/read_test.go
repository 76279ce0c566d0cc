package webhook_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/locale/localetest"
	"heraut/matrix"
	"heraut/testkit/realdata"
	"heraut/webhook"
)

var (
	show   = flag.Bool("show", false, "print what every body of the shared data becomes")
	update = flag.Bool("update", false, "write what is posted now into testdata")
)

// sharedBody is a body of the shared data, with the parts that its plain text must
// hold.
type sharedBody struct {
	file, contentType, sender string
	must, mustNot             []string
}

func sharedBodies(t testing.TB) (all []sharedBody, dir string) {
	t.Helper()
	dir = realdata.Path(t, "webhooks")
	index, err := os.ReadFile(filepath.Join(dir, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(index)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(cells) < 6 || cells[0] == "file" {
			continue
		}
		b := sharedBody{file: cells[0], contentType: cells[1], sender: cells[2]}
		if b.contentType == "(none)" {
			b.contentType = ""
		}
		for _, s := range strings.Split(cells[4], "|") {
			if s != "" {
				b.must = append(b.must, s)
			}
		}
		for _, s := range strings.Split(cells[5], "|") {
			if s != "" {
				b.mustNot = append(b.mustNot, s)
			}
		}
		all = append(all, b)
	}
	return all, dir
}

// In both languages, the message of every shared body holds all that it must, and
// nothing that it must not.
func TestSharedBodies(t *testing.T) {
	bodies, dir := sharedBodies(t)
	for _, b := range bodies {
		t.Run(b.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, b.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, lang := range []string{"fr", "en"} {
				m, err := webhook.Read(webhook.Body{Type: b.contentType, Data: data}, lang, time.UTC)
				if err != nil {
					t.Fatal(err)
				}
				html := m.HTML()
				if wrong := localetest.Tags(html); len(wrong) > 0 {
					t.Errorf("%v\n%s", wrong, html)
				}
				text := matrix.PlainText(html, lang)
				if *show && lang == "fr" {
					t.Logf("[%s]\n%s\n", m.Tool, text)
				}
				for _, s := range b.must {
					if !strings.Contains(text, s) {
						t.Errorf("%s: no %q in\n%s", lang, s, text)
					}
				}
				for _, s := range b.mustNot {
					if strings.Contains(text, s) {
						t.Errorf("%s: %q in\n%s", lang, s, text)
					}
				}
			}
		})
	}
}
