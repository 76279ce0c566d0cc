package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heraut/commands"
)

// pictured are the four messages of the README's picture.
var pictured = []string{"!sill gimp", "!sill vidéo", "!sill compare gimp, inkscape", "!aide"}

// pictureStyle shows messages as Element and Tchap do on a phone of 390 pixels.
const pictureStyle = `body{margin:0;padding:20px;background:#f0f0f4;display:flex;gap:20px;align-items:flex-start;
font:15px/1.45 "Noto Sans","DejaVu Sans",sans-serif;color:#161616}
section{width:350px;padding:20px;background:#fff;border-radius:24px}
h2{font-size:13px;color:#000091;margin:12px 0 4px}div{border-radius:14px;padding:8px 14px}
.asks{background:#e3e3fd;display:inline-block}.says{background:#f6f6f6}
p{margin:0 0 8px}ol,ul{margin:4px 0 8px;padding-left:22px}a{color:#000091}code{background:#e8e8ee;border-radius:4px;padding:0 3px}
span{border:1px solid #ccc;border-radius:12px;padding:1px 8px;margin-right:4px;font-size:13px}`

// TestPicture writes, with PICTURE=file, the page that make picture photographs: the
// messages as HTML, as clients receive them. It always checks that each is answered.
func TestPicture(t *testing.T) {
	answerer := answererOf(t, filepath.Join("..", "demo", "catalogue.json"))
	var page strings.Builder
	fmt.Fprintf(&page, `<!doctype html><html lang="fr"><meta charset="utf-8"><style>%s</style><body>`, pictureStyle)
	for _, typed := range pictured {
		a, err := answerer.Answer(t.Context(), commands.Line{Text: typed, Lang: "fr", Prefix: "!", Room: "!salon:example.org"})
		if err != nil || a.HTML == "" {
			t.Fatalf("%s: %q, %v", typed, a.HTML, err)
		}
		taps := ""
		for n := range strings.Count(a.HTML, "<li>") {
			if a.Shape == commands.List {
				taps += fmt.Sprintf("<span>%d\uFE0F\u20E3 1</span>", n+1)
			}
		}
		fmt.Fprintf(&page, `<section><h2>Camille</h2><div class="asks">%s</div><h2>Héraut</h2><div class="says">%s</div>%s</section>`,
			html.EscapeString(typed), a.HTML, taps)
	}
	if name := os.Getenv("PICTURE"); name != "" {
		if err := os.WriteFile(name, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
