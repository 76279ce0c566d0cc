package matrix

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"maunium.net/go/mautrix"

	"heraut/queue"
)

// refusal returns the error of a request to a server that answers with status,
// Retry-After header and body.
func refusal(t *testing.T, status int, retryAfter, body string) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	client, err := mautrix.NewClient(server.URL, "@a:b", "token")
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Whoami(t.Context())
	return err
}

func TestSendError(t *testing.T) {
	type class struct {
		notNow, refused, relation bool
		after                     time.Duration
	}
	for name, test := range map[string]struct {
		status      int
		header, err string
		want        class
	}{
		"rate limit, exact":       {429, "4", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":250}`, class{notNow: true, after: 250 * time.Millisecond}},
		"rate limit, header only": {429, "4", `{"errcode":"M_LIMIT_EXCEEDED"}`, class{notNow: true, after: 4 * time.Second}},
		"rate limit, nothing":     {429, "", `{}`, class{notNow: true, after: time.Second}},
		"rate limit, web proxy":   {429, "2", `<html>slow down</html>`, class{notNow: true, after: 2 * time.Second}},
		"rate limit, absurd":      {429, "999999", `{}`, class{notNow: true, after: time.Minute}},
		"forbidden":               {403, "", `{"errcode":"M_FORBIDDEN"}`, class{refused: true}},
		"bad relation":            {400, "", `{"errcode":"M_UNKNOWN","error":"Cannot start threads from an event with a relation"}`, class{refused: true, relation: true}},
		"gone parent":             {404, "", `{"errcode":"M_NOT_FOUND"}`, class{refused: true, relation: true}},
		"too large":               {413, "", `{"errcode":"M_TOO_LARGE"}`, class{refused: true}},
		"account expired":         {403, "", `{"errcode":"ORG_MATRIX_EXPIRED_ACCOUNT"}`, class{notNow: true, after: time.Minute}},
		"logged out":              {401, "", `{"errcode":"M_UNKNOWN_TOKEN"}`, class{notNow: true, after: 5 * time.Second}},
		"server error":            {500, "", `{"errcode":"M_UNKNOWN"}`, class{}},
		"gateway":                 {502, "", `<html>bad gateway</html>`, class{}},
		"page of a proxy":         {403, "", `<html>blocked</html>`, class{}},
		"page instead of JSON":    {200, "", `<html>welcome</html>`, class{}},
	} {
		t.Run(name, func(t *testing.T) {
			err := sendError(refusal(t, test.status, test.header, test.err))
			var got class
			if notNow, ok := errors.AsType[*queue.NotNow](err); ok {
				got.notNow, got.after = !notNow.Lane, notNow.After
			}
			if refused, ok := errors.AsType[*queue.Refused](err); ok {
				got.refused, got.relation = true, refused.Relation
			}
			if err == nil || got != test.want {
				t.Errorf("got %+v for %v, want %+v", got, err, test.want)
			}
		})
	}
}

// Before a send, any error means that nothing was sent.
func TestPrepareError(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
	}{{500, `{}`}, {502, `<html>`}, {404, `{"errcode":"M_NOT_FOUND"}`}, {200, `<html>`}} {
		err := prepareError(refusal(t, test.status, "", test.body))
		if notNow, ok := errors.AsType[*queue.NotNow](err); !ok || !notNow.Lane {
			t.Errorf("%d %s: got %v", test.status, test.body, err)
		}
	}
	err := prepareError(refusal(t, 403, "", `{"errcode":"M_FORBIDDEN"}`))
	if refused, ok := errors.AsType[*queue.Refused](err); !ok || refused.Relation {
		t.Errorf("forbidden: got %v", err)
	}
	if prepareError(nil) != nil {
		t.Error("nil is an error")
	}
}
