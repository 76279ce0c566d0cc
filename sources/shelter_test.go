package sources

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"heraut/catalogue"
	"heraut/fetch"
)

// A panic while a list is decoded or stored is an error of the round.
func TestPanicOfAListIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"id": "https://github.com/a/b", "full_name": "a/b", "owner": "https://github.com/a"}]`))
	}))
	t.Cleanup(server.Close)
	list := repositoryList{getter: fetch.New(fetch.Options{}), location: server.URL}
	_, err := list.Fetch(t.Context(), Query{Store: func(context.Context, []catalogue.Repository) error { panic("of a library") }})
	if !errors.Is(err, errFormat) {
		t.Errorf("got %v", err)
	}
}
