package relay

import (
	"strings"
	"testing"

	"heraut/text"
)

func TestReactionsCarryOneEmoji(t *testing.T) {
	for _, key := range []string{"👍", "👍🏽", "❤️", "❤", "✅", "1️⃣", "#️⃣", "🇫🇷", "👩‍💻", "👩🏽‍❤️‍💋‍👨🏿", "🏳️‍🌈", "™️", "🫡", "✋"} {
		if !isEmoji(key) {
			t.Errorf("%q is no emoji", key)
		}
	}
	for _, key := range []string{
		"", "a", "oui", "1", "12", "👍👍", "👍 oui", "non👍", "0️⃣1", "1\u20e3\u20e3", "\u20e3", "🇫", "🇫🇷🇩🇪", "https://example.org", "@camille:example.org",
		"06 12 34 56 78", "...---...", "+33", "漢", "\u200d", "\ufe0f", "👍" + strings.Repeat("\u0301", 3), "👍" + strings.Repeat("\ufe0f", 20),
		"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "👍\xff", "x\ufe0f", "½", "→", "€",
	} {
		if isEmoji(key) {
			t.Errorf("%q counts as an emoji", key)
		}
	}
}

func TestCutNumber(t *testing.T) {
	for _, typed := range []string{"oui 12", "oui n° 12", "oui n°12", "oui\u00a012", "oui 12\u00a0!", "oui, 12.", "Oui N° 12 ! ", "oui #12", "yes no. 12"} {
		rest, named := cutNumber(typed, 12)
		if !named || text.Fold(rest) != "oui" && rest != "yes" {
			t.Errorf("%q: %q, %v", typed, rest, named)
		}
	}
	for _, typed := range []string{"oui", "oui 2", "oui 112", "12", "oui12", "oui 12 ou 13"} {
		if rest, named := cutNumber(typed, 12); named || rest != typed {
			t.Errorf("%q: %q, %v", typed, rest, named)
		}
	}
}
