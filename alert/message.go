// Package alert tells operators about troubles by mail, by webhook or by a command,
// since an account in trouble cannot use Matrix. Each channel reports the beginning of
// a trouble, its end, and once a day that it lasts.
package alert

import (
	"context"
	"strings"
	"time"

	"heraut/health"
)

// Event is the reason for a message about a trouble: its beginning, a daily reminder
// that it lasts, its end, or a test without trouble.
type Event string

// The events.
const (
	Begin    Event = "begin"
	Reminder Event = "reminder" // the trouble lasts
	End      Event = "end"
	Test     Event = "test" // an operator tries the channels
)

// Message is one message about one trouble. Commands and webhooks of the kind json
// receive it encoded as JSON.
type Message struct {
	Event Event `json:"event"`
	// Bot is the name of the bot's account; Host that of the machine.
	Bot  string `json:"bot"`
	Host string `json:"host"`
	health.TroubleValue
}

// Title returns a few French words for a subject line: the trouble, after «Dure encore»
// in a reminder and «Fini» at its end.
func (m Message) Title() string {
	what, _, _ := strings.Cut(m.Sentence, " : ")
	switch m.Event {
	case End:
		return "Fini : " + what
	case Reminder:
		return "Dure encore : " + what
	}
	return what
}

// Text returns the message as plain text in French: a sentence about the trouble, or
// about its end, then a line that names the bot's account and the machine. A reminder
// begins with words that say that the trouble still lasts.
func (m Message) Text() string {
	text := m.Sentence
	switch m.Event {
	case Reminder:
		text = "Cela dure encore. " + text
	case End:
		text = "C’est fini. " + m.Ended() + "."
	}
	return text + "\n\n" + m.Bot + ", sur " + m.Host
}

// Ended returns the French sentence that says that the trouble is over.
func (m Message) Ended() string { return health.Ended(m.State) }

// Channel is one way to send messages to the operators, such as by mail.
type Channel interface {
	// Name returns the channel's name for the log and for «bot alert test», in French.
	Name() string
	// Send delivers a message, before ctx ends. An error means that the message may not
	// have arrived.
	Send(ctx context.Context, m Message) error
}

// A Pinger is a Channel that also reports, every few minutes, whether the bot works, so
// that the service on the other side notices when the reports stop.
type Pinger interface {
	// Ping reports the gravest trouble, or that the bot is well if gravest is nil. An
	// error means that the report may not have arrived.
	Ping(ctx context.Context, gravest *Message) error
}

// sendWithin bounds the delivery of one message.
const sendWithin = 30 * time.Second

// TestMessage returns a message by which operators try a channel; its text says that
// there is nothing to do. bot is the bot's account, host the machine, and now the time
// of the message.
func TestMessage(bot, host string, now time.Time) Message {
	return Message{Test, bot, host, health.TroubleValue{
		State: "test", Since: now.Format(time.RFC3339),
		Sentence: "Essai des alertes de Héraut : rien à faire, ce message montre seulement qu’elles arrivent",
	}}
}
