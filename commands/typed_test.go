package commands

import (
	"strings"
	"testing"
)

func TestTyped(t *testing.T) {
	for name, test := range map[string]struct {
		in     string
		direct bool
		want   string
	}{
		"plain":                       {"!sill gimp", false, "!sill gimp"},
		"more lines":                  {"!question a\n\nb", false, "!question a\n\nb"},
		"a zero-width space":          {"\u200b!sill gimp", false, "!sill gimp"},
		"a byte order mark":           {"\ufeff!sill gimp", false, "!sill gimp"},
		"a word joiner":               {"\u2060!sill gimp", false, "!sill gimp"},
		"a direction mark":            {"\u200e!sill gimp", false, "!sill gimp"},
		"an isolate":                  {"\u2068!sill gimp\u2069", false, "!sill gimp"},
		"a joiner in front":           {"\u200d!sill gimp", false, "!sill gimp"},
		"after the prefix":            {"!\u200bsill gimp", false, "!sill gimp"},
		"in the command":              {"!si\u00adll gimp", false, "!sill gimp"},
		"after the command":           {"!sill\u200b gimp", false, "!sill gimp"},
		"an emoji of several":         {"!question 👩\u200d💻 ?", false, "!question 👩\u200d💻 ?"},
		"full width":                  {"！sill gimp", false, "!sill gimp"},
		"full width, a space":         {"！ sill gimp", false, "! sill gimp"},
		"no-break spaces":             {"!sill\u00a0gimp", false, "!sill\u00a0gimp"},
		"code":                        {"`!sill gimp`", false, "!sill gimp"},
		"code, the command alone":     {"`!sill` gimp", false, "!sill gimp"},
		"code, doubled":               {"``!sill gimp``", false, "!sill gimp"},
		"a block of code":             {"```\n!sill gimp\n```", false, "!sill gimp"},
		"a block with a language":     {"```text\n!sill gimp\n```", false, "!sill gimp"},
		"a block on one line":         {"```!sill gimp```", false, "!sill gimp"},
		"a block, and more":           {"```\n!question a\n```\nb", false, "!question a\n\nb"},
		"code, never closed":          {"`!sill gimp", false, "!sill gimp"},
		"a greeting":                  {"Bonjour,\n!sill gimp", false, "!sill gimp"},
		"a greeting by name":          {"Bonjour Héraut !\n\n!sill gimp", false, "!sill gimp"},
		"a greeting and code":         {"Bonjour\n`!sill gimp`", false, "!sill gimp"},
		"a greeting and a block":      {"Bonjour\n```\n!sill gimp\n```", false, "!sill gimp"},
		"a greeting, full width":      {"Bonjour\n！sill gimp", false, "!sill gimp"},
		"a greeting, and talk":        {"Bonjour,\nsill gimp", false, "Bonjour,\nsill gimp"},
		"a greeting, to the bot":      {"Bonjour,\nsill gimp", true, "sill gimp"},
		"two greetings, to the bot":   {"Bonjour\nÇa va ?", true, "Bonjour\nÇa va ?"},
		"a longer line, then another": {"Bonjour, je cherche un logiciel de dessin\n!sill gimp", false, "Bonjour, je cherche un logiciel de dessin\n!sill gimp"},
		"talk, then a command":        {"voir plus bas\n!sill gimp", false, "voir plus bas\n!sill gimp"},
		"blank lines":                 {"\n \u00a0\n!sill gimp", false, "!sill gimp"},
		"nothing":                     {"", false, ""},
		"signs alone":                 {"``` ```", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := typed(test.in, "!", test.direct); strings.TrimSpace(got) != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := typed("＠＠sill", "@@", false); got != "@@sill" {
		t.Errorf("a prefix of two in full width: %q", got)
	}
}
