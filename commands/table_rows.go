package commands

import (
	"slices"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
	"heraut/text"
)

// table returns the commands in the order of the help. Each row has the texts
// "line <name>" and "more <name>" in locale's commands.html, its help in testdata and
// a line in doc/droits.md; tests fail without them.
func table() []command {
	return slices.Concat(
		searchRows(), watchRows(), webhookRows(), agendaRows(), thanksRows(),
		questionRows(), roomRows(), botRows(), helpRows(),
	)
}

// tableWith returns the table, in which the command "sill" also answers to word, unless
// word is empty. It also adds the names of commands in each of the languages that has
// another language as its fallback.
func tableWith(word string, languages []string) []command {
	rows := table()
	for i := range rows {
		if rows[i].name() == "sill" && word != "" {
			rows[i].words = append(rows[i].words, word)
		}
	}
	for _, lang := range languages {
		if len(locale.Fallbacks(lang)) > 1 {
			addNames(rows, lang)
		}
	}
	return rows
}

// addNames makes the commands in rows answer to their names in lang, the names that the
// help in lang shows. It adds the last word of the name to the command's words; the
// words before it are the topic. It skips a command if lang has no name for it, if the
// French name has another number of words, or if a command of the same topic has the
// word already.
func addNames(rows []command, lang string) {
	for i := range rows {
		row := &rows[i]
		name, _ := locale.Word(lang, "name "+row.name())
		said := strings.Fields(text.Fold(name))
		if len(said) == 0 {
			continue
		}
		word := said[len(said)-1]
		taken := slices.ContainsFunc(rows, func(c command) bool { return c.topic == row.topic && c.isCalled(word) })
		if parts := len(strings.Fields(row.name())); len(said) == parts && !taken {
			row.words = append(slices.Clip(row.words), word)
		}
	}
}

// IsCommand reports whether word is the first word of a command, in French or an alias.
// It does not know subcommands, the configured word for "sill" and the names of added
// languages.
func IsCommand(word string) bool {
	return slices.ContainsFunc(table(), func(c command) bool { return c.topic == "" && c.isCalled(word) })
}

// searchRows returns the rows of the commands that search software and repositories.
func searchRows() []command {
	return []command{
		{words: []string{"sill"}, harmless: true, searches: true, answer: (*Answerer).search, show: (*Answerer).card},
		{topic: "sill", words: []string{"remplace", "equivalent", "alternative"}, harmless: true, answer: (*Answerer).replacing, show: (*Answerer).card},
		{topic: "sill", words: []string{"compare", "comparer"}, harmless: true, answer: (*Answerer).compare},
		{topic: "sill", words: []string{"nouveautes", "new"}, harmless: true, answer: (*Answerer).news},
		{topic: "sill", words: []string{"utilisateurs", "users"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).users},
		{topic: "sill", words: []string{"prestataires", "providers"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).providers},
		{topic: "sill", words: []string{"organisation", "chez", "org"}, harmless: true, answer: (*Answerer).organization},
		{topic: "sill", words: []string{"instances"}, harmless: true, answer: (*Answerer).search, show: (*Answerer).instances},
		{words: []string{"commun", "existe", "exists"}, needs: aRoom, of: collecting, commons: true, aside: true, answer: (*Answerer).common, show: (*Answerer).card},
		{words: []string{"depot", "repo", "code"}, needs: aWhole, answer: (*Answerer).depot},
	}
}

// watchRows returns the rows of the commands about watches, rooms' subscriptions to
// news.
func watchRows() []command {
	return []command{
		{words: []string{"veille", "watch", "watches"}, needs: aRoom, of: watching, answer: (*Answerer).watches},
		{topic: "veille", words: []string{"ajouter", "add"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, remote: byArgs, answer: (*Answerer).addWatch},
		{topic: "veille", words: []string{"flux", "feed"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, remote: byArgs, answer: (*Answerer).addFeed},
		{topic: "veille", words: []string{"tester", "test"}, needs: aRoom | aWhole, of: watching, answer: (*Answerer).tryWatch},
		{topic: "veille", words: []string{"derniers", "dernieres", "latest", "last"}, needs: aRoom | aWhole, of: watching, remote: always, answer: (*Answerer).latest},
		{topic: "veille", words: []string{"pause"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).pauseWatch},
		{topic: "veille", words: []string{"reprendre", "resume"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).resumeWatch},
		{topic: "veille", words: []string{"retirer", "remove"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: watching, answer: (*Answerer).removeWatch},
	}
}

// webhookRows returns the rows of the commands about webhooks.
func webhookRows() []command {
	return []command{
		{words: []string{"webhook", "webhooks"}, level: chat.LevelModerator, needs: aRoom, of: webhooks, aside: true, answer: (*Answerer).webhooks},
		{topic: "webhook", words: []string{"creer", "create"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).createWebhook},
		{topic: "webhook", words: []string{"renouveler", "renew"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).renewWebhook},
		{topic: "webhook", words: []string{"signature", "sign"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).signWebhook},
		{topic: "webhook", words: []string{"pause"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).pauseWebhook},
		{topic: "webhook", words: []string{"reprendre", "resume"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).resumeWebhook},
		{topic: "webhook", words: []string{"tester", "test"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).tryWebhook},
		{topic: "webhook", words: []string{"retirer", "remove"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: webhooks, answer: (*Answerer).removeWebhook},
	}
}

// agendaRows returns the rows of the commands about calendars and video conferences.
func agendaRows() []command {
	return []command{
		{words: []string{"agenda", "calendar"}, needs: aRoom | aWhole, of: calendars, aside: true, answer: (*Answerer).agendaOf},
		{topic: "agenda", words: []string{"ajouter", "add"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: calendars, remote: byArgs, answer: (*Answerer).addCalendar},
		{words: []string{"visio"}, needs: aRoom | aNew | aWhole, of: calling, aside: true, remote: slowCall, answer: (*Answerer).openCall},
	}
}

// thanksRows returns the rows of the commands about thanks.
func thanksRows() []command {
	return []command{
		{words: []string{"merci", "thanks"}, needs: aRoom | aNew | aPrefix | aWhole, of: thanking, aside: true, answer: (*Answerer).thank},
		{topic: "merci", words: []string{"oui", "yes"}, needs: aRoom | aDirect | aNew | aPrefix, of: thanking, answer: (*Answerer).agree},
		{topic: "merci", words: []string{"non", "no"}, needs: aRoom | aDirect | aNew | aPrefix, of: thanking, answer: (*Answerer).disagree},
		{topic: "merci", words: []string{"mensuel", "monthly"}, level: chat.LevelModerator, needs: aRoom | aNew | aPrefix, of: thanking, answer: (*Answerer).monthly},
		{topic: "merci", words: []string{"exporter", "export"}, needs: aRoom | aPrefix, of: thanking, answer: (*Answerer).exportThanks},
	}
}

// questionRows returns the rows of the commands about questions, the FAQ and relays.
func questionRows() []command {
	return []command{
		{words: []string{"faq"}, needs: aRoom, of: remembering, answer: (*Answerer).faq},
		{topic: "faq", words: []string{"ajouter", "add"}, needs: aRoom | aNew | aPrefix, of: curating, answer: (*Answerer).addEntry},
		{topic: "faq", words: []string{"modifier", "change"}, needs: aRoom | aNew | aPrefix, of: curating, answer: (*Answerer).changeEntry},
		{topic: "faq", words: []string{"confirmer", "confirm"}, needs: aRoom | aNew | aPrefix, of: curating, answer: (*Answerer).confirmEntry},
		{topic: "faq", words: []string{"retirer", "remove"}, level: chat.LevelOperator, needs: aRoom | aClosed | aNew | aWhole, of: remembering, answer: (*Answerer).unkeep},
		{words: []string{"garder", "keep"}, needs: aRoom | aNew | aWhole | aPrefix, of: remembering, aside: true, answer: (*Answerer).keep},
		{words: []string{"question", "ask"}, needs: aRoom, of: relaying, late: true, asksExperts: true, remote: asksReply, answer: (*Answerer).ask},
		{words: []string{"questions"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).questions},
		{topic: "questions", words: []string{"bilan", "report"}, needs: aRoom | aPrefix, of: relaying, aside: true, answer: (*Answerer).report},
		{words: []string{"prendre", "claim"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).claim},
		{words: []string{"laisser", "release"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).release},
		{words: []string{"confier", "assign"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, remote: always, answer: (*Answerer).assign},
		{words: []string{"transmettre", "handover"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).handOver},
		{words: []string{"meme", "same"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).join},
		{words: []string{"separer", "separate", "rouvrir", "reopen"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).separate},
		{words: []string{"resolu", "solved"}, needs: aRoom | aNew | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).solve},
		{words: []string{"note"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, answer: (*Answerer).note},
		{words: []string{"repondre", "answer", "reply"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, carried: addressed, answer: (*Answerer).reply},
		{words: []string{"anonyme", "anonymous"}, needs: aRoom | aPrefix, of: relaying, late: true, aside: true, carried: withoutName, answer: (*Answerer).unnamed},
		{words: []string{"relais", "relays", "relay"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: relaying, late: true, aside: true, answer: (*Answerer).relays},
		{topic: "relais", words: []string{"liste", "list"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: relaying, answer: (*Answerer).relays},
		{topic: "relais", words: []string{"ajouter", "add"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: relaying, remote: byArgs, answer: (*Answerer).addRelay},
		{topic: "relais", words: []string{"retirer", "remove"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: relaying, answer: (*Answerer).removeRelay},
	}
}

// roomRows returns the rows of the commands about a room's settings.
func roomRows() []command {
	return []command{
		{words: []string{"salon", "room"}, needs: aRoom, of: managing, aside: true, remote: byArgs, answer: (*Answerer).salon},
		{topic: "salon", words: []string{"langue", "language"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Language)},
		{topic: "salon", words: []string{"prefixe", "prefix"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Prefix)},
		{topic: "salon", words: []string{"role"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Role)},
		{topic: "salon", words: []string{"calme", "quiet"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Quiet)},
		{topic: "salon", words: []string{"catalogues"}, level: chat.LevelModerator, needs: aRoom | aNew | aWhole, of: choosing, answer: set(rooms.Catalogues)},
		{topic: "salon", words: []string{"moderation"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, answer: set(rooms.Moderator)},
	}
}

// botRows returns the rows of the commands about the bot itself and personal data.
func botRows() []command {
	return []command{
		{words: []string{"bot"}, level: chat.LevelOperator, needs: aRoom, of: managing, aside: true, answer: (*Answerer).bot},
		{topic: "bot", words: []string{"etat", "status"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).status},
		{topic: "bot", words: []string{"salons", "rooms"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).listRooms},
		{topic: "bot", words: []string{"sources"}, level: chat.LevelOperator, needs: aRoom, of: managing, answer: (*Answerer).listSources},
		{topic: "bot", words: []string{"catalogue"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, answer: (*Answerer).catalogue},
		{topic: "bot", words: []string{"securite", "security"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).security},
		{topic: "bot", words: []string{"journal", "log"}, level: chat.LevelOperator, needs: aRoom | aClosed, of: managing, answer: (*Answerer).journal},
		{topic: "bot", words: []string{"quitter", "leave"}, level: chat.LevelOperator, needs: aRoom | aNew | aWhole, of: managing, remote: byArgs, answer: (*Answerer).quit},
		{words: []string{"mes-donnees", "mesdonnees", "my-data"}, needs: aRoom | aDirect, of: managing, aside: true, answer: (*Answerer).personal},
		{words: []string{"oublie-moi", "oubliez-moi", "forget-me"}, needs: aRoom | aDirect | aNew, of: managing, aside: true, answer: (*Answerer).forget},
	}
}

// helpRows returns the rows of the commands for help.
func helpRows() []command {
	return []command{
		{words: []string{"aide", "help"}, harmless: true, answer: (*Answerer).help},
	}
}
