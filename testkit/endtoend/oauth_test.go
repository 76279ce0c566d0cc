package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"heraut/testkit"
)

// session logs in with the password, on a device of that id, and returns the token.
func (d *deployment) session(t *testing.T, device string) (token string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"type": "m.login.password", "identifier": map[string]string{"type": "m.id.user", "user": string(d.account.UserID)},
		"password": d.account.Password, "device_id": device,
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(d.URL+"/_matrix/client/v3/login", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("log in: status %d, %v", response.StatusCode, err)
	}
	return answer.Token
}

// TestTokenFile: the bot starts with a token in place of a password, and refuses one
// whose device has keys of another client.
func TestTokenFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := s.deploy(t, "bot", map[string]any{"matrix.password": nil, "matrix.token_file": file})
	owner, err := d.Login(t.Context(), d.account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	write(owner.AccessToken)
	d.ends(t, misconfigured, "a déjà des clés dans un autre client")
	write("not-a-token")
	d.ends(t, refused, "Le serveur refuse le jeton")
	if _, err := owner.LogoutAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner.Close()

	write(d.session(t, "ROBOT"))
	d.bot.Start(t)
	if device := d.device(t); device != "ROBOT" {
		t.Errorf("the device is %s", device)
	}
	c := d.talk(t)
	c.mustAnswer(t)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	d.bot.Restart(t) // the bot keeps the session
	c.mustAnswer(t)
	d.mustLogIn(t, 0)
}

// authorizer imitates the part of a homeserver's authentication service that logs a
// device in (RFC 8628). Its tokens are those of the real homeserver.
type authorizer struct {
	t *testing.T
	d *deployment

	mu      sync.Mutex
	device  string
	asked   int // polls before the person agreed
	refresh int // tokens given
	grants  []url.Values
}

func (a *authorizer) rules() []testkit.Rule {
	answer := func(do func(x *testkit.Exchange, form url.Values) (int, any)) testkit.Action {
		return func(x *testkit.Exchange) {
			form, err := url.ParseQuery(string(x.Request.Body))
			if err != nil {
				form = url.Values{}
			}
			status, body := do(x, form)
			testkit.Answer(status, body)(x)
		}
	}
	return []testkit.Rule{
		{Match: testkit.On("GET", `/v1/auth_metadata$`), Do: testkit.Answer(http.StatusOK, map[string]any{
			"issuer": a.d.proxy.URL, "registration_endpoint": a.d.proxy.URL + "/oauth/register",
			"device_authorization_endpoint": a.d.proxy.URL + "/oauth/device", "token_endpoint": a.d.proxy.URL + "/oauth/token",
		})},
		{Match: testkit.On("GET", `/v3/login$`), Do: testkit.Answer(http.StatusOK, map[string]any{"flows": []any{}})},
		{Match: testkit.On("POST", `^/oauth/register$`), Do: testkit.Answer(http.StatusCreated, map[string]any{"client_id": "robot"})},
		{Match: testkit.On("POST", `^/oauth/device$`), Do: answer(func(_ *testkit.Exchange, form url.Values) (int, any) {
			a.device = regexp.MustCompile(`urn:matrix:client:device:(\w+)`).FindStringSubmatch(form.Get("scope"))[1]
			return http.StatusOK, map[string]any{
				"device_code": "secret", "user_code": "ABCD", "verification_uri": "https://account.example/link", "expires_in": 600, "interval": 1,
			}
		})},
		{Match: testkit.On("POST", `^/oauth/token$`), Do: answer(a.token)},
	}
}

// token answers a poll with «not yet» once, and then with tokens that live 11 s: the
// client library refreshes those that have less than 10 s left.
func (a *authorizer) token(x *testkit.Exchange, form url.Values) (int, any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if x.Request.Header.Get("Authorization") != "" {
		a.t.Error("the authentication service gets the session's token")
	}
	a.grants = append(a.grants, form)
	if form.Get("grant_type") != "refresh_token" {
		if a.asked++; a.asked == 1 {
			return http.StatusBadRequest, map[string]any{"error": "authorization_pending"}
		}
	} else if form.Get("refresh_token") != fmt.Sprint("refresh-", a.refresh) {
		return http.StatusBadRequest, map[string]any{"error": "invalid_grant"}
	}
	a.refresh++
	return http.StatusOK, map[string]any{
		"access_token": a.d.session(a.t, a.device), "token_type": "Bearer", "expires_in": 11, "refresh_token": fmt.Sprint("refresh-", a.refresh),
	}
}

// TestBrowserLogin: where the homeserver takes no password, «bot login» shows a page
// and a code. The bot then refreshes its token, across restarts too, and ends once the
// refresh token is refused.
func TestBrowserLogin(t *testing.T) {
	t.Parallel()
	if testkit.RaceDetector {
		t.Skip("mautrix v0.31.0 reads Client.longTokenLifetime without its lock while it refreshes a token")
	}
	d := newSite(t).deploy(t, "bot", map[string]any{"matrix.password": nil})
	a := &authorizer{t: t, d: d}
	for _, rule := range a.rules() {
		d.proxy.Add(rule)
	}
	status, stdout, stderr := d.run(t, "login", "")
	if status != stopped {
		t.Fatalf("bot login ended with status %d:\n%s", status, stderr)
	}
	for _, text := range []string{"https://account.example/link", "ABCD", string(d.account.UserID)} {
		if !strings.Contains(stdout, text) {
			t.Errorf("bot login does not show %q:\n%s", text, stdout)
		}
	}
	d.bot.Start(t)
	if device := d.device(t); string(device) != a.device {
		t.Errorf("the device is %s, not %s", device, a.device)
	}
	c := d.talk(t)
	c.mustAnswer(t)
	refreshes := func() int {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.refresh
	}
	await := func(when string, refreshed int) {
		t.Helper()
		for end := time.Now().Add(time.Minute); refreshes() < refreshed; c.mustAnswer(t) {
			if time.Now().After(end) {
				t.Fatalf("%s, %d tokens were asked for", when, refreshes())
			}
		}
	}
	await("before a restart", 2)
	d.bot.Restart(t)
	c.mustAnswer(t)
	await("after a restart", refreshes()+1)
	log := len(d.bot.Log())
	a.mu.Lock()
	a.refresh = 1000
	a.mu.Unlock()
	d.ended(t, log, refused, "bot login")
	d.mustLogIn(t, 0)
}
