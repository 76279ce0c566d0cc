package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// errQuit is the error of the quit command; the prompt's run then ends without an
// error.
var errQuit = errors.New("quit")

// command is one thing that the person can ask of the demonstration itself, such as
// /quitter: a typed line with a slash, the name and an argument, which is not sent to
// the bot. An empty argument means that the command takes none.
type command struct {
	name, argument, help string
	run                  func(ctx context.Context, p *prompt, text string) error
}

func commands() []command {
	return []command{
		{"direct", "", "passer au message direct avec le robot, chiffré", toDirect},
		{"salon", "", "revenir au salon public", toPublic},
		{"fil", "TEXTE", "répondre dans le fil de votre dernier message", inThread},
		{"modifier", "TEXTE", "modifier votre dernier message", edit},
		{"supprimer", "", "supprimer votre dernier message", remove},
		{"reagir", "EMOJI", "réagir à la dernière réponse ; /reagir 2 met 2️⃣", react},
		{"aide", "", "ce qui se tape ici", help},
		{"quitter", "", "tout arrêter (ou Ctrl-D)", func(context.Context, *prompt, string) error { return errQuit }},
	}
}

// enter runs a line that begins with a slash as a command, whose name may be in upper
// or lower case, and sends any other line as a message to the current room. An unknown
// command, or one with a missing or needless argument, only gives a note. The error is
// errQuit after the quit command; any other comes from the homeserver.
func (p *prompt) enter(ctx context.Context, line string) error {
	word, isCommand := strings.CutPrefix(line, "/")
	if !isCommand {
		return p.say(ctx, line, "")
	}
	word, text, _ := strings.Cut(word, " ")
	text = strings.TrimSpace(text)
	for _, c := range commands() {
		if c.name != strings.ToLower(word) {
			continue
		}
		if (text == "") != (c.argument == "") {
			p.note("%s", strings.TrimRight("À taper ainsi : /"+c.name+" "+c.argument, " "))
			return nil
		}
		return c.run(ctx, p, text)
	}
	p.note("/%s ne se tape pas ici ; /aide dit ce qui se tape.", word)
	return nil
}

func (p *prompt) say(ctx context.Context, text, thread string) error {
	id, err := p.room.view.Say(ctx, text, thread)
	if err != nil {
		return err
	}
	p.room.wrote(id, text, thread)
	p.await(id)
	return nil
}

func toDirect(_ context.Context, p *prompt, _ string) error {
	p.enterRoom(p.direct)
	return nil
}

func toPublic(_ context.Context, p *prompt, _ string) error {
	p.enterRoom(p.public)
	return nil
}

func (p *prompt) enterRoom(r *room) {
	p.room = r
	p.await("")
	p.prompt(r.prompt())
	if r == p.direct {
		p.note("Message direct avec %s, chiffré : le « ! » y est facultatif.", botName)
	} else {
		p.note("Salon public « %s ».", r.name)
	}
}

func inThread(ctx context.Context, p *prompt, text string) error {
	if p.room.said == "" {
		return p.nothingSaid()
	}
	return p.say(ctx, text, p.room.thread)
}

func edit(ctx context.Context, p *prompt, text string) error {
	if p.room.said == "" {
		return p.nothingSaid()
	}
	if err := p.room.view.Edit(ctx, p.room.said, text); err != nil {
		return err
	}
	p.room.texts[p.room.said] = excerpt(text)
	p.await(p.room.said)
	return nil
}

func remove(ctx context.Context, p *prompt, _ string) error {
	if p.room.said == "" {
		return p.nothingSaid()
	}
	if err := p.room.view.Delete(ctx, p.room.said); err != nil {
		return err
	}
	p.await(p.room.said)
	p.room.said = ""
	return nil
}

func (p *prompt) nothingSaid() error {
	p.note("Aucun message de vous à reprendre dans ce salon.")
	return nil
}

func react(ctx context.Context, p *prompt, emoji string) error {
	if p.room.answer == "" {
		p.note("Aucune réponse à laquelle réagir dans ce salon.")
		return nil
	}
	if utf8.RuneCountInString(emoji) == 1 && emoji >= "0" && emoji <= "9" {
		emoji += "\uFE0F\u20E3" // the keycap emoji of that digit
	}
	if err := p.room.view.React(ctx, p.room.answer, emoji); err != nil {
		return err
	}
	p.room.asked = p.room.answer
	p.await(p.room.answer)
	return nil
}

func help(_ context.Context, p *prompt, _ string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%-18s%s\n", "!aide", "ce que le robot sait faire")
	for _, c := range commands() {
		fmt.Fprintf(&text, "%-18s%s\n", "/"+c.name+" "+c.argument, c.help)
	}
	p.note("%s", strings.TrimRight(text.String(), "\n"))
	return nil
}
