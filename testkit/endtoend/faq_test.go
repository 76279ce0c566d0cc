package endtoend

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestFAQAndReport asks in the quiet hours of the experts' room, and then uses the FAQ
// that experts write, the search and the report on questions. The bot restarts before
// each step.
func TestFAQAndReport(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]testkit.Room{"clear": {}, "encrypted": {Encrypted: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			now := time.Now().UTC()
			slot := now.Add(-time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
			r := newRelayedAt(t, hs, hs.URL, room, room, false, map[string]any{
				"timezone": "UTC",
				"rooms":    []map[string]any{{"room": "#experts:" + hs.Name, "quiet": slot}},
			})
			r.restarts = true
			r.step()
			question := r.asker.Say(t, r.asks, "!question Quelle licence pour une bibliothèque ?")
			root := r.sees(r.answers, "Question n° 1").ID
			r.sees(r.asks, "posée")
			r.sees(r.asks, "Les experts sont attendus")

			r.step()
			r.expert.Say(t, r.answers, "La LGPL convient.", testkit.InThread(root))
			r.sees(r.asks, "La LGPL convient.")
			r.step()
			r.asker.Say(t, r.asks, "!resolu", testkit.InThread(question))
			r.sees(r.answers, ": résolue")

			ask := func(p *testkit.Client, room id.RoomID, command, wants string) {
				t.Helper()
				r.step()
				if got := testkit.Body(p.AwaitAnswer(t, room, r.me, p.Say(t, room, command))); !strings.Contains(spaces.Replace(got), wants) {
					t.Errorf("%s: got %q, which lacks %q", command, got, wants)
				}
			}
			ask(r.asker, r.asks, "!questions licences", "n° 1, résolue")
			ask(r.expert, r.answers, "!questions bilan", "Posées : 1, dont 1 répondue et 1 résolue")
			ask(r.expert, r.answers, "!faq ajouter Où publier un code ? | Sur la forge.", "Ajoutée à la FAQ")
			ask(r.asker, r.asks, "!faq publier un code", "Sur la forge.")
			ask(r.expert, r.answers, "!faq modifier 1 Où publier un code ? | Sur une forge.", "Modifiée dans la FAQ, n° 1")
			ask(r.asker, r.asks, "!faq publier un code", "Sur une forge.")
			ask(r.asker, r.asks, "!faq ajouter Qui ? | Moi.", "Seuls ceux qui répondent")
		})
	}
}
