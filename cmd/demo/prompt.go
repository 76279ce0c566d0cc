package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"heraut/testkit"
)

// answerWithin is how long the prompt waits for the bot's answer to a message.
const answerWithin = 10 * time.Second

var errBotEnded = errors.New("le robot s’est arrêté")

// prompt is the dialogue with the person: it sends typed lines and shows the room's
// messages. From a pipe it reads the next line once the bot has answered the previous
// one, or after a time limit; at a terminal it reads and shows at the same time.
type prompt struct {
	*console
	stage          *stage
	public, direct *room
	room           *room // the person's current room

	awaited string           // the message whose answer the prompt awaits; empty for none
	late    <-chan time.Time // fires when the answer has not come in time
}

func newPrompt(s *stage, c *console) *prompt {
	bot := s.botAccount.UserID.String()
	p := &prompt{
		console: c, stage: s,
		public: newRoom(s.public, roomName, "salon public", bot),
		direct: newRoom(s.direct, botName, directKind, bot),
	}
	p.room = p.public
	return p
}

// run reads and handles typed lines until the input ends or the person quits; then it
// returns nil. A refusal by the homeserver only gives a note. The error means that ctx
// ended, that the bot's program ended, or that the output cannot be written.
func (p *prompt) run(ctx context.Context) error {
	if p.interactive() {
		p.introduce()
	}
	typed := p.lines()
	for {
		news, changed := p.room.view.News()
		if err := p.show(news); err != nil {
			return err
		}
		lines := typed
		if p.awaited != "" && !p.interactive() {
			lines = nil
		}
		select {
		case line, more := <-lines:
			if !more {
				return nil
			}
			switch err := p.enter(ctx, line); {
			case errors.Is(err, errQuit):
				return nil
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil: // the homeserver's error; the next line may succeed
				p.note("Refusé par le serveur : %v", err)
			}
		case <-changed:
		case <-p.late:
			p.silence()
		case <-p.stage.bot.Done():
			return p.stage.withLog(errBotEnded)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// await sets p.awaited and p.late: from now on, the person waits for the bot's answer
// to the message with the id about, for at most answerWithin. If about is empty, the
// person waits for no answer.
func (p *prompt) await(about string) {
	p.awaited, p.late = about, nil
	if about != "" {
		p.late = time.After(answerWithin)
	}
}

// silence ends the wait for an answer, and writes a note that the bot did not answer in
// time.
func (p *prompt) silence() {
	p.await("")
	if p.room == p.public {
		p.note("Pas de réponse en %.0f s : dans un salon, le robot ne répond qu’à ses commandes, comme !aide.", answerWithin.Seconds())
	} else {
		p.note("Pas de réponse en %.0f s.", answerWithin.Seconds())
	}
}

// show writes the given new messages, edits, deletions and reactions of the room; from
// a pipe, only the bot's answers, with their edits and deletions. It records all in
// p.room, and ends the wait if one of them is the awaited answer. The error means that
// the output cannot be written.
func (p *prompt) show(news []testkit.Act) error {
	for _, act := range news {
		header, about := p.room.take(act)
		answers := act.Sender == p.room.bot && about != ""
		if answers || p.interactive() {
			if err := p.write(act, header); err != nil {
				return fmt.Errorf("show an answer: %w", err)
			}
		}
		if answers && about == p.awaited {
			p.await("")
		}
	}
	return nil
}

// write writes one message, edit, deletion or reaction under its header, followed by a
// blank line. If the person's lines come from a pipe, a new answer has no header, and
// the text has no style. The error means that the output cannot be written.
func (p *prompt) write(act testkit.Act, header string) error {
	var text string
	switch {
	case p.interactive():
		markup := act.HTML
		if markup == "" {
			markup = strings.ReplaceAll(html.EscapeString(act.Body), "\n", "<br>")
		}
		width := p.width()
		text = render("<strong>"+html.EscapeString(header)+"</strong>", "", width) + render(markup, "  ", width)
	case act.Edits != "" || act.Body == "":
		text = header + "\n" + visible(act.Body)
	default: // an answer: the room is clear
		text = visible(act.Body)
	}
	_, err := fmt.Fprintf(p.answers, "%s\n\n", strings.TrimRight(text, "\n"))
	return err
}

// note writes a text that is no answer of the bot to p.notes, formatted as by
// fmt.Sprintf, and ends its line. At a terminal it wraps the text to the width and adds
// an empty line.
func (p *prompt) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.interactive() {
		text = wrap(text, p.width()) + "\n"
	}
	fmt.Fprintln(p.notes, text)
}

// introduce sets the first prompt and writes what the person can do: the room they are
// in, commands to try, and how to join with another Matrix client. It needs a terminal.
func (p *prompt) introduce() {
	p.prompt(p.room.prompt())
	s := p.stage
	p.note(`
Vous êtes %s, dans le salon public « %s ». Essayez par exemple :
  !sill gimp                        une fiche
  !sill remplace google docs        une liste, puis un numéro pour choisir
  !veille                           ce qui est annoncé ici, bientôt un dépôt
  !aide                             ce que le robot sait faire
  /direct et /salon                 vers le message direct chiffré, et retour
  /aide                             ce qui se tape ici ; /quitter ou Ctrl-D arrête tout

Pour ouvrir les mêmes salons sur cette machine, dans Element Desktop ou https://app.element.io :
  serveur               %s (lien « Modifier » à côté du serveur d’accueil)
  identifiant           %s
  mot de passe          %s
  clé de récupération   %s
  salon public          %s
Le journal du robot : %s`, personName, roomName, s.server.URL, personLogin, password, s.person.RecoveryKey, publicAlias, s.bot.LogFile)
}
