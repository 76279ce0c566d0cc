package commands

import (
	"slices"
	"strings"
	"sync"

	"heraut/howto"
	"heraut/locale"
)

// guide is the data of the message with an answer about the services themselves.
type guide struct {
	howto.Entry
	// Parts is the answer, cut where a command begins or ends.
	Parts []guidePart
}

// guidePart is a part of an answer: text, or a command with the room's prefix.
type guidePart struct {
	Text string
	Code bool
}

// howTo returns the answer of the guide (package howto) to a question about the State's
// services for free software, such as where to ask for help, and true. It returns false
// if no language has an answer to the line, if the line may speak of the bot rather
// than to it (Casual), or if the line is a command other than «sill», which also stands
// for a line without a command. The error is one of reading a guide or of rendering.
func (a *Answerer) howTo(r request) (Answer, bool, error) {
	if r.Casual || !r.command.searches {
		return Answer{}, false, nil
	}
	for _, lang := range languages(r.Lang) {
		book, err := a.guides.of(lang, a.about.HowTo)
		if err != nil {
			return Answer{}, false, err
		}
		if entry, found := book.Find(r.args); found {
			r.Lang = lang
			answer, err := a.message(r, "howto", guide{entry, parts(entry.Answer, r.Prefix)})
			answer.lang = lang
			return answer, true, err
		}
	}
	return Answer{}, false, nil
}

// guides is a cache of the answers about the services, by language, each read when it
// is first needed. The zero value is ready. It is safe for concurrent use.
type guides struct{ books sync.Map }

// of returns the answers in a language: the operators' own ones, those in replaced, or
// else those of the language's folder, which it reads once and keeps. The error is that
// of reading them.
func (g *guides) of(lang string, replaced map[string]howto.Book) (howto.Book, error) {
	if book, ok := replaced[lang]; ok {
		return book, nil
	}
	if book, ok := g.books.Load(lang); ok {
		return book.(howto.Book), nil
	}
	book, err := howto.Default(lang)
	if err == nil {
		g.books.Store(lang, book)
	}
	return book, err
}

// languages returns all languages in force in the order in which a question is looked
// up: room, the room's language, and its fallbacks first, since people also ask in
// another one.
func languages(room string) []string {
	first := locale.Fallbacks(room)
	for _, lang := range locale.Languages() {
		if !slices.Contains(first, lang) {
			first = append(first, lang)
		}
	}
	return first
}

// parts splits an answer at its backquotes: the text between two backquotes is code. If
// the code is a command, prefix, the room's prefix, replaces the "!" at its start.
// Empty parts are left out.
func parts(answer, prefix string) (all []guidePart) {
	for i, text := range strings.Split(answer, "`") {
		code := i%2 == 1
		if rest, isCommand := strings.CutPrefix(text, "!"); code && isCommand {
			text = prefix + rest
		}
		if text != "" {
			all = append(all, guidePart{text, code})
		}
	}
	return all
}
