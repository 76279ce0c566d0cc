package commands

import (
	"context"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/relay"
	"heraut/text"
)

// command is a row of the table: dispatch, rights, help and documentation all read it,
// and nothing else declares a command.
type command struct {
	// topic is the command that this one is a part of; empty for a command that
	// starts a line.
	topic string
	// words are its names: first the French word, then the aliases.
	words []string

	level chat.Level // the least level that may give it
	needs need       // of the message and its place
	of    component  // the part that it needs; nil: the catalogue, which is always there
	// late: the bot runs it even if it comes too late for an answer.
	late bool
	// harmless: the homeserver may forge it in anybody's name, since its answer
	// reveals nothing about the room or the person, and changes nothing.
	harmless bool
	// remote reports whether the command waits for another server, or asks the
	// homeserver for a message, so that the bot must answer it outside the room's
	// worker; nil: it never waits.
	remote func(a *Answerer, r request) bool
	// searches: the command also answers a line without a command, and a line of its
	// topic that is the name of a software is a search for that software.
	searches bool
	// asksExperts: the command's own message becomes a question, so the relay keeps it.
	asksExperts bool
	// carried returns the part of the command's message that goes to the other side of
	// a question, as a message of its own, and how; false if there is none. nil: the
	// relay carries nothing of the command.
	carried func(m chat.Message, prefix string) (*chat.Message, relay.Manner, bool)
	// commons: the command answers from what administrations built, not from the room's
	// catalogues.
	commons bool
	// aside: the help only names it, at the end.
	aside bool

	answer func(a *Answerer, ctx context.Context, r request) (Answer, error)
	// show answers about a single software, either the clear match or one chosen
	// from the command's list; nil if the command has no lists.
	show func(a *Answerer, r request, s *catalogue.Software) (Answer, error)
}

// component is a function that reports whether the bot has an optional part, such as
// the relay. Without the part, its commands are refused.
type component func(p *Parts) bool

func watching(p *Parts) bool    { return p.Watches != nil }
func webhooks(p *Parts) bool    { return p.Admin.Webhooks != nil }
func calendars(p *Parts) bool   { return p.Agenda != nil }
func remembering(p *Parts) bool { return p.FAQ != nil }
func curating(p *Parts) bool    { return p.FAQ != nil && p.Relay != nil }
func relaying(p *Parts) bool    { return p.Relay != nil }
func calling(p *Parts) bool     { return p.Visio != nil }
func thanking(p *Parts) bool    { return p.Thanks != nil }
func collecting(p *Parts) bool  { return p.Library != nil }
func choosing(p *Parts) bool    { return p.Library != nil && p.Admin.Book != nil }
func managing(p *Parts) bool    { return p.Admin.Book != nil }

// byArgs reports whether the request's arguments name a thing on another server, so
// that the command is answered later, without holding up the room.
func byArgs(_ *Answerer, r request) bool { return namesRemote(r.args) }
func slowCall(a *Answerer, r request) bool {
	return namesRemote(r.args) || a.parts.Visio.IsSlow(r.Room)
}
func always(*Answerer, request) bool { return true }

// name returns the command's full name as templates and «bot ask» use it, such as
// "sill remplace".
func (c *command) name() string { return c.with(c.words[0]) }

func (c *command) with(word string) string {
	return strings.TrimSpace(c.topic + " " + word)
}

func (c *command) isCalled(word string) bool {
	for _, w := range c.words {
		if w == text.Fold(word) {
			return true
		}
	}
	return false
}

// find returns the command at the beginning of text, which is a line without its
// prefix, and the rest of text as the arguments. It returns nil and "" if text does not
// begin with a command. A subcommand counts only right after its topic.
func (a *Answerer) find(text string) (c *command, args string) {
	first, rest := cutWord(text)
	second, after := cutWord(rest)
	for i := range a.table {
		row := &a.table[i]
		switch {
		case row.topic == "" && row.isCalled(first):
			c, args = row, rest // unless a subcommand follows
		case row.topic != "" && c != nil && row.topic == c.name() && row.isCalled(second):
			return row, after
		}
	}
	return c, args
}

// byName returns the command with that full name; nil if there is none.
func (a *Answerer) byName(name string) *command {
	for i := range a.table {
		if a.table[i].name() == name {
			return &a.table[i]
		}
	}
	return nil
}

// nearest returns the command, as people type it, whose spelling is closest to word. It
// is empty if no command is within two changed letters of word, or within one if word
// has two or three letters or the command three or four: with half of its letters
// changed it would be another word. Of a subcommand, nearest compares only the last
// word, and returns the whole name.
func (a *Answerer) nearest(word string) string {
	word = text.Fold(text.Truncate(word, 30))
	best, found := min(2, len([]rune(word))/2)+1, ""
	for i := range a.table {
		for _, w := range a.table[i].words {
			if d := text.Distance(word, w); d < best && 2*d < len(w) {
				best, found = d, a.table[i].with(w)
			}
		}
	}
	return found
}

// isSlip reports whether a line that gives no command has the room's prefix and then a
// word one letter away from a command of at least leastSlip letters. In a room only
// such a word gets an answer, since others may be commands of another bot. Subcommands
// do not count, and a room without a prefix knows no slips.
func (a *Answerer) isSlip(r request) bool {
	word, _ := cutWord(r.text)
	word = text.Fold(text.Truncate(word, 30))
	return r.prefixed && r.Prefix != "" && r.command == nil && slices.ContainsFunc(a.table, func(c command) bool {
		return c.topic == "" && slices.ContainsFunc(c.words, func(w string) bool {
			return len(w) >= leastSlip && text.Distance(word, w) == 1
		})
	})
}

// leastSlip is the least number of letters of a command of which slips are
// recognised in rooms.
const leastSlip = 4
