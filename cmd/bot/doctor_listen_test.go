package main

import (
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"heraut/rooms"
	"heraut/storage"
	"heraut/webhook"
)

// TestDoctorTriesTheListeners: an address is good if it is free or if the service holds
// it, and wrong if another program holds it or if it is not this machine's.
func TestDoctorTriesTheListeners(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	hooks, err := webhook.New(t.Context(), webhook.Options{
		Store: db, Book: rooms.NewBook(rooms.Settings{}), MaxBody: 1 << 10, PerMinute: 1, Log: zerolog.Nop(),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(hooks.Handler())
	defer service.Close()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := other.Addr().String()
	other.Close()
	for _, test := range []struct{ http, hooks, want string }{
		{"", "", ""},
		{free, "", "écoute " + free + " (http.listen) : bon\n"},
		{"", service.Listener.Addr().String(), "(webhooks.listen) : bon\n"},
		{service.Listener.Addr().String(), "", "(http.listen) : un autre programme occupe cette adresse"},
		{"", "192.0.2.1:8481", "(webhooks.listen) : cette adresse ne peut pas être ouverte"},
	} {
		var out strings.Builder
		d := doctor{out: &out}
		config := defaults("")
		config.HTTP.Listen, config.Webhooks.Listen = test.http, test.hooks
		d.listeners(t.Context(), config)
		got := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(out.String())
		if !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
