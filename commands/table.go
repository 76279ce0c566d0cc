package commands

import (
	"context"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/rooms"
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
	// abroad reports whether the command waits for a server that is not the
	// homeserver, so that the bot must answer it outside the room's worker; nil: it
	// never waits.
	abroad func(a *Answerer, r request) bool
	// aside: the help only names it, at the end.
	aside bool

	answer func(a *Answerer, ctx context.Context, r request) (Answer, error)
	// show answers about a single software, either the clear match or one chosen
	// from the command's list; nil if the command has no lists.
	show func(a *Answerer, r request, s *catalogue.Software) (Answer, error)
}

// component reports whether an optional part of the bot is there. Without the part,
// the bot refuses its commands.
type component func(p *Parts) bool

func watching(p *Parts) bool    { return p.Watches != nil }
func webhooks(p *Parts) bool    { return p.Admin.Webhooks != nil }
func calendars(p *Parts) bool   { return p.Agenda != nil }
func remembering(p *Parts) bool { return p.FAQ != nil }
func relaying(p *Parts) bool    { return p.Relay != nil }
func calling(p *Parts) bool     { return p.Visio != nil }
func thanking(p *Parts) bool    { return p.Thanks != nil }
func managing(p *Parts) bool    { return p.Admin.Book != nil }

// The conditions under which a command waits for another server.
func byArgs(_ *Answerer, r request) bool { return namesAbroad(r.args) }
func slowCall(a *Answerer, r request) bool {
	return namesAbroad(r.args) || a.parts.Visio.IsSlow(r.Room)
}
func always(*Answerer, request) bool { return true }

// name returns the command's name in templates and in the command line's contract:
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

// table returns the commands in the order of the help. Each row has the texts
// "line <name>" and "more <name>" in locale's commands.html.
func table() []command {
	return []command{
		{words: []string{"sill"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).card},
		{topic: "sill", words: []string{"remplace", "equivalent", "alternative"}, harmless: true, answer: (*Answerer).replacing, show: (*Answerer).card},
		{topic: "sill", words: []string{"compare"}, harmless: true, answer: (*Answerer).compare},
		{topic: "sill", words: []string{"nouveautes", "new"}, harmless: true, answer: (*Answerer).news},
		{topic: "sill", words: []string{"utilisateurs", "users"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).users},
		{topic: "sill", words: []string{"prestataires", "providers"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).providers},
		{topic: "sill", words: []string{"organisation", "chez", "org"}, harmless: true, answer: (*Answerer).organization},
		{topic: "sill", words: []string{"instances"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).instances},
		{words: []string{"depot", "repo", "code"}, needs: aWhole, answer: (*Answerer).depot},
		{words: []string{"veille", "watch", "watches"}, needs: aRoom, of: watching, answer: (*Answerer).watches},
		{topic: "veille", words: []string{"ajouter", "add"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, abroad: byArgs, answer: (*Answerer).addWatch},
		{topic: "veille", words: []string{"flux", "feed"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, abroad: byArgs, answer: (*Answerer).addFeed},
		{topic: "veille", words: []string{"tester", "test"}, needs: aRoom | aWhole, of: watching, answer: (*Answerer).tryWatch},
		{topic: "veille", words: []string{"derniers", "dernieres", "latest", "last"}, needs: aRoom | aWhole, of: watching, abroad: always, answer: (*Answerer).latest},
		{topic: "veille", words: []string{"pause"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).pauseWatch},
		{topic: "veille", words: []string{"reprendre", "resume"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).resumeWatch},
		{topic: "veille", words: []string{"retirer", "remove"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).removeWatch},
		{words: []string{"webhook", "webhooks"}, level: chat.LevelModerator, needs: aRoom, of: webhooks, aside: true, answer: (*Answerer).webhooks},
		{topic: "webhook", words: []string{"creer", "create"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).createWebhook},
		{topic: "webhook", words: []string{"renouveler", "renew"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).renewWebhook},
		{topic: "webhook", words: []string{"signature", "sign"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).signWebhook},
		{topic: "webhook", words: []string{"pause"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).pauseWebhook},
		{topic: "webhook", words: []string{"reprendre", "resume"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).resumeWebhook},
		{topic: "webhook", words: []string{"tester", "test"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).tryWebhook},
		{topic: "webhook", words: []string{"retirer", "remove"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).removeWebhook},
		{words: []string{"agenda", "calendar"}, needs: aRoom | aWhole, of: calendars, aside: true, answer: (*Answerer).agendaOf},
		{topic: "agenda", words: []string{"ajouter", "add"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: calendars, abroad: byArgs, answer: (*Answerer).addCalendar},
		{words: []string{"visio"}, needs: aRoom | aNew | aWhole, of: calling, aside: true, abroad: slowCall, answer: (*Answerer).openCall},
		{words: []string{"merci", "thanks"}, needs: aRoom | aNew | aPrefix | aWhole, of: thanking, aside: true, answer: (*Answerer).thank},
		{topic: "merci", words: []string{"oui", "yes"}, needs: aRoom | aDirect | aNew | aPrefix, of: thanking, answer: (*Answerer).agree},
		{topic: "merci", words: []string{"non", "no"}, needs: aRoom | aDirect | aNew | aPrefix, of: thanking, answer: (*Answerer).disagree},
		{topic: "merci", words: []string{"mensuel", "monthly"}, level: chat.LevelModerator, needs: aRoom | aNew | aPrefix, of: thanking, answer: (*Answerer).monthly},
		{topic: "merci", words: []string{"exporter", "export"}, needs: aRoom | aPrefix, of: thanking, answer: (*Answerer).exportThanks},
		{words: []string{"faq"}, needs: aRoom, of: remembering, answer: (*Answerer).faq},
		{topic: "faq", words: []string{"retirer", "remove"}, level: chat.LevelOperator, needs: aRoom | aClosed | aNew | aWhole, of: remembering, answer: (*Answerer).unkeep},
		{words: []string{"garder", "keep"}, needs: aRoom | aNew | aWhole | aPrefix, of: remembering, aside: true, answer: (*Answerer).keep},
		{words: []string{"question", "ask"}, needs: aRoom, of: relaying, late: true, answer: (*Answerer).ask},
		{words: []string{"questions"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).questions},
		{words: []string{"prendre", "claim"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).claim},
		{words: []string{"laisser", "release"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).release},
		{words: []string{"resolu", "solved"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).solve},
		{words: []string{"note"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).note},
		{words: []string{"repondre", "answer", "reply"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).reply},
		{words: []string{"anonyme", "anonymous"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).unnamed},
		{words: []string{"relais", "relays", "relay"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: relaying, late: true, aside: true, answer: (*Answerer).relays},
		{topic: "relais", words: []string{"liste", "list"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: relaying, answer: (*Answerer).relays},
		{topic: "relais", words: []string{"ajouter", "add"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: relaying, abroad: byArgs, answer: (*Answerer).addRelay},
		{topic: "relais", words: []string{"retirer", "remove"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: relaying, answer: (*Answerer).removeRelay},
		{words: []string{"salon", "room"}, needs: aRoom, of: managing, aside: true, abroad: byArgs, answer: (*Answerer).salon},
		{topic: "salon", words: []string{"langue", "language"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Language)},
		{topic: "salon", words: []string{"prefixe", "prefix"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Prefix)},
		{topic: "salon", words: []string{"role"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Role)},
		{topic: "salon", words: []string{"calme", "quiet"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Quiet)},
		{topic: "salon", words: []string{"moderation"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Moderator)},
		{words: []string{"bot"}, level: chat.LevelOperator, needs: aRoom, of: managing, aside: true, answer: (*Answerer).bot},
		{topic: "bot", words: []string{"etat", "status"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).status},
		{topic: "bot", words: []string{"salons", "rooms"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).listRooms},
		{topic: "bot", words: []string{"sources"}, level: chat.LevelOperator, needs: aRoom, of: managing, answer: (*Answerer).listSources},
		{topic: "bot", words: []string{"catalogue"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, answer: (*Answerer).catalogue},
		{topic: "bot", words: []string{"securite", "security"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).security},
		{topic: "bot", words: []string{"journal", "log"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).journal},
		{topic: "bot", words: []string{"quitter", "leave"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, abroad: byArgs, answer: (*Answerer).quit},
		{words: []string{"mes-donnees", "mesdonnees", "my-data"}, needs: aRoom | aDirect, of: managing, aside: true, answer: (*Answerer).personal},
		{words: []string{"oublie-moi", "oubliez-moi", "forget-me"}, needs: aRoom | aDirect | aNew, of: managing, aside: true, answer: (*Answerer).forget},
		{words: []string{"aide", "help"}, harmless: true, answer: (*Answerer).help},
	}
}

// find returns the command at the start of text, and its arguments; nil if there is
// none.
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

// byName returns the command with that name, nil if there is none.
func (a *Answerer) byName(name string) *command {
	for i := range a.table {
		if a.table[i].name() == name {
			return &a.table[i]
		}
	}
	return nil
}

// nearest returns the command, as people type it, whose spelling is closest to word;
// empty if none is close. A subcommand without its topic counts.
func (a *Answerer) nearest(word string) string {
	word = text.Fold(text.Truncate(word, 30))
	best, found := min(2, len([]rune(word))/2)+1, ""
	for i := range a.table {
		for _, w := range a.table[i].words {
			if d := text.Distance(word, w); d < best {
				best, found = d, a.table[i].with(w)
			}
		}
	}
	return found
}

// isSlip reports whether a line with the prefix begins with a word one letter away from
// a command of at least leastSlip letters. In a room only such a word gets an answer,
// since others may be commands of another bot.
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
