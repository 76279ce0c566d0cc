package relay

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxEmoji limits the length of an emoji, in characters: two people of different skin
// tones who kiss take ten.
const maxEmoji = 10

// emojis holds the characters that an emoji may begin with, by Unicode's
// emoji-data.txt (Emoji=Yes), and those reserved for later ones. Keycaps begin with
// other characters.
var emojis = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xa9, 0xa9, 1}, {0xae, 0xae, 1}, {0x203c, 0x203c, 1}, {0x2049, 0x2049, 1}, {0x2122, 0x2122, 1}, {0x2139, 0x2139, 1},
		{0x2194, 0x21aa, 1}, {0x231a, 0x231b, 1}, {0x2328, 0x2328, 1}, {0x23cf, 0x23cf, 1}, {0x23e9, 0x23fa, 1}, {0x24c2, 0x24c2, 1},
		{0x25aa, 0x25fe, 1}, {0x2600, 0x27bf, 1}, {0x2934, 0x2935, 1}, {0x2b05, 0x2b55, 1}, {0x3030, 0x3030, 1}, {0x303d, 0x303d, 1},
		{0x3297, 0x3299, 2},
	},
	R32: []unicode.Range32{{0x1f004, 0x1f004, 1}, {0x1f0cf, 0x1f0cf, 1}, {0x1f170, 0x1f251, 1}, {0x1f300, 0x1faff, 1}},
}

const (
	keycap        = '\u20e3'
	asEmoji       = '\ufe0f'
	emojiJoiner   = '\u200d'
	firstRegional = '\U0001f1e6'
	lastRegional  = '\U0001f1ff'
)

// isEmoji reports whether key, the text of a reaction, is one visible emoji of at most
// maxEmoji characters. A reaction may hold any text, which the bot would otherwise
// carry without its author's name.
func isEmoji(key string) bool {
	if !utf8.ValidString(key) || utf8.RuneCountInString(key) > maxEmoji || uniseg.GraphemeClusterCount(key) != 1 {
		return false
	}
	runes := []rune(key)
	if last := len(runes) - 1; runes[last] == keycap {
		return last > 0 && strings.ContainsRune("0123456789#*", runes[0]) && (last == 1 || last == 2 && runes[1] == asEmoji)
	}
	if firstRegional <= runes[0] && runes[0] <= lastRegional {
		return len(runes) == 2 && firstRegional <= runes[1] && runes[1] <= lastRegional
	}
	for i, r := range runes {
		isPart := r == asEmoji || r == emojiJoiner || 0x1f3fb <= r && r <= 0x1f3ff
		if !unicode.Is(emojis, r) && (i == 0 || !isPart) {
			return false
		}
	}
	return true
}
