package endtoend

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"heraut/testkit"
)

// TestBreakAccount has the rows of the break table that concern the account.
func TestBreakAccount(t *testing.T) {
	always := []moment{midRun, atStart}
	everywhere := []moment{midRun, atStart, firstStart}
	breaks(t, []fault{
		{
			name: "expired", when: everywhere, set: map[string]any{"matrix.mailbox": "robot@example.gouv.fr"},
			breaks: behind(authenticated, testkit.MatrixError(http.StatusForbidden, "ORG_MATRIX_EXPIRED_ACCOUNT")),
			status: running, state: "account_expired", says: "robot@example.gouv.fr", blocks: true,
		},
		{
			name: "locked", when: everywhere,
			breaks: behind(authenticated, testkit.Answer(http.StatusUnauthorized, map[string]any{
				"errcode": "M_USER_LOCKED", "error": "made by the test", "soft_logout": true,
			})),
			status: running, state: "account_locked", says: "bloqué", blocks: true,
		},
		{
			name: "deactivated", when: everywhere,
			breaks: behind(authenticated, testkit.MatrixError(http.StatusForbidden, "M_USER_DEACTIVATED")),
			status: running, state: "account_deactivated", says: "désactivé", blocks: true,
		},
		{
			name: "consent", when: always,
			breaks: behind(authenticated, refusal(http.StatusForbidden, "M_CONSENT_NOT_GIVEN", "consent_uri", "https://hs.example/consent")),
			status: running, state: "consent_needed", says: "https://hs.example/consent", blocks: true,
		},
		{
			name: "quota", when: always,
			breaks: behind(authenticated, refusal(http.StatusForbidden, "M_RESOURCE_LIMIT_EXCEEDED", "admin_contact", "mailto:admin@hs.example")),
			status: running, state: "quota", says: "mailto:admin@hs.example", blocks: true,
		},
		{
			name: "limited for long", when: always,
			breaks: behind(authenticated, testkit.RateLimited(testkit.RetryAfter{Header: 10 * time.Minute})),
			status: running, state: "rate_limited", says: "patienter", blocks: true,
		},
		{
			name: "wrong password", when: []moment{firstStart},
			breaks: configured(section("matrix", "password", "not the password")), status: refused, log: "vérifiez matrix.user et le mot de passe", alert: "login_refused",
		},
		{
			name: "session ended", when: always,
			breaks: behind(authenticated, testkit.MatrixError(http.StatusUnauthorized, "M_UNKNOWN_TOKEN")),
			status: refused, log: "bot login", alert: "session_ended", repair: true,
		},
		{
			name: "soft logout without password", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				d.configure(t, "password", nil)
				return d.proxy.Add(testkit.Rule{Match: testkit.On("", `/whoami$`), Do: testkit.SoftLogout()})
			},
			status: refused, log: "bot login", repair: true,
		},
		{
			name: "identifier that MAS does not know", when: []moment{firstStart},
			breaks: behind(testkit.Logins, testkit.Answer(http.StatusBadRequest, map[string]any{
				"errcode": "M_UNKNOWN", "error": "Unsupported login identifier",
			})),
			status: misconfigured, log: "identifiant complet",
		},
		{
			name: "logins with a password are off", when: []moment{firstStart}, breaks: func(_ *testing.T, d *deployment) func() {
				d.proxy.Add(testkit.Rule{Match: testkit.On("GET", `/login$`), Do: testkit.Answer(http.StatusOK, map[string]any{
					"flows": []any{map[string]any{"type": "m.login.sso"}},
				})})
				d.proxy.Add(authMetadata)
				return d.proxy.Add(testkit.Rule{Match: testkit.Logins, Do: testkit.Answer(http.StatusBadRequest, map[string]any{
					"errcode": "M_UNKNOWN", "error": "Unsupported login method",
				})})
			},
			status: misconfigured, log: "https://account.example/",
		},
		{
			name: "MAS wants the reset of keys allowed", when: []moment{firstStart},
			breaks: behind(testkit.On("", `/device_signing/upload$`), testkit.Answer(http.StatusUnauthorized, map[string]any{
				"session": "x", "flows": []any{map[string]any{"stages": []string{"org.matrix.cross_signing_reset"}}},
				"params": map[string]any{"org.matrix.cross_signing_reset": map[string]any{"url": "https://account.example/reset"}},
			})),
			status: misconfigured, log: "https://account.example/reset",
		},
	})
}

// authenticated matches every request that needs a session, as refusals of the account
// concern them all, and the login.
var authenticated = func(r *testkit.Request) bool {
	return !strings.HasSuffix(r.Path, "/versions") && !strings.Contains(r.Path, "account_validity") && (r.Method != http.MethodGet || !strings.HasSuffix(r.Path, "/login"))
}

// refusal answers with a Matrix error that has one more field.
func refusal(status int, code, field, value string) testkit.Action {
	return testkit.Answer(status, map[string]any{"errcode": code, "error": "made by the test", field: value})
}

// nothing is the fault that the configuration alone makes.
func nothing(*testing.T, *deployment) func() { return func() {} }

// authMetadata makes the homeserver name the page of its accounts (MSC4191).
var authMetadata = testkit.Rule{Match: testkit.On("GET", `/auth_metadata$`), Do: testkit.Answer(http.StatusOK, map[string]any{
	"issuer": "https://account.example/", "token_endpoint": "https://account.example/token",
	"account_management_uri": "https://account.example/",
})}

// TestRenewalMail: while the account is expired, the bot asks for the mail that renews
// it, by the older path too, and only once for several starts.
func TestRenewalMail(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.bot.Start(t)
	c := d.talk(t)
	d.proxy.Add(testkit.Rule{Match: authenticated, Do: testkit.MatrixError(http.StatusForbidden, "ORG_MATRIX_EXPIRED_ACCOUNT")})
	mails := testkit.On(http.MethodPost, `/_matrix/client/unstable/account_validity/send_mail$`)
	d.proxy.Add(testkit.Rule{Match: mails, Do: testkit.Answer(http.StatusOK, map[string]any{})})
	d.proxy.Add(testkit.Rule{Match: testkit.On("", `send_mail$`), Do: testkit.MatrixError(http.StatusNotFound, "M_UNRECOGNIZED")})
	c.agent.Say(t, c.room, "là") // ends the sync under way
	mail := d.proxy.Await(t, 1, mails)
	if mail.Header.Get("Authorization") == "" {
		t.Error("the mail was asked for without a session")
	}
	d.awaitTrouble(t, "account_expired")
	for range 2 {
		d.bot.Stop()
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.awaitTrouble(t, "account_expired")
	}
	if n := len(d.proxy.Requests(mails)); n != 1 {
		t.Errorf("the mail was asked for %d times", n)
	}
	d.proxy.Clear()
	d.awaitWell(t, "account_expired")
	mustWrite(t, d.bot.Log(), "Le compte est renouvelé")
	d.mustLogIn(t, 1)
	c.mustAnswer(t)
}

// TestLoginsAreBounded: the homeserver does not answer logins. However often the
// process is restarted, the bot logs in three times and then waits; an operator's
// login is tried at once.
func TestLoginsAreBounded(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.proxy.Add(testkit.Rule{Match: testkit.Logins, Do: testkit.MatrixError(http.StatusServiceUnavailable, "M_UNKNOWN")})
	for range 3 {
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.awaitTrouble(t, "login_postponed")
		d.bot.Kill()
	}
	d.mustLogIn(t, 3)
	d.proxy.Clear()
	d.repair(t)
	d.mustLogIn(t, 4)
	d.bot.Start(t)
	d.mustLogIn(t, 4)
	d.device(t)
}
