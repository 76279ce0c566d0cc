package visio

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// meetPath is the base path of the external API (LaSuite Meet,
	// docs/openapi.yaml).
	meetPath = "/external-api/v1.0"
	// meetWithin bounds one API request.
	meetWithin = 15 * time.Second
	// meetMaxBytes bounds the size of an answer.
	meetMaxBytes = 64 << 10
	// tokenMargin is how long before its expiry the client stops using a token.
	tokenMargin = time.Minute
)

// meet is the Provider of a LaSuite Meet server, which creates rooms through its
// external API.
type meet struct {
	settings Settings
	client   *http.Client

	mu      sync.Mutex
	token   string
	expires time.Time
}

func newMeet(s Settings) *meet {
	client := &http.Client{
		Timeout: meetWithin,
		// Following a redirect would send the secret to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if s.Transport != nil { // a nil pointer in the interface would not mean the default
		client.Transport = s.Transport
	}
	return &meet{settings: s, client: client}
}

// IsSlow returns true: Open waits for the server's answer.
func (m *meet) IsSlow() bool { return true }

// meetRoom is the description of a new room in the answer of Meet's API.
type meetRoom struct {
	URL       string `json:"url"`
	Access    Access `json:"access_level"`
	Telephony struct {
		Enabled bool   `json:"enabled"`
		Phone   string `json:"phone_number"`
		PIN     string `json:"pin_code"`
	} `json:"telephony"`
}

// Open creates a room on the server and returns its address. When the server rejects a
// token from the cache, Open removes it there, requests a new one and tries once more.
// Each request takes meetWithin at most. The error is a *Fault, or wraps one.
func (m *meet) Open(ctx context.Context) (Call, error) {
	token, fresh, err := m.authorise(ctx)
	if err != nil {
		return Call{}, err
	}
	call, err := m.create(ctx, token)
	if fault := (*Fault)(nil); errors.As(err, &fault) && fault.Code == http.StatusUnauthorized && !fresh {
		m.forget(token)
		if token, _, err = m.authorise(ctx); err != nil {
			return Call{}, err
		}
		call, err = m.create(ctx, token)
	}
	return call, err
}

// authorise returns an access token for Meet's API, from the cache or, if the cache has
// none, from the server. fresh reports whether the token comes from the server;
// authorise has then stored it in the cache, where it stays until tokenMargin before it
// expires. The error is a *Fault. Concurrent calls wait for one another.
func (m *meet) authorise(ctx context.Context) (token string, fresh bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.token != "" && time.Now().Before(m.expires) {
		return m.token, false, nil
	}
	var answer struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	err = m.post(ctx, "/application/token/", "", map[string]string{
		"client_id": m.settings.ClientID, "client_secret": m.settings.ClientSecret,
		"grant_type": "client_credentials", "scope": m.settings.User,
	}, &answer)
	if err != nil {
		return "", false, err
	}
	if answer.Token == "" {
		return "", false, &Fault{Why: WhyAnswer, Code: http.StatusOK, Cause: errors.New("no token in the answer")}
	}
	m.token = answer.Token
	m.expires = time.Now().Add(time.Duration(answer.Expires)*time.Second - tokenMargin)
	return m.token, true, nil
}

// forget drops token from the cache after the server rejected it. It does nothing if a
// newer token has replaced it.
func (m *meet) forget(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.token == token {
		m.token = ""
	}
}

// create asks Meet's API for a new room, with the access token, and returns its
// address, access and telephone number. The error is a *Fault, also for an answer
// without a valid http or https address.
func (m *meet) create(ctx context.Context, token string) (Call, error) {
	body := map[string]string{}
	if m.settings.Access != "" {
		body["access_level"] = string(m.settings.Access)
	}
	var room meetRoom
	if err := m.post(ctx, "/rooms/", token, body, &room); err != nil {
		return Call{}, err
	}
	u, err := url.Parse(room.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Call{}, &Fault{Why: WhyAnswer, Code: http.StatusCreated, Cause: errors.New("no address in the answer")}
	}
	call := Call{URL: room.URL, Access: cmp.Or(room.Access, m.settings.Access, AccessRestricted)}
	if room.Telephony.Enabled {
		call.Phone, call.PIN = room.Telephony.Phone, room.Telephony.PIN
	}
	return call, nil
}

// post sends body as JSON to a path of Meet's API, and decodes the JSON of the answer
// into the value that into points to. token is the access token; if it is empty, post
// sends none, as in the request for a token. The error is a *Fault if the exchange
// fails, the status is not 2xx or the answer is not JSON.
func (m *meet) post(ctx context.Context, path, token string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.settings.URL.JoinPath(meetPath, path).String(), bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", m.settings.UserAgent)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return &Fault{Why: WhyUnreachable, Cause: err}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, meetMaxBytes))
	if err != nil {
		return &Fault{Why: WhyUnreachable, Code: resp.StatusCode, Cause: err}
	}
	if resp.StatusCode/100 != 2 {
		return faultOf(resp.StatusCode, token == "", answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return &Fault{Why: WhyAnswer, Code: resp.StatusCode, Cause: fmt.Errorf("no JSON: %w", err)}
	}
	return nil
}

// faultOf returns the Fault for code, an error status of Meet's API, and the body of
// its answer. forToken says that the request asked for a token. faultOf recognises an
// unknown user by the text of the answer, since the API reports it with status 404 and
// documents 400. For any status that it does not know, Why is WhyAnswer.
func faultOf(code int, forToken bool, answer []byte) *Fault {
	var said struct {
		Error  string `json:"error"`
		Detail string `json:"detail"`
	}
	decoded := json.Unmarshal(answer, &said) == nil
	words := strings.ToLower(said.Error + " " + said.Detail)
	f := &Fault{Why: WhyAnswer, Code: code, Cause: errors.New(strings.TrimSpace(said.Error + " " + said.Detail))}
	switch {
	case code == http.StatusUnauthorized && strings.Contains(words, "inactive"):
		f.Why = WhyInactive
	case code == http.StatusUnauthorized:
		f.Why = WhyCredentials
	case code == http.StatusForbidden && forToken:
		f.Why = WhyDomain
	case code == http.StatusForbidden:
		f.Why = WhyScope
	case (code == http.StatusNotFound || code == http.StatusBadRequest) && decoded && strings.Contains(words, "user not found"):
		f.Why = WhyUser
	case code == http.StatusNotFound, code/100 == 3, code == http.StatusMethodNotAllowed:
		f.Why = WhyDisabled
	case code == http.StatusConflict:
		f.Why = WhyConflict
	case code == http.StatusBadRequest:
		f.Why = WhyRequest
	case code == http.StatusTooManyRequests:
		f.Why = WhyBusy
	case code/100 == 5:
		f.Why = WhyServer
	}
	return f
}
