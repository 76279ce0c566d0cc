package relay

import (
	"context"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/locale"
	"heraut/search"
)

// Suggestion is an FAQ entry, an answered question or a software that may answer a
// question: HTML for a list item and, if it is an entry of the FAQ, its number.
type Suggestion struct {
	HTML  string // a list item, in the tags of messages
	Entry int64  // the number of the FAQ entry; 0: it is none
}

// suggestion is the data of the template "suggestion": a known question or a software.
type suggestion struct {
	Known    *Known
	Software *catalogue.Software
}

// maxSoftware limits how many entries of the catalogue are suggested.
const maxSoftware = 2

// Suggestions returns a function that finds suggestions for a question asked in a room:
// known questions of k that may be shown there, then software of the catalogue that
// current returns, at most 3 in all; nil if there are none. Each has HTML for a list
// item, in the asked language; a FAQ entry also has its number. The error is one of the
// store or of rendering.
func Suggestions(k *Knowledge, current func() catalogue.State) Suggest {
	return func(ctx context.Context, room chat.RoomID, text, lang string) ([]Suggestion, error) {
		known, err := k.Suggest(ctx, room, text)
		if err != nil {
			return nil, err
		}
		var found []suggestion
		for i := range known {
			found = append(found, suggestion{Known: &known[i]})
		}
		for _, s := range software(current().Catalogue, text) {
			found = append(found, suggestion{Software: s})
		}
		var said []Suggestion
		for _, s := range found[:min(len(found), maxSimilar)] {
			html, err := locale.Render(lang, "suggestion", s)
			if err != nil {
				return nil, err
			}
			one := Suggestion{HTML: html}
			if s.Known != nil && s.Known.Kept {
				one.Entry = s.Known.Number
			}
			said = append(said, one)
		}
		return said, nil
	}
}

// software returns at most maxSoftware software of the catalogue c that fits all
// meaningful words of text, a question; none if c is nil or no word is meaningful. It
// leaves out software that left the catalogue, and that which the question names at its
// start.
func software(c *catalogue.Catalogue, text string) (found []*catalogue.Software) {
	t := search.Terms(text)
	if c == nil || len(t.Stems) == len(t.Weak) {
		return nil
	}
	result := search.For(c).Search(strings.Join(strings.Fields(text), " "))
	if result.Shape == search.Maybe {
		return nil
	}
	subject := Subject(c, text) // whoever names a software knows it
	for _, m := range result.Matches {
		if m.Software.Withdrawn == nil && m.Software.Name != subject && len(found) < maxSoftware {
			found = append(found, m.Software)
		}
	}
	return found
}
