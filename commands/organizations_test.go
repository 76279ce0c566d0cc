package commands_test

import (
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commands"
)

// Data without any instance do not say that a software has none.
func TestUnrecordedInstances(t *testing.T) {
	for want, other := range map[string][]catalogue.Instance{
		"ne disent pas quelles instances existent": nil,
		"n’indique aucune instance":                {{Organization: "DINUM", URL: "https://example.org"}},
	} {
		state := catalogue.State{Catalogue: catalogue.New([]catalogue.Software{
			{ID: "1", Name: "PeerTube"}, {ID: "2", Name: "BigBlueButton", Instances: other},
		}, time.Time{})}
		answerer := commands.NewAnswerer(commands.Parts{Catalogue: func() catalogue.State { return state }})
		got, err := answerer.Answer(t.Context(), commands.Line{Text: "!sill instances peertube", Lang: "fr", Prefix: "!"})
		if err != nil || !strings.Contains(got.HTML, want) {
			t.Errorf("%q, %v; want %q", got.HTML, err, want)
		}
	}
}
