package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"heraut/fetch"
)

// The bot reads an operator's address wherever it is; a redirect from there is no
// longer the operator's choice.
func TestGetterOf(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	}))
	defer server.Close()
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	tests := map[string]struct {
		location string
		allowed  []string
		want     error
	}{
		"a private address":                 {server.URL, nil, nil},
		"a name for it":                     {byName, nil, nil},
		"a redirect to the same host":       {byName + "?to=" + byName, nil, nil},
		"a redirect to another private one": {byName + "?to=" + server.URL, nil, fetch.ErrNotPublic},
		"a redirect to link-local":          {server.URL + "?to=http://169.254.169.254/", nil, fetch.ErrNotPublic},
		"a redirect to an exception":        {byName + "?to=" + server.URL, []string{"127.0.0.1"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := &Config{Fetch: Fetch{AllowPrivate: test.allowed}}
			getter, err := getterOf(config, test.location, fetch.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer getter.Close()
			answer, err := getter.Get(t.Context(), test.location, fetch.Validators{})
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil {
				answer.Body.Close()
			}
		})
	}
}

// A source's name may be written in any script.
func TestGetterOfForeignName(t *testing.T) {
	getter, err := getterOf(&Config{}, "https://dépôts.example.org/flux", fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	getter.Close()
}
