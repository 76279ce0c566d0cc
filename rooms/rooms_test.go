package rooms

import (
	"testing"

	"heraut/chat"
)

func TestSettings(t *testing.T) {
	book := NewBook(Settings{Language: "fr", Prefix: "!"})
	book.Declare("!english:example.org", Settings{Language: "en"})
	book.Declare("!dot:example.org", Settings{Prefix: "."})
	tests := map[string]struct {
		room chat.RoomID
		want Settings
	}{
		"not declared": {"!other:example.org", Settings{"fr", "!"}},
		"a language":   {"!english:example.org", Settings{"en", "!"}},
		"a prefix":     {"!dot:example.org", Settings{"fr", "."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := book.Of(test.room); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
