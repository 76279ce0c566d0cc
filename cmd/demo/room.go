package main

import (
	"strings"

	"heraut/testkit"
)

// room is a conversation and what one has to remember of it.
type room struct {
	view *testkit.Conversation
	name string
	kind string // for the prompt: what room it is
	bot  string // the bot's user id

	said   string            // the person's last message, as long as it stands
	thread string            // the root of the thread that it is in or may begin
	answer string            // the bot's last message, as long as it stands
	texts  map[string]string // the beginning of each message
	about  map[string]string // for each answer, the message that it answers
}

func newRoom(view *testkit.Conversation, name, kind, bot string) *room {
	return &room{view: view, name: name, kind: kind, bot: bot, texts: map[string]string{}, about: map[string]string{}}
}

// prompt is what stands before what is typed in the room.
func (r *room) prompt() string { return r.name + " (" + r.kind + ") › " }

// wrote remembers a message of the person.
func (r *room) wrote(id, text, thread string) {
	r.said, r.thread, r.texts[id] = id, thread, excerpt(text)
	if thread == "" {
		r.thread = id
	}
}

// take remembers what was done and says who did what. about is the message that
// it answers, or that the answer which it changes is about; empty for all else.
func (r *room) take(act testkit.Act) (header, about string) {
	who := personName // from another device: what is typed here is on the screen
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
	latest := r.answer
	if act.Sender == r.bot {
		r.about[act.ID] = about
		if about != "" { // what the bot says by itself is no answer to react to
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

// which names a message that was changed.
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

// excerpt is the beginning of a text.
func excerpt(text string) string {
	const most = 40
	line, _, _ := strings.Cut(visible(text), "\n")
	line = strings.NewReplacer("«\u202f", "“", "\u202f»", "”", "«", "“", "»", "”").Replace(line) // it will be quoted
	if runes := []rune(line); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return line
}
