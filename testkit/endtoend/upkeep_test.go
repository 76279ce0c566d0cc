package endtoend

import (
	"strings"
	"testing"

	"heraut/testkit"
)

// TestUpkeep plays the life of an entry of the FAQ. Its transcripts are in
// testdata/relay. The bot restarts before each step.
func TestUpkeep(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]testkit.Room{"clear": {}, "encrypted": {Encrypted: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRelayed(t, testkit.StartHomeserver(t), room, room, false)
			r.restarts = true
			r.entryStory()
			r.golden("faq-" + name)
			r.step()
			r.expert.Say(t, r.answers, "!faq publier un code")
			r.sees(r.answers, "1 question close avec elle") // with today's date
			r.imports()
		})
	}
}

// entryStory writes an entry, answers a question with it, and tries what is refused.
func (r *relayed) entryStory() {
	t := r.TB
	r.step()
	r.expert.Say(t, r.answers, "!faq ajouter Où publier un code ? | Sur la forge.")
	r.sees(r.answers, "Ajoutée à la FAQ")

	r.step()
	question := r.asker.Say(t, r.asks, "!question Qui relit les traductions ?")
	root := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")

	r.step()
	r.expert.Say(t, r.answers, "!repondre faq 1", testkit.InThread(root))
	r.sees(r.asks, "par la FAQ (n° 1)")
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	r.expert.Say(t, r.answers, "!repondre faq 9", testkit.InThread(root))
	r.sees(r.answers, "Aucune réponse gardée que ce salon peut lire")

	r.step()
	r.asker.Say(t, r.asks, "!repondre faq 1", testkit.InThread(question))
	r.sees(r.asks, "Seuls ceux qui répondent")

	r.step()
	r.asker.Say(t, r.asks, "!question Où publier un code source ?")
	shown := r.sees(r.asks, "ceci y répond-il")
	r.step()
	r.asker.React(t, r.asks, shown.ID, "✅")
	r.sees(r.asks, "Question close")

	r.step()
	r.expert.Say(t, r.answers, "!faq confirmer 1")
	r.sees(r.answers, "Confirmée : n° 1")
	r.step()
	r.asker.Say(t, r.asks, "!faq confirmer 1")
	r.sees(r.asks, "Seuls ceux qui répondent")
}

// imports adds entries from a file while the bot runs, twice.
func (r *relayed) imports() {
	t := r.TB
	const file = "## Où publier un code ?\n\nSur la forge.\n\n## Comment citer un auteur ?\n\nPar son nom.\n\n<!-- audience: clear -->\n"
	for _, want := range []string{"Ajoutées : 1. Déjà là : 1.", "Ajoutées : 0. Déjà là : 2."} {
		cmd := r.bot.Command(t.Context(), "import", "faq", "-")
		cmd.Stdin = strings.NewReader(file)
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("got %q, %v; want %q", out, err, want)
		}
	}
	r.asker.Say(t, r.asks, "!faq citer un auteur")
	r.sees(r.asks, "Par son nom.")
}
