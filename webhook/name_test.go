package webhook_test

import (
	"strings"
	"testing"

	"heraut/webhook"
)

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"forge": true, "Élan": true, "a": true, "9.b_c-d": true, "дом": true, "٣": true,
		strings.Repeat("é", 30): true,
		"":                      false, "-a": false, ".a": false, "a b": false, "a/b": false, "a\n": false, "a\xff": false, "a\u0301": false,
		strings.Repeat("é", 31): false,
	} {
		if got := webhook.ValidName(name); got != want {
			t.Errorf("ValidName(%q) is %v, want %v", name, got, want)
		}
	}
}
