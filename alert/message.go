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

// Event is what a message tells.
type Event string

// The events.
const (
	Begin    Event = "begin"
	Reminder Event = "reminder" // the trouble lasts
	End      Event = "end"
	Test     Event = "test" // an operator tries the channels
)

// Message is one message about one trouble. Its JSON is what webhooks of the kind json
// and commands get.
type Message struct {
	Event Event `json:"event"`
	// Bot is the name of the bot's account; Host that of the machine.
	Bot  string `json:"bot"`
	Host string `json:"host"`
	health.TroubleValue
}

// Title returns the message in a few French words.
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

// Text returns the message in French, one paragraph and where it comes from.
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

// Channel is a way to the operators.
type Channel interface {
	// Name tells the channel in the log and in the test, in French.
	Name() string
	// Send delivers a message, within the time that ctx gives.
	Send(ctx context.Context, m Message) error
}

// Pinger is a Channel that is to hear regularly how the bot does.
type Pinger interface {
	// Ping reports the gravest trouble, or nil if the bot is well.
	Ping(ctx context.Context, gravest *Message) error
}

// sendWithin bounds the delivery of one message.
const sendWithin = 30 * time.Second

// TestMessage returns the message of a test.
func TestMessage(bot, host string, now time.Time) Message {
	return Message{Test, bot, host, health.TroubleValue{
		State: "test", Since: now.Format(time.RFC3339),
		Sentence: "Essai des alertes de Héraut : rien à faire, ce message montre seulement qu’elles arrivent",
	}}
}
