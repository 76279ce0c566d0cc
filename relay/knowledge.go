package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"heraut/chat"
)

// ErrNoAnswer reports that a message is not an answer to a question of the room's
// experts.
var ErrNoAnswer = errors.New("not an answer to a question of this room")

// Knowledge searches answered questions and entries of the FAQ. It shows a question
// only in the room where it was asked and, if that room is public, in rooms with no
// further readers. It shows an entry in the rooms for which an expert chose it.
type Knowledge struct {
	Store KnowledgeStore
	// Readers returns who may read a room, or chat.ErrNotFound if the room is not known.
	Readers func(ctx context.Context, room chat.RoomID) (chat.Readers, error)
}

// KnowledgeStore is the interface of the database of questions, their messages and the
// FAQ, which finds them by words.
type KnowledgeStore interface {
	Library
	FAQ
	Messages
	// Question returns the question with the number, or chat.ErrNotFound.
	Question(ctx context.Context, number int64) (Question, error)
}

// Suggest returns the known questions that resemble a text and may be shown in a room,
// best first, at most 3; nil if there are none.
func (k *Knowledge) Suggest(ctx context.Context, room chat.RoomID, text string) ([]Known, error) {
	return k.similar(ctx, room, text, func(Known) bool { return true })
}

// Search returns the FAQ entries that resemble a text and may be shown in a room, best
// first, at most 3; nil if there are none.
func (k *Knowledge) Search(ctx context.Context, room chat.RoomID, text string) ([]Known, error) {
	return k.similar(ctx, room, text, func(known Known) bool { return known.Kept })
}

func (k *Knowledge) similar(ctx context.Context, room chat.RoomID, text string, wanted func(Known) bool) ([]Known, error) {
	readers, err := k.Readers(ctx, room)
	if _, err := has(err); err != nil {
		return nil, err
	}
	asking := readers.Most
	origins := map[chat.RoomID]chat.Audience{}
	var failed error
	found, err := Similar(ctx, k.Store, text, func(known Known) bool {
		if !wanted(known) || failed != nil {
			return false
		}
		switch {
		case known.Kept:
			return asking.Beyond(known.Audience).None()
		case known.Origin == room:
			return true // it was asked here
		}
		origin, seen := origins[known.Origin]
		if !seen {
			origin, failed = k.narrowed(ctx, chat.Everybody, known.Origin)
			origins[known.Origin] = origin
		}
		// Members of one private room may not enter another: only an expert may
		// decide, by keeping an answer, that similar rooms read it.
		who := known.Audience.Both(origin)
		return who.Public && asking.Beyond(who).None()
	})
	return found, errors.Join(err, failed)
}

// narrowed returns the intersection of the audience a with the readers that a room
// certainly has. If the bot knows nothing of the room, it returns a itself, without an
// error. The error is that of looking up the readers.
func (k *Knowledge) narrowed(ctx context.Context, a chat.Audience, room chat.RoomID) (chat.Audience, error) {
	other, err := k.Readers(ctx, room)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return a, nil
	case err != nil:
		return chat.Audience{}, fmt.Errorf("look up who reads a room: %w", err)
	}
	return a.Both(other.Least), nil
}

// Answer returns the expert's answer that a command in room means: the message replyTo
// or, if that is empty, the only answer in thread, whose root shows the question to the
// experts. Only an answer that was written in room, was carried to the asker and still
// has its text counts. The error is ErrNoAnswer if there is none, or if the thread has
// several.
func (k *Knowledge) Answer(ctx context.Context, room chat.RoomID, replyTo, thread chat.EventID) (Message, error) {
	if replyTo != "" {
		m, err := k.Store.MessageOf(ctx, replyTo)
		if errors.Is(err, chat.ErrNotFound) || err == nil && !isAnswerIn(m, room) {
			return Message{}, ErrNoAnswer
		}
		return m, err
	}
	root, err := k.Store.MessageOf(ctx, thread)
	if errors.Is(err, chat.ErrNotFound) || err == nil && root.Role != RoleRoot {
		return Message{}, ErrNoAnswer
	}
	if err != nil {
		return Message{}, err
	}
	return k.OnlyAnswer(ctx, room, root.Question)
}

// OnlyAnswer returns the only answer to the question with that number which Answer may
// return for a command in room. The error is ErrNoAnswer if there is none, or if there
// are several.
func (k *Knowledge) OnlyAnswer(ctx context.Context, room chat.RoomID, question int64) (Message, error) {
	all, err := k.Store.MessagesOf(ctx, question)
	if err != nil {
		return Message{}, err
	}
	var answers []Message
	for _, m := range all {
		if isAnswerIn(m, room) {
			answers = append(answers, m)
		}
	}
	if len(answers) != 1 {
		return Message{}, ErrNoAnswer
	}
	return answers[0], nil
}

func isAnswerIn(m Message, room chat.RoomID) bool {
	return m.Role == RoleAnswer && m.Carried() && m.From == room && m.Text != ""
}

// Entry makes an entry for the FAQ, for the caller to store, from an answer and its
// question, without the names of the expert in charge and of those who asked the
// question or one that repeats it; now is the entry's date. If forAll is true, all
// rooms may see the entry. If not, only rooms may whose readers could have read the
// question and the answer in the room where the question was asked. The error is
// ErrNoAnswer if the question's text is erased, and chat.ErrNotFound if the question is
// deleted.
func (k *Knowledge) Entry(ctx context.Context, answer Message, forAll bool, now time.Time) (Entry, error) {
	q, err := k.Store.Question(ctx, answer.Question)
	if err != nil {
		return Entry{}, err
	}
	if q.Text == "" {
		return Entry{}, ErrNoAnswer
	}
	names, err := askersGiven(ctx, k.Store, q, answer, "")
	if err != nil {
		return Entry{}, err
	}
	names = append(names, q.ClaimerName)
	unnamed := func(text string) string { return withoutNames(text, names...) }
	e := Entry{Question: unnamed(q.Text), Answer: unnamed(answer.Text), Audience: chat.Everybody, KeptAt: now, Event: answer.Event}
	if forAll {
		return e, nil
	}
	e.Audience, err = k.narrowed(ctx, q.ShownAudience, q.Origin)
	return e, err
}

// WithoutIDs returns the text with each user id replaced by an ellipsis.
func WithoutIDs(text string) string { return userID.ReplaceAllString(text, "…") }

// withoutNames returns the text with user ids and the given names replaced by an
// ellipsis, wherever they stand in the same case. Names of one or two characters, and
// other ways of naming people, stay.
func withoutNames(text string, names ...string) string {
	text = WithoutIDs(text)
	for _, name := range names {
		if name = PersonName(name); utf8.RuneCountInString(name) > 2 {
			text = strings.ReplaceAll(text, name, "…")
		}
	}
	return text
}
