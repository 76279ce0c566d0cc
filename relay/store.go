package relay

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// Store is the interface of the database of relays, questions, and the records of their
// messages and reactions. Its methods join the transaction of their context.
type Store interface {
	// AfterCommit calls f once the transaction of ctx is committed; at once without one.
	AfterCommit(ctx context.Context, f func())
	Relays
	Questions
	Messages
	Reactions
	People
	FAQ
	Misses
}

// Relays is the part of Store for the relays that operators set up in the chat.
type Relays interface {
	Relays(ctx context.Context) ([]Relay, error)
	// SaveRelay stores r, in place of any relay with its name.
	SaveRelay(ctx context.Context, r Relay) error
	// RemoveRelay deletes the relay with the name, or returns chat.ErrNotFound.
	RemoveRelay(ctx context.Context, name string) error
}

// Questions is the part of Store for questions, which it finds by room, person, message
// or time.
type Questions interface {
	// AddQuestion stores a new question and returns its number.
	AddQuestion(ctx context.Context, q Question) (int64, error)
	// SaveQuestion writes all fields of q but its number.
	SaveQuestion(ctx context.Context, q Question) error
	// Question returns the question with the number, or chat.ErrNotFound.
	Question(ctx context.Context, number int64) (Question, error)
	// QuestionBy returns the question that a message asks, or chat.ErrNotFound.
	QuestionBy(ctx context.Context, event chat.EventID) (Question, error)
	// QuestionCalled returns the question that a command or a reaction made of another
	// message (Question.Call), or chat.ErrNotFound.
	QuestionCalled(ctx context.Context, call chat.EventID) (Question, error)
	// QuestionsIn returns the questions that are not closed and have the room as their
	// origin or their experts' room, oldest first.
	QuestionsIn(ctx context.Context, room chat.RoomID) ([]Question, error)
	// SubjectsIn is QuestionsIn for the questions whose Subject is not empty.
	SubjectsIn(ctx context.Context, room chat.RoomID) ([]Question, error)
	// AllQuestionsIn is QuestionsIn with those that are closed and still have their
	// text. AllQuestionsOf is the same for an asker.
	AllQuestionsIn(ctx context.Context, room chat.RoomID) ([]Question, error)
	AllQuestionsOf(ctx context.Context, asker chat.UserID) ([]Question, error)
	// QuestionsSince returns the questions asked since the given time, open or
	// closed, oldest first.
	QuestionsSince(ctx context.Context, since time.Time) ([]Question, error)
	// QuestionsOf returns the asker's questions that are not closed, oldest first.
	QuestionsOf(ctx context.Context, asker chat.UserID) ([]Question, error)
	// DueQuestions returns the proposed questions that are due by now, NextDueQuestion
	// when the next one is due after now (zero: none).
	DueQuestions(ctx context.Context, now time.Time) ([]Question, error)
	NextDueQuestion(ctx context.Context, now time.Time) (time.Time, error)
	// AssignedBefore returns the questions that wait for a colleague who was asked before
	// t (Question.Assign).
	AssignedBefore(ctx context.Context, t time.Time) ([]Question, error)
	// Serving reports whether a question that is not closed concerns the room.
	Serving(ctx context.Context, room chat.RoomID) (bool, error)
}

// Messages is the part of Store for the records of messages that belong to questions,
// with the bot's copies of them.
type Messages interface {
	// SaveMessage stores m, in place of any message with the same post.
	SaveMessage(ctx context.Context, m Message) error
	// RemoveMessage deletes the person's message with that event, or returns chat.ErrNotFound.
	RemoveMessage(ctx context.Context, event chat.EventID) error
	// MessageOf returns the person's message with that event, or the message whose
	// post became that event; chat.ErrNotFound: the event belongs to no question.
	MessageOf(ctx context.Context, event chat.EventID) (Message, error)
	// RevisedAt returns when a person made the last edit of a message of the room, among
	// those that the bot has handled; zero: none. deleted is true, and the time of no use,
	// if a deletion was handled.
	RevisedAt(ctx context.Context, room chat.RoomID, event chat.EventID) (at time.Time, deleted bool, err error)
	// MessagesOf returns a question's messages, oldest first.
	MessagesOf(ctx context.Context, question int64) ([]Message, error)
	// PostByKey returns a post in the outbox, or chat.ErrNotFound.
	PostByKey(ctx context.Context, key chat.PostKey) (queue.Row, error)
	// SharedOf returns the records whose Source is the answer, oldest first.
	SharedOf(ctx context.Context, answer chat.EventID) ([]Message, error)
}

// Reactions is the part of Store for the reactions that the bot repeats on the copies
// of messages.
type Reactions interface {
	SaveReaction(ctx context.Context, r Reaction) error
	// RemoveReaction deletes and returns the reaction with that event, or returns
	// chat.ErrNotFound.
	RemoveReaction(ctx context.Context, event chat.EventID) (Reaction, error)
	// SameReactions returns the reactions with that emoji on that target.
	SameReactions(ctx context.Context, target, key string) ([]Reaction, error)
}
