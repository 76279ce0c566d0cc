package relay

import (
	"context"
	"time"

	"heraut/chat"
)

// Store keeps relays, questions and what was carried. Its methods join the
// transaction of their context.
type Store interface {
	Relays
	Questions
	Messages
	Reactions
	People
}

// Relays keeps those that operators opened in rooms.
type Relays interface {
	Relays(ctx context.Context) ([]Relay, error)
	// SaveRelay stores r in place of the one with its name.
	SaveRelay(ctx context.Context, r Relay) error
	// RemoveRelay returns ErrNone when there is none with the name.
	RemoveRelay(ctx context.Context, name string) error
}

// Questions keeps the questions.
type Questions interface {
	// AddQuestion stores a new question and returns its number.
	AddQuestion(ctx context.Context, q Question) (int64, error)
	// SaveQuestion writes all of q but its number.
	SaveQuestion(ctx context.Context, q Question) error
	// Question returns ErrNone for a number that was never given.
	Question(ctx context.Context, number int64) (Question, error)
	// QuestionBy returns the question that a message asked, or ErrNone.
	QuestionBy(ctx context.Context, event chat.EventID) (Question, error)
	// QuestionsIn are those that are not closed with the room as their origin or
	// their experts', the oldest first.
	QuestionsIn(ctx context.Context, room chat.RoomID) ([]Question, error)
	// QuestionsOf are those that somebody asked and that are not closed, the
	// oldest first.
	QuestionsOf(ctx context.Context, asker chat.UserID) ([]Question, error)
	// DueQuestions are the proposed ones that go on by now, and NextDueQuestion when
	// the next does after now (zero: none).
	DueQuestions(ctx context.Context, now time.Time) ([]Question, error)
	NextDueQuestion(ctx context.Context, now time.Time) (time.Time, error)
	// Serving tells whether a question that is not closed concerns the room.
	Serving(ctx context.Context, room chat.RoomID) (bool, error)
}

// Messages keeps which message stands for which.
type Messages interface {
	// SaveMessage stores m in place of the one with the same post.
	SaveMessage(ctx context.Context, m Message) error
	// RemoveMessage forgets that a person's message is carried. ErrNone: it is not.
	RemoveMessage(ctx context.Context, event chat.EventID) error
	// MessageOf is the person's message with the given id, or the bot's post that
	// has become that event; ErrNone: it belongs to no question.
	MessageOf(ctx context.Context, event chat.EventID) (Message, error)
	// MessagesOf are those of a question, the oldest first.
	MessagesOf(ctx context.Context, question int64) ([]Message, error)
}

// Reactions keeps the emoji that people put on what was carried.
type Reactions interface {
	SaveReaction(ctx context.Context, r Reaction) error
	// RemoveReaction forgets and returns the reaction that was the event; ErrNone:
	// it was none.
	RemoveReaction(ctx context.Context, event chat.EventID) (Reaction, error)
	// SameReactions are those with the same emoji on the same target.
	SameReactions(ctx context.Context, target, key string) ([]Reaction, error)
}
