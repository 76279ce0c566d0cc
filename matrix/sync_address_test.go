package matrix

import (
	"strings"
	"testing"
	"unicode/utf8"

	"heraut/chat"
)

// The bot's full id and similar ids.
const (
	ownID    = "@heraut:example.org"
	otherID  = "@heraut:autre.test"
	toMatrix = "https://matrix.to/#/"
	toTchap  = "https://tchap.gouv.fr/#/user/"
)

// spoken holds the results of addressing.read.
type spoken struct {
	text            string
	mentioned, idle bool
}

func TestAddressing(t *testing.T) {
	a := addressing{me: ownID, names: []string{"Héraut [Numérique]", "Héraut", "Assistant SILL"}}
	forBot := func(text string) spoken { return spoken{text, true, false} }
	casual := func(text string) spoken { return spoken{text, true, true} }
	link := func(base, user, name, rest string) string {
		return `<p><a href="` + base + user + `">` + name + `</a>` + rest + `</p>`
	}
	me, them := []chat.UserID{ownID}, []chat.UserID{otherID}
	for name, test := range map[string]struct {
		m    chat.Message
		want spoken // the zero value: not for the bot
	}{
		"localpart and colon":      {chat.Message{Body: "heraut: sill gimp"}, forBot("sill gimp")},
		"localpart without space":  {chat.Message{Body: "heraut:gimp"}, forBot("gimp")},
		"localpart and comma":      {chat.Message{Body: "Heraut, gimp"}, forBot("gimp")},
		"localpart and space":      {chat.Message{Body: "heraut gimp"}, casual("gimp")},
		"localpart and line break": {chat.Message{Body: "heraut\n!sill gimp"}, casual("!sill gimp")},
		"localpart with a sign":    {chat.Message{Body: "@heraut gimp"}, forBot("gimp")},
		"localpart alone":          {chat.Message{Body: "heraut"}, forBot("")},
		"full id":                  {chat.Message{Body: ownID + " gimp"}, forBot("gimp")},
		"full id and colon":        {chat.Message{Body: ownID + ": gimp"}, forBot("gimp")},
		"full id and line break":   {chat.Message{Body: ownID + "\nsill gimp"}, forBot("sill gimp")},
		"display name":             {chat.Message{Body: "Héraut [Numérique] : gimp"}, forBot("gimp")},
		"display name, no-break":   {chat.Message{Body: "Héraut\u202f: gimp"}, forBot("gimp")},
		"no-break in the name":     {chat.Message{Body: "Assistant\u00a0SILL: gimp"}, forBot("gimp")},
		"full-width colon":         {chat.Message{Body: "Héraut：gimp"}, forBot("gimp")},
		"prefix after it":          {chat.Message{Body: "Héraut : !sill gimp"}, forBot("!sill gimp")},
		"upper case":               {chat.Message{Body: "HÉRAUT: gimp"}, forBot("gimp")},
		"invisible characters":     {chat.Message{Body: "\u200b\ufeffHé\u200draut\u200e: \u2060gimp"}, forBot("gimp")},
		"a sentence about it":      {chat.Message{Body: "Héraut est en panne ?"}, casual("est en panne ?")},
		"pinged in a sentence":     {chat.Message{Body: "Héraut est en panne ?", Mentions: me}, forBot("est en panne ?")},

		"longer word":         {chat.Message{Body: "herautique"}, spoken{}},
		"mid-sentence":        {chat.Message{Body: "je crois que heraut le sait"}, spoken{}},
		"pinged mid-sentence": {chat.Message{Body: "je crois que Héraut le sait", Mentions: me}, spoken{}},
		"nothing":             {chat.Message{}, spoken{}},
		"a command":           {chat.Message{Body: "!sill gimp"}, spoken{}},
		"other localpart":     {chat.Message{Body: "@heraut-autre:example.org gimp"}, spoken{}},
		"other server":        {chat.Message{Body: otherID + " peux-tu regarder ?"}, spoken{}},
		"other server, colon": {chat.Message{Body: otherID + ": sill gimp"}, spoken{}},
		"other server alone":  {chat.Message{Body: otherID}, spoken{}},
		"other local server":  {chat.Message{Body: "@heraut:localhost sill gimp"}, spoken{}},
		"other, no sign":      {chat.Message{Body: "heraut:autre.test: sill gimp"}, spoken{}},
		"other port":          {chat.Message{Body: ownID + ":8448 sill gimp"}, spoken{}},
		"longer server":       {chat.Message{Body: ownID + ".evil sill gimp"}, spoken{}},

		"link":             {chat.Message{Body: "Héraut: gimp", HTML: link(toMatrix, ownID, "Héraut", ": gimp"), Mentions: me}, forBot("gimp")},
		"link, Tchap":      {chat.Message{Body: "Héraut: gimp", HTML: link(toTchap, ownID, "Héraut", ": gimp")}, forBot("gimp")},
		"link, escaped":    {chat.Message{Body: "Héraut gimp", HTML: link(toMatrix, "%40heraut%3Aexample.org", "Héraut", " gimp")}, forBot("gimp")},
		"link, URI":        {chat.Message{Body: "Héraut gimp", HTML: link("matrix:u/", "heraut:example.org", "Héraut", " gimp")}, forBot("gimp")},
		"link, via":        {chat.Message{Body: "Héraut gimp", HTML: link(toMatrix, ownID+"?via=example.org", "Héraut", " gimp")}, forBot("gimp")},
		"link, new name":   {chat.Message{Body: "Libre-Bot: sill gimp", HTML: link(toMatrix, ownID, "Libre-Bot", ": sill gimp")}, forBot("sill gimp")},
		"link, body apart": {chat.Message{Body: "Ancien nom: gimp", HTML: link(toMatrix, ownID, "Nouveau", ": gimp")}, forBot("gimp")},
		"link, id in body": {chat.Message{Body: ownID + ": gimp", HTML: link(toMatrix, ownID, "Héraut", ": gimp")}, forBot("gimp")},
		"link, line break": {chat.Message{Body: "Héraut\n!sill gimp", HTML: link(toMatrix, ownID, "Héraut", "<br>!sill gimp")}, forBot("!sill gimp")},
		"link, bold":       {chat.Message{Body: "Héraut: gimp", HTML: `<strong>` + link(toMatrix, ownID, "Héraut", ": gimp") + `</strong>`}, forBot("gimp")},
		"link to another":  {chat.Message{Body: "Héraut: gimp", HTML: link(toMatrix, otherID, "Héraut", ": gimp")}, spoken{}},
		"link in the midst": {chat.Message{Body: "demandez à Héraut", HTML: `demandez à <a href="` + toMatrix + ownID + `">Héraut</a>`, Mentions: me},
			spoken{}},
		"link to a page":           {chat.Message{Body: "Héraut: gimp", HTML: `<a href="https://example.org/#/x">Héraut</a>: gimp`}, forBot("gimp")},
		"Markdown link":            {chat.Message{Body: "[Héraut](" + toMatrix + ownID + "): gimp"}, forBot("gimp")},
		"Markdown link, escaped":   {chat.Message{Body: "[x](" + toMatrix + "%40heraut%3Aexample.org) sill gimp"}, forBot("sill gimp")},
		"Markdown link and HTML":   {chat.Message{Body: "[Libre](" + toMatrix + ownID + ") gimp", HTML: link(toMatrix, ownID, "Libre", " gimp")}, forBot("gimp")},
		"Markdown link to another": {chat.Message{Body: "[heraut](" + toMatrix + otherID + "): gimp"}, spoken{}},

		"pinged, no name":      {chat.Message{Body: "sill gimp", Mentions: me}, forBot("sill gimp")},
		"pinged, unknown name": {chat.Message{Body: "Ancien nom : sill gimp", Mentions: me}, forBot("sill gimp")},
		"pinged by a reply":    {chat.Message{Body: "merci", Mentions: me, ReplyTo: "$x"}, spoken{}},
		"another pinged":       {chat.Message{Body: "sill gimp", Mentions: them}, spoken{}},
		"named, another too":   {chat.Message{Body: "heraut: gimp", Mentions: them}, forBot("gimp")},
	} {
		t.Run(name, func(t *testing.T) {
			want := test.want
			if want == (spoken{}) {
				want.text = test.m.Body
			}
			text, mentioned, casual := a.read(test.m)
			if got := (spoken{text, mentioned, casual}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// For any input, the remaining text is part of the message, and a message that
// starts with a link to another user is not for the bot.
func FuzzAddressing(f *testing.F) {
	for _, seed := range []string{
		"heraut: gimp", otherID + ": gimp", "[Héraut](" + toMatrix + ownID + "): gimp", "\u200bHéraut\n!sill", "Héraut：x", "@heraut", ":", "",
		"[a](matrix:u/heraut:example.org)", "Ancien nom : x",
	} {
		f.Add(seed, "", false)
		f.Add(seed, `<a href="`+toMatrix+ownID+`">Héraut</a>: gimp`, true)
		f.Add(seed, `<p> <a href="`+toTchap+otherID+`">Héraut</a>: gimp`, true)
	}
	a := addressing{me: ownID, names: []string{"Héraut", "Assistant SILL", "\u200b"}}
	f.Fuzz(func(t *testing.T, body, html string, pinged bool) {
		m := chat.Message{Body: body, HTML: html}
		if pinged {
			m.Mentions = []chat.UserID{ownID}
		}
		text, mentioned, casual := a.read(m)
		user, _, after, linked := leadingLink(html)
		switch {
		case !mentioned && (text != body || casual):
			t.Errorf("%q is not for the bot, and became %q", body, text)
		case linked && user != ownID && mentioned:
			t.Errorf("%q speaks to %s", html, user)
		case mentioned && !strings.HasSuffix(body, text) && !strings.HasSuffix(after, text):
			t.Errorf("%q became %q", body, text)
		case utf8.ValidString(body) && utf8.ValidString(html) && !utf8.ValidString(text):
			t.Errorf("%q became %q", body, text)
		case strings.HasPrefix(body, otherID+":") && !linked && mentioned && !pinged:
			t.Errorf("%q is for another server", body)
		}
	})
}
