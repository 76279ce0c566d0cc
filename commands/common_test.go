package commands_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/commons"
	"heraut/locale/localetest"
	"heraut/rooms"
)

const (
	ofItaly chat.RoomID = "!italia:example.org"
	ofBoth  chat.RoomID = "!deux:example.org"
)

// italian returns a catalogue of another country.
func italian() []catalogue.Software {
	at := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	other := func(id, name, text string) catalogue.Software {
		return catalogue.Software{ID: "italia:" + id, Catalogue: "Developers Italia", Name: name, Home: "https://developers.italia.it/" + id, Updated: at,
			Description: catalogue.Localized{FR: text, EN: text}, License: "AGPL-3.0", Contact: "equipe@example.org", Phase: "stable"}
	}
	gimp := other("gimp", "Gimp", "Retouche d’images")
	gimp.Wikidata, gimp.License = "Q8038", "MIT"
	gone := other("vecchio", "Vecchio", "Prise de rendez-vous en ligne")
	gone.Withdrawn = &catalogue.Withdrawal{Abandoned: true}
	closed := other("chiuso", "Chiuso", "Gestion des cantines")
	closed.Withdrawn = &catalogue.Withdrawal{}
	return []catalogue.Software{gone, other("agenda", "Agendamento", "Prise de rendez-vous en ligne avec un agent"), gimp, closed}
}

// collector answers in rooms of several catalogues.
func collector(t *testing.T) (a *commands.Answerer, say func(room chat.RoomID, level chat.Level, lang, text string) commands.Answer) {
	t.Helper()
	state := func(all []catalogue.Software) func() catalogue.State {
		c := catalogue.New(all, time.Date(2026, 9, 3, 9, 0, 0, 0, time.UTC))
		return func() catalogue.State { return catalogue.State{Catalogue: c} }
	}
	sill := sample()
	for i := range sill {
		if sill[i].Name == "GIMP" {
			sill[i].Wikidata = "Q8038"
		}
	}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!", Catalogues: commons.SILL})
	book.Declare(ofItaly, rooms.Settings{Catalogues: "italia"})
	book.Declare(ofBoth, rooms.Settings{Catalogues: "sill,italia"})
	current := state(sill)
	a = commands.NewAnswerer(commands.Parts{
		Zone: time.UTC, Catalogue: current, Word: "software", Admin: commands.Administration{Book: book},
		Library: commons.NewLibrary(
			commons.Shelf{Name: commons.SILL, Current: current},
			commons.Shelf{Name: "italia", Label: "Developers Italia", Credit: "Données : AgID, CC BY 4.0", Commons: true, Current: state(italian())},
		),
	})
	return a, func(room chat.RoomID, level chat.Level, lang, text string) commands.Answer {
		t.Helper()
		answer, err := a.Answer(t.Context(), commands.Line{Text: text, Lang: lang, Prefix: "!", Room: room, Level: level})
		if err != nil {
			t.Fatal(err)
		}
		if err := localetest.Check(answer.HTML); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		return answer
	}
}

// Nothing that is said of another catalogue calls it the SILL, but the command's word.
func TestNoOtherCatalogueIsCalledSILL(t *testing.T) {
	_, say := collector(t)
	for lang, lines := range map[string][]string{
		"fr": {"!sill gimp", "!sill utilisateurs gimp", "!sill prestataires gimp", "!sill instances gimp", "!sill nouveautes", "!sill xyzzy", "!sill remplace xyzzy", "!sill organisation dinum", "!sill vecchio", "!sill compare gimp agendamento", "!software gimp", "!sill chiuso", "!sill photoshop"},
		"en": {"!sill gimp", "!sill users gimp", "!sill providers gimp", "!sill instances gimp", "!sill new", "!sill xyzzy", "!sill alternative xyzzy", "!sill org dinum", "!sill vecchio", "!sill chiuso", "!sill photoshop"},
	} {
		for _, line := range lines {
			html := say(ofItaly, chat.LevelMember, lang, line).HTML
			text := strings.ReplaceAll(strings.ReplaceAll(html, "!sill", ""), "SILL</a> (date", "")
			text = strings.ReplaceAll(text, `<a href="https://code.gouv.fr/sill/detail?id=51">SILL</a>`, "") // where GIMP is too
			if html == "" || strings.Contains(text, "SILL") && !strings.Contains(text, "Aussi dans") && !strings.Contains(text, "Also in") {
				t.Errorf("%s, in %s: %s", line, lang, html)
			}
		}
	}
}

func TestRoomOfAnotherCatalogue(t *testing.T) {
	_, say := collector(t)
	for line, want := range map[string][]string{
		"!sill vecchio": {"projet abandonné", "À qui écrire", "equipe@example.org", ">fiche</a>", "Données : AgID"},
		"!sill chiuso":  {"retiré du catalogue Developers Italia"},
		"!sill firefox": {"Aucun logiciel du catalogue Developers Italia"},
		"!sill gimp":    {"Aussi dans", "SILL", "licence GPL"},
	} {
		html := say(ofItaly, chat.LevelMember, "fr", line).HTML
		for _, part := range want {
			if !strings.Contains(strings.ReplaceAll(html, "\u00a0", " "), part) {
				t.Errorf("%s lacks %q: %s", line, part, html)
			}
		}
	}
	// The SILL's own rooms answer as before, and say where else a software is.
	html := say("!other:example.org", chat.LevelMember, "fr", "!sill gimp").HTML
	if !strings.Contains(html, "Developers Italia</a> (4 mai 2026, licence MIT là-bas)") || !strings.Contains(html, "fiche SILL") {
		t.Error(html)
	}
	// Of several catalogues, the first one's entry is shown.
	html = say(ofBoth, chat.LevelMember, "fr", "!sill gimp").HTML
	if !strings.Contains(html, "fiche SILL") || !strings.Contains(html, "des catalogues SILL et Developers Italia") {
		t.Error(html)
	}
}

// The SILL can be named like the other catalogues, in capitals too.
func TestCatalogueByName(t *testing.T) {
	_, say := collector(t)
	for _, rest := range []string{"", " accepter"} {
		want := say(salon, chat.LevelOperator, "fr", "!bot catalogue"+rest).HTML
		for _, name := range []string{"sill", "SILL"} {
			if got := say(salon, chat.LevelOperator, "fr", "!bot catalogue "+name+rest).HTML; got != want || got == "" {
				t.Errorf("%s%s: got %q, want %q", name, rest, got, want)
			}
		}
	}
}

func TestCommun(t *testing.T) {
	_, say := collector(t)
	answer := say(ofBoth, chat.LevelMember, "fr", "!commun prise de rendez-vous")
	if len(answer.Found) != 2 || answer.Found[0].Name != "Agendamento" || answer.Found[1].Name != "Vecchio" {
		t.Errorf("found %+v", answer.Found)
	}
	for _, part := range []string{"Developers Italia, stable", "projet abandonné", "écrire à equipe@example.org"} {
		if !strings.Contains(answer.HTML, part) {
			t.Errorf("lacks %q: %s", part, answer.HTML)
		}
	}
	if html := say(ofBoth, chat.LevelMember, "en", "!exists quantum teleportation").HTML; !strings.Contains(html, "Nobody, as far as we know") {
		t.Error(html)
	}
	// The SILL's software counts only if the State wrote it.
	if answer := say(ofBoth, chat.LevelMember, "fr", "!existe firefox"); len(answer.Found) > 0 {
		t.Errorf("found %+v", answer.Found)
	}
	if html := say("!other:example.org", chat.LevelMember, "fr", "!commun zzz:1").HTML; !strings.Contains(html, "zzz") {
		t.Error(html)
	}
}

func TestSalonCatalogues(t *testing.T) {
	talkingWith(t, commands.Limits{}, allParts, func(t *testing.T, k *talk) {
		k.in(chat.Room{ID: salon, Joined: true, InvitedBy: camille})
		wrong := k.ask(chat.LevelModerator, salon, "!salon catalogues marte")
		if !strings.Contains(wrong, "ne convient pas") || !strings.Contains(wrong, "sill") {
			t.Error(wrong)
		}
		if right := k.ask(chat.LevelModerator, salon, "!salon catalogues sill"); !strings.Contains(right, "catalogues") || k.book.Chosen(salon).Catalogues != "sill" {
			t.Error(right, k.book.Chosen(salon))
		}
		stored, err := k.db.Chosen(context.Background())
		if err != nil || stored[salon].Catalogues != "sill" {
			t.Error(stored, err)
		}
		if listed := k.ask(chat.LevelModerator, salon, "!salon"); !strings.Contains(listed, "catalogues : sill (réglé ici)") {
			t.Error(listed)
		}
	})
}
