// Package commands is what people may ask, and the answers: one table is
// dispatch, help and documentation.
package commands

import (
	"cmp"
	"context"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
	"heraut/rooms"
)

// Handler answers what is said in rooms. It may be used by several goroutines,
// if they hand it the events of one room in order.
type Handler struct {
	answerer *Answerer
	rooms    *rooms.Book
	choices  Choices
	persons  *limiter
	inRoom   *limiter
	moves    []Move

	operators *rooms.Operators
}

// NewHandler returns a Handler for the rooms that book knows.
func NewHandler(a *Answerer, book *rooms.Book, choices Choices, limits Limits) *Handler {
	return &Handler{answerer: a, rooms: book, choices: choices, persons: newLimiter(limits.Person), inRoom: newLimiter(limits.Room)}
}

// Handle implements queue.Handler.
func (h *Handler) Handle(ctx context.Context, e chat.Event) (queue.Result, error) {
	switch {
	case e.Message != nil:
		return h.message(ctx, e)
	case e.Reaction != nil:
		return h.reaction(ctx, e)
	case e.Redaction != nil:
		// The queue deletes the answers; a list among them is no more.
		forget := both(h.save(Choice{Cause: e.Cause(), Room: e.Room}), h.awaits(e, ""))
		if desk := h.answerer.relay; desk != nil {
			forget = both(forget, desk.Deleted(e))
		}
		return queue.Result{Change: forget}, nil
	case e.Left != nil && h.answerer.relay != nil:
		return queue.Result{Change: h.answerer.relay.Left(e)}, nil
	case e.Joined != nil:
		return h.joined(e)
	case e.Unreadable != nil:
		return h.say(e, "unreadable")
	case e.Moved != nil:
		return h.moved(e), nil
	case e.Promoted != nil:
		return h.inform(ctx, "promoted", e.Promoted)
	case e.Notice != nil:
		return h.inform(ctx, "server-notice", noticeOf(e.Notice.Body))
	}
	return queue.Result{}, nil
}

// say is what the bot says by itself: what it is, to a room that it joined; that
// a message cannot be read.
func (h *Handler) say(e chat.Event, template string) (queue.Result, error) {
	s := h.rooms.Of(e.Room)
	html, err := locale.Render(s.Language, template, struct{ Prefix string }{s.Prefix})
	if err != nil {
		return queue.Result{}, err
	}
	return queue.Result{Posts: []chat.Post{{Room: e.Room, Priority: chat.Answer, HTML: html, Lang: s.Language}}}, nil
}

// Apologise is what is said of an event that could not be handled, if somebody
// waits for an answer to it (queue.Config.Apology).
func (h *Handler) Apologise(e chat.Event) []chat.Post {
	if e.Message == nil || e.Late || e.Message.Edits != "" {
		return nil
	}
	line := h.line(e)
	rest, prefixed := strings.CutPrefix(firstLine(typed(line.Text, line.Prefix, line.Direct)), line.Prefix)
	if c, _ := h.answerer.find(strings.TrimSpace(rest)); !line.Direct && (c == nil || !prefixed) {
		return nil
	}
	html, err := locale.Render(line.Lang, "failed", h.answerer.about)
	if err != nil {
		return nil // it is in the log why there is no answer
	}
	return h.posts(e, e.Cause(), e.Message.Thread, Answer{HTML: html})
}

// message answers a command or a choice, and ends the right of its sender to
// choose with a number alone.
func (h *Handler) message(ctx context.Context, e chat.Event) (queue.Result, error) {
	line := h.line(e)
	r, isCommand := h.answerer.parse(line)
	isCommand = isCommand && e.Message.File == nil // a caption is no command
	if e.Late || e.Message.File != nil {
		// Nobody waits for an answer any more, but for those of people.
		result, done, err := h.carry(ctx, e, r.command, isCommand)
		if done || err != nil {
			return result, err
		}
		return h.late(ctx, e, line, isCommand && r.command.carries())
	}
	before, err := h.listBefore(ctx, e)
	if err != nil {
		return queue.Result{}, err
	}
	var changes []Choice
	if before.Next == "" && before.IDs != nil {
		before.Next = e.Cause()
		changes = append(changes, before)
	}
	picked, from, isPicked, err := h.pick(ctx, e, line, before)
	if err != nil {
		return queue.Result{}, err
	}
	if from.IDs != nil && (from.Next != e.Cause() || from.Cause == e.Cause()) {
		picked.again = &from
	}
	if !isPicked && h.answerer.admin.Confirmations != nil && e.Message.Edits == "" && confirms(line) {
		if picked, isPicked, err = h.confirmed(ctx, e, line); err != nil {
			return queue.Result{}, err
		}
	}
	if isPicked {
		return h.give(e, line, picked, changes)
	}
	if result, done, err := h.carry(ctx, e, r.command, isCommand); done || err != nil {
		result.Change = both(h.save(changes...), result.Change)
		return result, err
	}
	return h.answer(ctx, e, line, changes)
}

// late follows what comes late and is not carried: commands of the relay, and
// edits of what was a question, or a part of one.
func (h *Handler) late(ctx context.Context, e chat.Event, line Line, follow bool) (result queue.Result, err error) {
	desk, carried := h.answerer.relay, false
	if desk != nil && e.Message.Edits != "" {
		if carried, _, err = desk.Keep(ctx, e); err != nil {
			return queue.Result{}, err
		}
		result.Change = desk.Dropped(e)
	}
	if follow {
		result, err = h.answer(ctx, e, line, nil)
	}
	result.Withdraw = carried
	return result, err
}

// carry has what is no command carried, if it belongs to a question, or what is
// to be carried without a name.
func (h *Handler) carry(ctx context.Context, e chat.Event, c *command, isCommand bool) (queue.Result, bool, error) {
	if h.answerer.relay == nil {
		return queue.Result{}, false, nil
	}
	nameless := false
	if isCommand {
		if c.words[0] != "anonyme" {
			return queue.Result{}, false, nil
		}
		e.Message, nameless = withoutName(*e.Message, h.rooms.Of(e.Room).Prefix), true
		if e.Message.Body == "" {
			return queue.Result{}, false, nil
		}
	}
	return h.answerer.relay.Carry(ctx, e, nameless)
}

// answer answers a line that is neither a choice nor carried.
func (h *Handler) answer(ctx context.Context, e chat.Event, line Line, changes []Choice) (queue.Result, error) {
	answer, err := h.answerer.Answer(ctx, line)
	if err != nil {
		return queue.Result{}, err
	}
	if h.answerer.relay != nil && answer.Command != "question" {
		kept, err := h.keep(ctx, e)
		if err != nil {
			return queue.Result{}, err
		}
		// It holds even if the limits leave no answer.
		result, err := h.give(e, line, answer, changes)
		result.Change = both(kept, result.Change)
		return result, err
	}
	return h.give(e, line, answer, changes)
}

// keep is the change that has a command no part of a question: also one that was
// until it was edited, or that will be.
func (h *Handler) keep(ctx context.Context, e chat.Event) (func(context.Context) error, error) {
	if e.Message.Edits != "" {
		return h.answerer.relay.Dropped(e), nil
	}
	_, change, err := h.answerer.relay.Keep(ctx, e)
	return change, err
}

// give is the result of an answer, within the limits.
func (h *Handler) give(e chat.Event, line Line, answer Answer, changes []Choice) (_ queue.Result, err error) {
	if answer.HTML != "" || answer.change != nil && e.Message.Edits == "" {
		if answer, err = h.limit(e, line, answer); err != nil {
			return queue.Result{}, err
		}
	}
	switch {
	case answer.again != nil:
		changes = append(changes, choiceAgain(e, *answer.again))
	case answer.list != nil || e.Message.Edits != "":
		changes = append(changes, choiceOf(e, answer.list))
	}
	return queue.Result{
		Posts:  h.posts(e, e.Cause(), e.Message.Thread, answer),
		Change: both(both(h.save(changes...), h.awaits(e, answer.confirm)), answer.change),
	}, nil
}

// both runs one change after the other; either may be nil.
func both(first, second func(context.Context) error) func(context.Context) error {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return func(ctx context.Context) error {
		if err := first(ctx); err != nil {
			return err
		}
		return second(ctx)
	}
}

// line is what the message asks. A mention alone asks for help.
func (h *Handler) line(e chat.Event) Line {
	l := h.about(e)
	l.Text, l.Edited = e.Message.Body, e.Message.Edits != ""
	l.ReplyTo, l.Thread = e.Message.ReplyTo, e.Message.Thread
	l.Direct, l.Casual = e.Direct || e.Message.Mentioned, e.Message.Casual
	if e.Message.Mentioned && strings.TrimSpace(l.Text) == "" {
		l.Text = "aide"
	}
	return l
}

// about is a line without a text: where the event happened, and whose it is.
func (h *Handler) about(e chat.Event) Line {
	s := h.rooms.Of(e.Room)
	return Line{
		Event: e, Lang: s.Language, Prefix: s.Prefix, Room: e.Room, Sender: e.Sender, Level: e.Level, Private: e.Direct,
		Encrypted: e.Trust != chat.TrustServer, Unverified: e.Trust == chat.TrustMember,
	}
}

// limit replaces an answer that is over a limit by a sentence, once, and then
// by silence. An edit's answer is replaced each time, since there is one already.
func (h *Handler) limit(e chat.Event, l Line, answer Answer) (Answer, error) {
	verdict := h.persons.allow(string(e.Sender), e.At)
	inRoom := verdict == within
	if inRoom {
		verdict = h.inRoom.allow(string(e.Room), e.At)
	}
	edit := e.Message != nil && e.Message.Edits != ""
	switch {
	case verdict == within:
		return answer, nil
	case verdict == over && !edit:
		return Answer{}, nil
	}
	html, err := locale.Render(l.Lang, "too-many", struct{ Room bool }{inRoom})
	return Answer{HTML: html}, err
}

// maxLines is how long an answer may be in a room; a longer one starts a thread.
const maxLines = 8

// posts are an answer to an event, in its thread if it is in one, and what the
// answer has done elsewhere.
func (h *Handler) posts(e chat.Event, to, thread chat.EventID, answer Answer) []chat.Post {
	if answer.HTML == "" {
		return nil
	}
	if thread == "" && !e.Direct && lines(answer.HTML) > maxLines {
		thread = to
	}
	reply := chat.Post{
		Room:     e.Room,
		Priority: chat.Answer,
		HTML:     answer.HTML,
		Lang:     cmp.Or(answer.lang, h.rooms.Of(e.Room).Language),
		Thread:   chat.Target{Event: thread},
		ReplyTo:  chat.Target{Event: to},
	}
	return append([]chat.Post{reply}, answer.posts...)
}

// lines counts the lines that a message shows.
func lines(html string) int {
	return strings.Count(html, "<p>") + strings.Count(html, "<li>") + strings.Count(html, "<br>")
}
