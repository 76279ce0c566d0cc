package visio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{9,}$`)

// Names are long and random, and contain the three digits that the State's web
// conference requires.
func TestJitsiNames(t *testing.T) {
	base, _ := url.Parse("https://webconf.numerique.gouv.fr")
	p, err := New(Settings{Kind: Jitsi, URL: base})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 10_000 {
		call, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutPrefix(call.URL, "https://webconf.numerique.gouv.fr/")
		digits := len(regexp.MustCompile(`\d`).FindAllString(name, -1))
		if !ok || !nameForm.MatchString(name) || digits < 3 || seen[name] || call.Access != AccessAgents {
			t.Fatalf("%+v", call)
		}
		seen[name] = true
	}
	other, _ := url.Parse("https://meet.example.org/salles")
	p, _ = New(Settings{Kind: Jitsi, URL: other})
	if call, _ := p.Open(t.Context()); !strings.HasPrefix(call.URL, "https://meet.example.org/salles/") || call.Access != AccessLink {
		t.Errorf("%+v", call)
	}
}

// meetServer speaks the external API of LaSuite Meet, as its docs/openapi.yaml
// describes it.
type meetServer struct {
	*httptest.Server
	tokens, rooms int
	// token and room, if set, replace the regular answers.
	token, room http.HandlerFunc
	valid       string // the accepted token
}

func newMeetServer(t *testing.T) *meetServer {
	t.Helper()
	s := &meetServer{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /external-api/v1.0/application/token/", func(w http.ResponseWriter, r *http.Request) {
		s.tokens++
		if s.token != nil {
			s.token(w, r)
			return
		}
		var in struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
			Grant  string `json:"grant_type"`
			Scope  string `json:"scope"`
		}
		err := json.NewDecoder(r.Body).Decode(&in)
		switch {
		case err != nil || in.Grant != "client_credentials":
			answer(w, 400, `{"error":"unsupported grant"}`)
		case in.ID != "app" || in.Secret != "s3cret":
			answer(w, 401, `{"error":"Invalid credentials"}`)
		case !strings.HasSuffix(in.Scope, "@example.gouv.fr"):
			answer(w, 403, `{"error":"This application is not authorized for this email domain."}`)
		case in.Scope != "robot@example.gouv.fr":
			answer(w, 404, `{"detail":"User not found."}`)
		default:
			s.valid = "jwt" + strings.Repeat("x", s.tokens)
			answer(w, 200, `{"access_token":"`+s.valid+`","token_type":"Bearer","expires_in":3600,"scope":"rooms:create"}`)
		}
	})
	mux.HandleFunc("POST /external-api/v1.0/rooms/", func(w http.ResponseWriter, r *http.Request) {
		s.rooms++
		if s.room != nil {
			s.room(w, r)
			return
		}
		if r.Header.Get("Authorization") != "Bearer "+s.valid {
			answer(w, 401, `{"detail":"Invalid token."}`)
			return
		}
		var in struct {
			Access string `json:"access_level"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			answer(w, 400, `{"detail":"JSON parse error"}`)
			return
		}
		if in.Access == "" {
			in.Access = "trusted"
		}
		answer(w, 201, `{"id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","slug":"aae-erez-aaz","access_level":"`+in.Access+`",`+
			`"url":"https://visio.example.gouv.fr/aae-erez-aaz","telephony":{"enabled":true,"phone_number":"+33100000000","pin_code":"123456","default_country":"FR"},"configuration":{}}`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func (s *meetServer) provider(t *testing.T, change func(*Settings)) Provider {
	t.Helper()
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	settings := Settings{Kind: Meet, URL: base, ClientID: "app", ClientSecret: "s3cret", User: "robot@example.gouv.fr", Access: AccessPublic}
	if change != nil {
		change(&settings)
	}
	p, err := New(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMeet(t *testing.T) {
	s := newMeetServer(t)
	p := s.provider(t, nil)
	for range 3 {
		call, err := p.Open(t.Context())
		want := Call{URL: "https://visio.example.gouv.fr/aae-erez-aaz", Phone: "+33100000000", PIN: "123456", Access: AccessPublic}
		if err != nil || call != want {
			t.Fatalf("%+v, %v", call, err)
		}
	}
	if s.tokens != 1 || s.rooms != 3 {
		t.Errorf("%d tokens for %d rooms", s.tokens, s.rooms)
	}
	s.valid = "another" // a restarted server has another key
	if _, err := p.Open(t.Context()); err != nil || s.tokens != 2 {
		t.Errorf("%v, %d tokens", err, s.tokens)
	}
}

func TestMeetFaults(t *testing.T) {
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { answer(w, status, body) }
	}
	tests := map[string]struct {
		token, room http.HandlerFunc
		change      func(*Settings)
		want        Why
		code        int
	}{
		"a wrong secret":         {change: func(s *Settings) { s.ClientSecret = "x" }, want: WhyCredentials, code: 401},
		"an inactive one":        {token: says(401, `{"error":"Application is inactive"}`), want: WhyInactive, code: 401},
		"another domain":         {change: func(s *Settings) { s.User = "robot@example.com" }, want: WhyDomain, code: 403},
		"an unknown user":        {change: func(s *Settings) { s.User = "x@example.gouv.fr" }, want: WhyUser, code: 404},
		"the same, with 400":     {token: says(400, `{"error":"User not found."}`), want: WhyUser, code: 400},
		"the API is off":         {token: says(404, `{"detail":"Not found."}`), want: WhyDisabled, code: 404},
		"there is no API":        {token: says(404, `<html>Not found</html>`), want: WhyDisabled, code: 404},
		"it leads elsewhere":     {token: says(302, ``), want: WhyDisabled, code: 302},
		"a conflict":             {token: says(409, `{"error":"Multiple user accounts share a common email."}`), want: WhyConflict, code: 409},
		"a wrong request":        {token: says(400, `{"error":"Scope should be a valid email address."}`), want: WhyRequest, code: 400},
		"too many":               {token: says(429, `{}`), want: WhyBusy, code: 429},
		"out of order":           {token: says(502, `<html>`), want: WhyServer, code: 502},
		"no token":               {token: says(200, `{}`), want: WhyAnswer, code: 200},
		"no JSON":                {token: says(200, `<html>`), want: WhyAnswer, code: 200},
		"no right to make rooms": {room: says(403, `{"detail":"Insufficient permissions. Required scope: rooms:create"}`), want: WhyScope, code: 403},
		"never a right token":    {room: says(401, `{"detail":"Invalid token."}`), want: WhyCredentials, code: 401},
		"a name that is taken":   {room: says(409, `{"detail":"conflict"}`), want: WhyConflict, code: 409},
		"no address":             {room: says(201, `{"slug":"abc-defg-hij"}`), want: WhyAnswer, code: 201},
		"a strange address":      {room: says(201, `{"url":"javascript:alert(1)"}`), want: WhyAnswer, code: 201},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newMeetServer(t)
			s.token, s.room = test.token, test.room
			call, err := s.provider(t, test.change).Open(t.Context())
			fault := FaultOf(err)
			if err == nil || fault.Why != test.want || fault.Code != test.code || call != (Call{}) {
				t.Errorf("%+v, %v", call, err)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "jwt") {
				t.Errorf("%v tells a secret", err)
			}
			for _, lang := range []string{"fr", "en"} {
				if html, err := (Notice{Name: "meet", Why: fault.Why, Code: fault.Code}).Say(lang); err != nil || !strings.Contains(html, "<br>") {
					t.Errorf("%s, %v", html, err)
				}
			}
		})
	}
	s := newMeetServer(t)
	p := s.provider(t, nil)
	s.Close()
	if _, err := p.Open(t.Context()); FaultOf(err).Why != WhyUnreachable {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newMeetServer(t).provider(t, nil).Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestLink(t *testing.T) {
	address, _ := url.Parse("https://visio.example.org/equipe")
	p, err := New(Settings{Kind: Link, URL: address, Phone: "+33", PIN: "12"})
	if err != nil {
		t.Fatal(err)
	}
	if call, err := p.Open(t.Context()); err != nil || call != (Call{URL: "https://visio.example.org/equipe", Phone: "+33", PIN: "12", Access: AccessLink}) {
		t.Errorf("%+v, %v", call, err)
	}
	if _, err := New(Settings{Kind: "zoom"}); err == nil {
		t.Error("an unknown kind is accepted")
	}
}
