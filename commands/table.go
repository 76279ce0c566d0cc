package commands

import (
	"context"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/rooms"
	"heraut/text"
)

// command is a row of the table, which is dispatch, help and documentation.
type command struct {
	// topic is the command that this one is a part of; empty for those that
	// stand first on a line.
	topic string
	// words name it: the French one, which is its name, and its aliases.
	words []string
	// level and needs are who may use it, and where.
	level  chat.Level
	needs  need
	answer func(a *Answerer, ctx context.Context, r request) (Answer, error)
	// show answers about the one software that was meant, also when it is
	// chosen from the command's list; nil if it has no lists.
	show func(a *Answerer, r request, s *catalogue.Software) (Answer, error)
}

// name is what the templates and the contract call it: "sill remplace".
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

// table is in the order in which the help lists it. Each row has its lines
// "line <name>" and "more <name>" in locale's commands.html.
func table() []command {
	return []command{
		{"", []string{"sill"}, chat.LevelMember, 0, (*Answerer).search, (*Answerer).card},
		{"sill", []string{"remplace", "equivalent", "alternative"}, chat.LevelMember, 0, (*Answerer).replacing, (*Answerer).card},
		{"sill", []string{"compare"}, chat.LevelMember, 0, (*Answerer).compare, nil},
		{"sill", []string{"nouveautes", "new"}, chat.LevelMember, 0, (*Answerer).news, nil},
		{"sill", []string{"utilisateurs", "users"}, chat.LevelMember, 0, (*Answerer).search, (*Answerer).users},
		{"sill", []string{"prestataires", "providers"}, chat.LevelMember, 0, (*Answerer).search, (*Answerer).providers},
		{"sill", []string{"organisation", "chez", "org"}, chat.LevelMember, 0, (*Answerer).organization, nil},
		{"sill", []string{"instances"}, chat.LevelMember, 0, (*Answerer).search, (*Answerer).instances},
		{"", []string{"depot", "repo", "code"}, chat.LevelMember, aWhole, (*Answerer).depot, nil},
		{"", []string{"veille", "watch", "watches"}, chat.LevelMember, aRoom, (*Answerer).watches, nil},
		{"veille", []string{"ajouter", "add"}, chat.LevelModerator, aRoom | aNew | aWhole | abroad, (*Answerer).addWatch, nil},
		{"veille", []string{"flux", "feed"}, chat.LevelModerator, aRoom | aNew | aWhole | abroad, (*Answerer).addFeed, nil},
		{"veille", []string{"tester", "test"}, chat.LevelMember, aRoom | aWhole, (*Answerer).tryWatch, nil},
		{"veille", []string{"derniers", "dernieres", "latest", "last"}, chat.LevelMember, aRoom | aWhole | abroadAlways, (*Answerer).latest, nil},
		{"veille", []string{"pause"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).pauseWatch, nil},
		{"veille", []string{"reprendre", "resume"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).resumeWatch, nil},
		{"veille", []string{"retirer", "remove"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).removeWatch, nil},
		{"", []string{"webhook", "webhooks"}, chat.LevelModerator, aRoom | aside, (*Answerer).webhooks, nil},
		{"webhook", []string{"creer", "create"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).createWebhook, nil},
		{"webhook", []string{"renouveler", "renew"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).renewWebhook, nil},
		{"webhook", []string{"signature", "sign"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).signWebhook, nil},
		{"webhook", []string{"pause"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).pauseWebhook, nil},
		{"webhook", []string{"reprendre", "resume"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).resumeWebhook, nil},
		{"webhook", []string{"tester", "test"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).tryWebhook, nil},
		{"webhook", []string{"retirer", "remove"}, chat.LevelModerator, aRoom | aNew | aWhole, (*Answerer).removeWebhook, nil},
		{"", []string{"agenda", "calendar"}, chat.LevelMember, aRoom | aWhole | aside, (*Answerer).agendaOf, nil},
		{"agenda", []string{"ajouter", "add"}, chat.LevelModerator, aRoom | aNew | aWhole | abroad, (*Answerer).addCalendar, nil},
		{"", []string{"visio"}, chat.LevelMember, aRoom | aNew | aWhole | aside | abroad, (*Answerer).openCall, nil},
		{"", []string{"merci", "thanks"}, chat.LevelMember, aRoom | aNew | aPrefix | aWhole | aside, (*Answerer).thank, nil},
		{"merci", []string{"oui", "yes"}, chat.LevelMember, aRoom | aDirect | aNew | aPrefix, (*Answerer).agree, nil},
		{"merci", []string{"non", "no"}, chat.LevelMember, aRoom | aDirect | aNew | aPrefix, (*Answerer).disagree, nil},
		{"merci", []string{"mensuel", "monthly"}, chat.LevelModerator, aRoom | aNew | aPrefix, (*Answerer).monthly, nil},
		{"merci", []string{"exporter", "export"}, chat.LevelMember, aRoom | aPrefix, (*Answerer).exportThanks, nil},
		{"", []string{"faq"}, chat.LevelMember, aRoom, (*Answerer).faq, nil},
		{"faq", []string{"retirer", "remove"}, chat.LevelOperator, aRoom | aClosed | aNew | aWhole, (*Answerer).unkeep, nil},
		{"", []string{"garder", "keep"}, chat.LevelMember, aRoom | aNew | aWhole | aPrefix | aside, (*Answerer).keep, nil},
		{"", []string{"question", "ask"}, chat.LevelMember, aRoom, (*Answerer).ask, nil},
		{"", []string{"questions"}, chat.LevelMember, aRoom | aPrefix | aside, (*Answerer).questions, nil},
		{"", []string{"prendre", "claim"}, chat.LevelMember, aRoom | aNew | aPrefix | aside, (*Answerer).claim, nil},
		{"", []string{"laisser", "release"}, chat.LevelMember, aRoom | aNew | aPrefix | aside, (*Answerer).release, nil},
		{"", []string{"resolu", "solved"}, chat.LevelMember, aRoom | aNew | aPrefix | aside, (*Answerer).solve, nil},
		{"", []string{"note"}, chat.LevelMember, aRoom | aPrefix | aside, (*Answerer).note, nil},
		{"", []string{"repondre", "answer", "reply"}, chat.LevelMember, aRoom | aPrefix | aside, (*Answerer).reply, nil},
		{"", []string{"anonyme", "anonymous"}, chat.LevelMember, aRoom | aPrefix | aside, (*Answerer).unnamed, nil},
		{"", []string{"relais", "relays", "relay"}, chat.LevelOperator, aRoom | aClosed | aside, (*Answerer).relays, nil},
		{"relais", []string{"liste", "list"}, chat.LevelOperator, aRoom | aClosed, (*Answerer).relays, nil},
		{"relais", []string{"ajouter", "add"}, chat.LevelOperator, aRoom | aNew | aWhole | abroad, (*Answerer).addRelay, nil},
		{"relais", []string{"retirer", "remove"}, chat.LevelOperator, aRoom | aNew | aWhole, (*Answerer).removeRelay, nil},
		{"", []string{"salon", "room"}, chat.LevelMember, aRoom | aside | abroad, (*Answerer).salon, nil},
		{"salon", []string{"langue", "language"}, chat.LevelModerator, aRoom | aNew | aWhole, set(rooms.Language), nil},
		{"salon", []string{"prefixe", "prefix"}, chat.LevelModerator, aRoom | aNew | aWhole, set(rooms.Prefix), nil},
		{"salon", []string{"role"}, chat.LevelModerator, aRoom | aNew | aWhole, set(rooms.Role), nil},
		{"salon", []string{"calme", "quiet"}, chat.LevelModerator, aRoom | aNew | aWhole, set(rooms.Quiet), nil},
		{"salon", []string{"moderation"}, chat.LevelOperator, aRoom | aNew | aWhole, set(rooms.Moderator), nil},
		{"", []string{"bot"}, chat.LevelOperator, aRoom | aside, (*Answerer).bot, nil},
		{"bot", []string{"etat", "status"}, chat.LevelOperator, aRoom | aClosed, (*Answerer).status, nil},
		{"bot", []string{"salons", "rooms"}, chat.LevelOperator, aRoom | aClosed, (*Answerer).listRooms, nil},
		{"bot", []string{"sources"}, chat.LevelOperator, aRoom, (*Answerer).listSources, nil},
		{"bot", []string{"catalogue"}, chat.LevelOperator, aRoom | aNew | aWhole, (*Answerer).catalogue, nil},
		{"bot", []string{"securite", "security"}, chat.LevelOperator, aRoom | aClosed, (*Answerer).security, nil},
		{"bot", []string{"journal", "log"}, chat.LevelOperator, aRoom | aClosed, (*Answerer).journal, nil},
		{"bot", []string{"quitter", "leave"}, chat.LevelOperator, aRoom | aNew | aWhole | abroad, (*Answerer).quit, nil},
		{"", []string{"mes-donnees", "mesdonnees", "my-data"}, chat.LevelMember, aRoom | aDirect | aside, (*Answerer).personal, nil},
		{"", []string{"oublie-moi", "oubliez-moi", "forget-me"}, chat.LevelMember, aRoom | aDirect | aNew | aside, (*Answerer).forget, nil},
		{"", []string{"aide", "help"}, chat.LevelMember, 0, (*Answerer).help, nil},
	}
}

// find returns the command that text begins with, and what follows it; nil if
// it begins with none.
func (a *Answerer) find(text string) (c *command, args string) {
	first, rest := cutWord(text)
	second, after := cutWord(rest)
	for i := range a.table {
		row := &a.table[i]
		switch {
		case row.topic == "" && row.isCalled(first):
			c, args = row, rest // unless a part of it follows
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

// nearest is the command, as it is typed, that word may have been meant for;
// empty if none is near. A part typed without its topic is one.
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
