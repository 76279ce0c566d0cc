package commands_test

import (
	"testing"

	"heraut/commands"
)

func BenchmarkAnswer(b *testing.B) {
	a := demo(b)
	for name, text := range map[string]string{"card": "!sill gimp", "list": "!sill vidéo", "ignored": "bonjour à tous"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Answer(b.Context(), commands.Line{Text: text, Lang: "fr", Prefix: "!"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
