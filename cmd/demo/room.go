package main

import (
	"strings"

	"heraut/testkit"
)

// directKind is the kind of the direct message with the bot.
const directKind = "message direct"

// room is a conversation with the bot and the messages that the prompt has seen in it.
type room struct {
	view *testkit.Conversation
	name string
	kind string // the kind of room, for the prompt
	bot  string // the bot's user id

	said   string            // the person's last message that still stands
	asked  string            // that message, or the answer that the person reacted to since
	thread string            // the root of that message's thread, existing or possible
	answer string            // the bot's last answer that still stands
	texts  map[string]string // the beginning of each message
	about  map[string]string // for each answer, the message that it answers
}

func newRoom(view *testkit.Conversation, name, kind, bot string) *room {
	return &room{view: view, name: name, kind: kind, bot: bot, texts: map[string]string{}, about: map[string]string{}}
}

// prompt returns the text that precedes the typed line in the room.
func (r *room) prompt() string { return r.name + " (" + r.kind + ") › " }

// wrote records in r the id, the text and the thread of a message that the person sent,
// so that answers to it can be recognised. An empty thread means that the message can
// begin one.
func (r *room) wrote(id, text, thread string) {
	r.said, r.asked, r.thread, r.texts[id] = id, id, thread, excerpt(text)
	if thread == "" {
		r.thread = id
	}
}

// take records an act (a message, an edit, a deletion or a reaction) in r. It returns a
// French header that says who did what, and about, the id of the message that the act
// answers. For the edit or the deletion of an answer, about is the id of the message
// that this answer was about; it is empty for a reaction, and if the act answers
// nothing.
func (r *room) take(act testkit.Act) (header, about string) {
	who := personName // from another device: the screen already shows the lines typed here
	if act.Sender == r.bot {
		who = botName
	}
	switch {
	case act.Deletes != "":
		about = r.about[act.Deletes]
		if r.answer == act.Deletes {
			r.answer = ""
		}
		return who + " a supprimé " + r.which(act.Deletes) + ".", about
	case act.ReactsTo != "":
		return who + " réagit par " + visible(act.Reaction) + " à " + r.quoted(act.ReactsTo) + ".", ""
	case act.Edits != "":
		r.texts[act.Edits] = excerpt(act.Body)
		return who + " a modifié " + r.which(act.Edits) + " :", r.about[act.Edits]
	}
	r.texts[act.ID] = excerpt(act.Body)
	about = act.ReplyTo
	if r.kind == directKind && act.Sender == r.bot && about == "" && act.Notice {
		about = r.asked // an answer in a direct message quotes nothing
	}
	latest := r.answer
	if act.Sender == r.bot {
		r.about[act.ID] = about
		if about != "" { // a message that the bot sends unasked is no answer to react to
			r.answer = act.ID
		}
		if !act.Notice {
			who += " (avec sonnerie)"
		}
	}
	switch {
	case act.Thread != "":
		who += ", dans le fil de " + r.quoted(act.Thread)
	case about != "" && about != r.said && about != latest:
		who += ", en réponse à " + r.quoted(about)
	}
	return who + " :", about
}

// which returns French words for the message with that id, which an edit or a deletion
// concerns: it quotes its beginning or, for an answer of the bot, that of the message
// answered.
func (r *room) which(id string) string {
	if about := r.about[id]; about != "" {
		return "sa réponse à " + r.quoted(about)
	}
	return r.quoted(id)
}

func (r *room) quoted(id string) string {
	if text := r.texts[id]; text != "" {
		return "« " + text + " »"
	}
	return "un message plus ancien"
}

// excerpt returns the beginning of text, at most 40 characters of its first line, with
// an ellipsis after a longer one. It replaces French quotation marks, since the caller
// puts the result between some.
func excerpt(text string) string {
	const most = 40
	line, _, _ := strings.Cut(visible(text), "\n")
	line = strings.NewReplacer("«\u202f", "“", "\u202f»", "”", "«", "“", "»", "”").Replace(line) // the caller quotes it
	if runes := []rune(line); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return line
}
