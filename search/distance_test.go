package search

import (
	"testing"
)

func TestDistance(t *testing.T) {
	tests := map[string]struct {
		a, b   string
		budget float32
		want   float32 // a value over budget stands for any such value
	}{
		"same":                  {"gimp", "gimp", 1, 0},
		"swapped":               {"gmip", "gimp", 1, swapCost},
		"swapped at the end":    {"vcl", "vlc", 0.75, swapCost},
		"doubled":               {"gimpp", "gimp", 1, doubleCost},
		"doubled in the middle": {"mattomo", "matomo", 1, doubleCost},
		"double written once":   {"libreofice", "libreoffice", 1, doubleCost},
		"key beside":            {"himp", "gimp", 1, neighborCost},
		"any other letter":      {"gixp", "gimp", 1, 1},
		"missing":               {"inscape", "inkscape", 2, 1},
		"missing at the start":  {"irefox", "firefox", 1.6, 1},
		"by ear":                {"linfone", "linphone", 1.6, soundCost},
		"by ear, the other way": {"phirefox", "firefox", 1.6, soundCost},
		"two slips":             {"inskape", "inkscape", 2, swapCost + 1},
		"four missing":          {"kubrnets", "kubernetesxx", 4, 2*1 + 1 + doubleCost},
		"too far":               {"koala", "koha", 1, 2},
		"empty":                 {"", "abc", 3, 3},
		"both empty":            {"", "", 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := distance(tt.a, tt.b, tt.budget)
			if tt.want > tt.budget {
				if got <= tt.budget {
					t.Errorf("distance(%q, %q) = %v, want more than %v", tt.a, tt.b, got, tt.budget)
				}
				return
			}
			if got != tt.want {
				t.Errorf("distance(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
			}
		})
	}
}
