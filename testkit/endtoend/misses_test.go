package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestVainSearches searches words that nothing holds: the report of the experts, the
// metrics and the export name them from the third person on, and not before. The bot
// restarts before each step.
func TestVainSearches(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]testkit.Room{"clear": {}, "encrypted": {Encrypted: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRelayed(t, testkit.StartHomeserver(t), room, room, false)
			r.restarts = true
			for _, p := range []*testkit.Client{r.expert, r.other} {
				r.asker.Invite(t, r.asks, p.UserID)
				p.Join(t, r.asks.String())
			}
			search := func(p *testkit.Client, command string) {
				t.Helper()
				if got := r.answer(p, r.asks, command); !strings.Contains(got, "arbalète en bois") {
					t.Errorf("%s: got %q, which finds something", command, got)
				}
			}
			search(r.asker, "!questions arbalète en bois")
			search(r.asker, "!faq arbalète en bois") // the same person
			search(r.expert, "!faq arbalète en bois")
			r.reports("")
			search(r.other, "!questions arbalète en bois")
			r.reports("arbalete en bois")
			r.reports("arbalete en bois") // also after another restart
		})
	}
}

// answer returns the bot's answer to a command, after a step.
func (r *relayed) answer(p *testkit.Client, room id.RoomID, command string) string {
	r.Helper()
	r.step()
	return spaces.Replace(testkit.Body(p.AwaitAnswer(r, room, r.me, p.Say(r, room, command))))
}

// reports checks that the report in the experts' room, the metrics and both exports say
// that three people searched the words in vain; empty: they name no search.
func (r *relayed) reports(words string) {
	r.Helper()
	said := r.answer(r.expert, r.answers, "!questions bilan")
	_, metrics, err := testkit.GetPage(r.Context(), r.bot.URL+"/metrics", "")
	if err != nil {
		r.Fatal(err)
	}
	exported := map[string]string{}
	for _, format := range []string{"csv", "json"} {
		out, err := r.bot.Command(r.Context(), "export", "bilan", "--format", format).CombinedOutput()
		if err != nil {
			r.Fatalf("%s: %v\n%s", format, err, out)
		}
		exported[format] = string(out)
	}
	if words == "" {
		if shown := metric(metrics, "heraut_searches_missed"); shown != 0 || strings.Contains(said+exported["csv"]+exported["json"], "arbal") {
			r.Errorf("named too early: %q, %v, %v", said, shown, exported)
		}
		return
	}
	if want := "Cherché en vain, par trois personnes au moins : « " + words + " » 3"; !strings.Contains(said, want) {
		r.Errorf("got %q, which lacks %q", said, want)
	}
	if shown := metric(metrics, "heraut_searches_missed"); shown != 1 {
		r.Errorf("the metrics count %v", shown)
	}
	if want := ",missed_search_people," + words + ",3"; !strings.Contains(exported["csv"], want) {
		r.Errorf("got %q, which lacks %q", exported["csv"], want)
	}
	for _, want := range []string{words, `"people": 3`} {
		if !strings.Contains(exported["json"], want) {
			r.Errorf("got %q, which lacks %q", exported["json"], want)
		}
	}
}
