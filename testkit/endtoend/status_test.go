package endtoend

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestStatusInTrouble: while things go wrong, «!bot etat» says the same as /readyz, and
// the metrics measure the bot's work.
func TestStatusInTrouble(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	s := newSite(t)
	operator := s.Person(t, "operator", encrypted)
	d := s.deploy(t, "bot", map[string]any{
		"operators": []id.UserID{operator.UserID}, "preset": "tchap", "pace.per_second": 0,
		"matrix.account_since": time.Now().AddDate(-1, 0, 0).Format(time.DateOnly), "matrix.mailbox": "robot@example.gouv.fr",
		"fetch.allow_private": []string{"127.0.0.1"},
		"sources": []any{
			map[string]any{"name": "nouvelles", "kind": "feed", "url": "http://127.0.0.1:1/x", "every": "1s"},
			map[string]any{"name": "rencontres", "kind": "calendar", "url": "http://127.0.0.1:1/x", "every": "1s"},
		},
	})
	d.bot.Start(t)
	room := invited(t, operator, d.account.UserID, testkit.Room{Encrypted: true})
	status := func() string {
		t.Helper()
		return spaces.Replace(body(operator.AwaitAnswer(t, room, d.account.UserID, operator.Say(t, room, "!bot etat"))))
	}
	d.await(t, "both sources to fail", func() bool {
		report, _ := d.troubles(t)
		failing := 0
		for _, trouble := range report.Troubles {
			if trouble.State == "source_failing" {
				failing++
			}
		}
		return failing == 2
	})
	report := d.awaitTrouble(t, "account_old")
	if !report.Ready {
		t.Error("these troubles make the bot unready")
	}
	for _, want := range []string{"plus de onze mois", "robot@example.gouv.fr", "nouvelles", "rencontres"} {
		if got := status(); !strings.Contains(got, want) {
			t.Errorf("!bot etat does not say %q:\n%s", want, got)
		}
	}

	metrics := d.get(t, "/metrics", "")
	for _, name := range []string{"heraut_handling_seconds", "heraut_sending_seconds"} {
		count, sum, most := metric(metrics, name+"_count"), metric(metrics, name+"_sum"), metric(metrics, name+`_bucket{le="60"}`)
		if count < 4 || sum <= 0 || sum > 60*count || most != count {
			t.Errorf("%s: %g observations of %g s in sum, %g of them below a minute", name, count, sum, most)
		}
	}
	if !strings.Contains(metrics, "heraut_build_info{goversion=") || metric(metrics, `heraut_account_state{state="account_old"}`) != 1 {
		t.Error("the metrics lack the version or the state of the account")
	}
}
