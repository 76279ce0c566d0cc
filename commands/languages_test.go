package commands_test

import (
	"path/filepath"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/commands"
	"heraut/locale"
)

// speakItalian adds the language of locale's testdata. A test that does may not run in
// parallel with others.
func speakItalian(t *testing.T) {
	t.Helper()
	set, _, err := locale.Open(filepath.Join("..", "locale", "testdata", "languages"))
	if err != nil {
		t.Fatal(err)
	}
	own, _, err := locale.Open("")
	if err != nil {
		t.Fatal(err)
	}
	locale.Use(set)
	t.Cleanup(func() { locale.Use(own) })
}

// TestALanguageFromAFolder: a room speaks a language of which no Go file knows. Its
// commands, words, dates, names and how-to are its own, and what its folder lacks is
// English.
func TestALanguageFromAFolder(t *testing.T) {
	speakItalian(t)
	talking(t, commands.Limits{}, func(_ *testing.T, k *talk) {
		sayIn := func(room chat.RoomID, line, want string) {
			k.t.Helper()
			id := k.happen(chat.Event{Room: room, Message: &chat.Message{Body: line}, Level: chat.LevelModerator})
			if got := strings.Join(k.answers(id), " / "); !strings.HasPrefix(got, want) {
				k.t.Errorf("%q gets %q, want %q", line, got, want)
			}
		}
		say := func(line, want string) { k.t.Helper(); sayIn(salon, line, want) }
		say("!salon langue klingon", "« klingon » ne convient pas pour ce réglage (langue). Écrivez par exemple !salon langue fr . Les langues : fr (français), en (English), it (italiano)")
		say("!salon langue Italien", "Fatto: lingua: italiano")
		say("!aiuto", "!software gimp : trovare un software libero !sill alternative photoshop")
		say("!software gimp", "GIMP : Image and photo editor. Licenza: GPL-3.0-or-later Versione: 2.10.38 of 2 maggio 2024")
		say("!software cerco un programma per image editing", "Several programs match “cerco un programma per image editing”: GIMP")
		say("!software sostituisce photoshop", "To replace")
		say("!software diventare referente", "Diventare referente Dichiaratevi sulla pagina del software. !software gimp dà")
		say("!software devenir référent", "Devenir référent d’un logiciel") // people also ask in another language
		say("!stanza lingua tedesco", "« tedesco » non va bene. Le lingue: fr (français), en (English), it (italiano)")
		say("!stanza calme nessuno", "Fatto: quiet hours: aucun")
		say("!aiuto stanza lingua", "!room language")
		say("!stanza lingua predefinito", "C’est noté : langue : français (par défaut)")
		sayIn(direct, "!salon langue it", "Fatto: lingua: italiano")
		sayIn(direct, "ciao", "Buongiorno, sono Héraut: rispondo")
		sayIn(direct, "grazie mille a tutti", "With pleasure")
	})
}
