// Package commands answers people's commands. One table of commands drives dispatch,
// rights, help and documentation.
package commands

import (
	"cmp"
	"context"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
)

// Handler decides how the bot answers the events of rooms: commands, choices,
// reactions, invitations and so on. It is the queue.Handler. It is safe for concurrent
// use, if the events of each room come in order.
type Handler struct {
	answerer *Answerer
	rooms    *rooms.Book
	choices  Choices
	persons  *limiter
	inRoom   *limiter
	greeted  greeted
	refusals refusals
	pings    *relay.Pings // nil: every carried message may ping
	traffic  *traffic     // nil: the bot puts no reactions under its lists
	moves    []Move

	operators *rooms.Operators
}

// HandlerOptions are the arguments of NewHandler besides the Answerer: the rooms'
// settings, the limits, the stores and the operators.
type HandlerOptions struct {
	Rooms   *rooms.Book
	Choices Choices
	Limits  Limits
	// Pings bounds the pings by carried messages, together with the Carrier; nil: nothing
	// does.
	Pings *relay.Pings
	// Operators receive messages about the bot's account; nil: nobody does.
	Operators *rooms.Operators
	// Moves run for an upgraded room.
	Moves []Move
}

// NewHandler returns a Handler that finds its answers with a, and whose settings,
// limits and stores are those of o. Without o.Operators, messages for operators go
// nowhere.
func NewHandler(a *Answerer, o HandlerOptions) *Handler {
	limits, operators := o.Limits, o.Operators
	if operators == nil {
		operators = rooms.NewOperators(nil, o.Rooms, nothing{})
	}
	h := &Handler{
		answerer: a, rooms: o.Rooms, choices: o.Choices, persons: newLimiter(limits.Person), inRoom: newLimiter(limits.Room),
		pings: o.Pings, moves: o.Moves, operators: operators,
	}
	if limits.Reactions {
		h.traffic = newTraffic()
	}
	return h
}

// Handle returns the posts that answer an event, and the change of the database that
// goes with them (queue.Handler); an empty Result if the event needs neither. Handle
// itself writes nothing and sends nothing, apart from the commands that act at once
// (Answerer), but counts the event for the limits and for what the Handler remembers
// until a restart. The error is that of a store or a template.
func (h *Handler) Handle(ctx context.Context, e chat.Event) (queue.Result, error) {
	switch {
	case e.Message != nil:
		h.traffic.count(e)
		return h.message(ctx, e)
	case e.Reaction != nil:
		return h.reaction(ctx, e)
	case e.Redaction != nil:
		// The queue deletes the answers, so a list among them ends.
		forget := both(h.answerer.parts.deleted(e), both(h.save(Choice{Cause: e.Original(), Room: e.Room}), h.awaits(e, "")))
		return queue.Result{Change: both(forget, h.answerer.carrier.Deleted(e))}, nil
	case e.Left != nil:
		return queue.Result{Change: h.answerer.carrier.Left(e)}, nil
	case e.Joined != nil:
		return h.joined(e)
	case e.Unreadable != nil:
		return h.say(e, "unreadable")
	case e.Moved != nil:
		return h.moved(e), nil
	case e.Promoted != nil:
		return h.inform(ctx, "promoted", e.Promoted)
	case e.Removed != nil:
		return h.removed(ctx, e)
	case e.Verification != nil:
		return h.verification(e)
	case e.Notice != nil:
		return h.inform(ctx, "server-notice", noticeOf(e.Notice.Body))
	}
	return queue.Result{}, nil
}

// say returns a Result with the message of the template, rendered with a greeting as
// its data, in the room and the room's language, without replying to anyone. The error
// is that of the template.
func (h *Handler) say(e chat.Event, template string) (queue.Result, error) {
	s := h.rooms.Of(e.Room)
	html, err := locale.Render(s.Language, template, greeting{s.Prefix, e.Direct, h.answerer.labelsOf(e.Room)})
	if err != nil {
		return queue.Result{}, err
	}
	return queue.Result{Posts: []chat.Post{{Room: e.Room, Priority: chat.Answer, HTML: html, Lang: s.Language}}}, nil
}

// Apologise returns a message that says that the bot failed to answer the event e
// (queue.Config.Apology). It returns nil if nobody expects an answer: e is no message,
// is late or an edit, or neither addresses the bot nor gives a command with the prefix.
// It also returns nil if the message fails to render.
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
		return nil // the log says why the apology is missing
	}
	return h.posts(e, e.Original(), e.Message.Thread, Answer{HTML: html})
}

// message answers the message e: a choice from a list, a confirmation, a message that
// belongs to a question, or any other line, such as a command or a search. If e is
// late, or is not a text, only the relay and the commands that work late handle it.
// After any other message, its sender can no longer choose from an earlier list by a
// bare number.
func (h *Handler) message(ctx context.Context, e chat.Event) (queue.Result, error) {
	line := h.line(e)
	r, isCommand := h.answerer.parse(line)
	isCommand = isCommand && e.Message.IsText() // a caption is no command
	if e.Late || !e.Message.IsText() {
		// Nobody waits for the bot's answer any more, only for answers of people.
		result, done, err := h.carry(ctx, e, r.command, isCommand)
		if done || err != nil {
			return h.limitCarried(e, line, result, err)
		}
		return h.late(ctx, e, line, isCommand && r.command.late)
	}
	before, err := h.listBefore(ctx, e)
	if err != nil {
		return queue.Result{}, err
	}
	var changes []Choice
	if before.Next == "" && before.IDs != nil {
		before.Next = e.Original()
		changes = append(changes, before)
	}
	picked, err := h.pick(ctx, e, line, before)
	if err == nil && picked == nil && e.Message.Edits == "" && confirms(line) {
		picked, err = h.confirmed(ctx, e, line)
	}
	switch {
	case err != nil:
		return queue.Result{}, err
	case picked != nil:
		return h.decide(ctx, e, line, picked, h.save(changes...))
	}
	if result, done, err := h.carry(ctx, e, r.command, isCommand); done || err != nil {
		result, err = h.limitCarried(e, line, result, err)
		result.Change = both(h.save(changes...), result.Change)
		return result, err
	}
	return h.answer(ctx, e, line, changes)
}

// late handles a message e that gets no ordinary answer: it is too old, or it is a file
// or another message without text. The relay does not carry e. If follow is true, line
// gives a command that works late, such as asking or claiming a question, and late
// answers it. If follow is false, late posts nothing. In both cases, if e edits a
// message that was carried before, the copies of that message are withdrawn; so is a
// question that it asked, unless line asks one again.
func (h *Handler) late(ctx context.Context, e chat.Event, line Line, follow bool) (result queue.Result, err error) {
	carrier, carried := h.answerer.carrier, false
	if e.Message.Edits != "" {
		if carried, _, err = carrier.Note(ctx, e); err != nil {
			return queue.Result{}, err
		}
		result.Change = carrier.Dropped(e)
	}
	if follow {
		result, err = h.answer(ctx, e, line, nil) // which drops it too
	}
	result.Withdraw = carried
	return result, err
}

// carry gives the message e to the relay: if e belongs to a question, the Result
// carries e to the other room, or tells its author why not. If isCommand is true, e
// gives the command c, such as «!répondre», and the relay gets the text after the
// command. carry returns true with the Result; false if e belongs to no question, or if
// the relay carries nothing of c.
func (h *Handler) carry(ctx context.Context, e chat.Event, c *command, isCommand bool) (queue.Result, bool, error) {
	var how relay.Manner
	if isCommand {
		if c.carried == nil {
			return queue.Result{}, false, nil
		}
		var has bool
		if e.Message, how, has = c.carried(*e.Message, h.rooms.Of(e.Room).Prefix); !has {
			return queue.Result{}, false, nil
		}
	}
	return h.answerer.carrier.Carry(ctx, e, how)
}

// answer answers the line of e, which neither chooses from a list nor belongs to a
// question. Unless the line gives the command that asks experts, the relay will not
// carry the message later either, even after an edit. If it gives none, the answer may
// be a hint that the message is not carried. The lists in changes are stored in any
// case, even if the limits or the line allow no answer.
func (h *Handler) answer(ctx context.Context, e chat.Event, line Line, changes []Choice) (queue.Result, error) {
	change := h.save(changes...)
	r, isCommand := h.answerer.parse(line)
	kept, err := h.keep(ctx, e, isCommand && r.command.asksExperts)
	if err != nil {
		return queue.Result{}, err
	}
	change = both(kept, change) // it applies even if the limits allow no answer
	if e.Direct && !isCommand && greetsOnly(r) && h.greeted.lately(e.Room, e.At) {
		return queue.Result{Change: change}, nil
	}
	var hint queue.Result
	hinted := false
	if !isCommand {
		if hint, hinted, err = h.hint(ctx, e, line, r); err != nil {
			return queue.Result{}, err
		}
		change = both(change, hint.Change)
	}
	ask := func(ctx context.Context) (Answer, error) { return h.answerer.Answer(ctx, line) }
	if !isCommand && !h.answerer.asks(line, r) {
		if hinted {
			return queue.Result{Change: change}, nil
		}
		answer, err := ask(ctx)
		if err != nil {
			return queue.Result{}, err
		}
		return h.give(e, answer, change), nil
	}
	return h.decide(ctx, e, line, ask, change)
}

// asks reports whether a line that gives no command may get an answer: it addresses the
// bot and has words other than courtesy or begins with a greeting, or it begins with a
// misspelt command. r is the request parsed from l.
func (a *Answerer) asks(l Line, r request) bool {
	rest, greeted := withoutGreeting(r.text)
	return a.isSlip(r) || l.Direct && strings.ContainsFunc(r.text, letterOrDigit) && (greeted || !onlyCourtesy(rest))
}

// decide answers a command or a choice in e. If the sender is within the limits, it
// calls answer, and returns the posts and changes of that Answer; otherwise it returns
// the sentence about the limit. If the Answer has to wait for another server, the
// Result's function Later gives it. change, which is nil for a reaction, is applied
// even if the limit allows no answer.
func (h *Handler) decide(
	ctx context.Context, e chat.Event, l Line, answer func(context.Context) (Answer, error), change func(context.Context) error,
) (queue.Result, error) {
	if result, over, err := h.limit(e, l, "too-many"); over || err != nil {
		if e.Message != nil {
			result.Change = both(change, h.awaits(e, ""))
		}
		return result, err
	}
	a, err := answer(ctx)
	if err != nil {
		return queue.Result{}, err
	}
	if a.later == nil {
		return h.give(e, a, change), nil
	}
	return queue.Result{Later: func(ctx context.Context) (queue.Result, error) {
		a, err := a.later(ctx)
		if err != nil {
			return queue.Result{}, err
		}
		return h.give(e, a, change), nil
	}}, nil
}

// keep returns a change of the database that keeps the message e, which the bot itself
// answers, from being carried to another room: also if e was carried before an edit, or
// if a later edit turns a command into a plain message. If e is an edit of a message
// that asked a question, the change withdraws that question; but if asks is true, e is
// the command that asks a question, and the question stays. The change is nil for a new
// message that belongs to no question, or asks one.
func (h *Handler) keep(ctx context.Context, e chat.Event, asks bool) (func(context.Context) error, error) {
	switch {
	case asks && e.Message.Edits != "":
		return h.answerer.carrier.Reasked(e), nil
	case asks:
		return nil, nil //nolint:nilnil // the relay carries no other message
	case e.Message.Edits != "":
		return h.answerer.carrier.Dropped(e), nil
	}
	_, change, err := h.answerer.carrier.Note(ctx, e)
	return change, err
}

// give returns a Result with the posts and changes of an answer to the message or
// reaction e. It applies change, which may be nil, before these changes. If e is a
// message, the Result also stores the answer's list and the command that waits for a
// confirmation, and may put reactions to choose by under the list (taps); if e is an
// edit, it deletes the list and the waiting command of the earlier answer.
func (h *Handler) give(e chat.Event, answer Answer, change func(context.Context) error) queue.Result {
	if e.Reaction != nil {
		return queue.Result{Posts: h.posts(e, e.Reaction.Target, answer.thread, answer), Change: both(change, answer.change)}
	}
	var choices []Choice
	switch {
	case answer.again != nil:
		choices = append(choices, choiceAgain(e, *answer.again))
	case answer.list != nil || e.Message.Edits != "":
		choices = append(choices, choiceOf(e, answer.list))
	}
	answer.posts = append(answer.posts, h.taps(e, answer)...)
	return queue.Result{
		Posts:  h.posts(e, e.Original(), e.Message.Thread, answer),
		Change: both(both(change, h.save(choices...)), both(h.awaits(e, answer.confirm), answer.change)),
	}
}

// both returns a function that runs first and then, unless first fails, second. A nil
// function does not run. The result is nil if both are nil.
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

// line returns the message of e as a Line to answer, with the room's settings. If the
// message only mentions the bot, its text is a request for help.
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

// about returns the Line for an answer to the event e, without text. It holds the
// event, its room, its sender and the sender's rights, and the language and the prefix
// that are set for the room. line adds the text of a message; other events, such as
// reactions, have none.
func (h *Handler) about(e chat.Event) Line {
	s := h.rooms.Of(e.Room)
	return Line{
		Event: e, Lang: s.Language, Prefix: s.Prefix, Room: e.Room, Sender: e.Sender, Level: e.Level, Private: e.Direct,
		Encrypted: e.Trust != chat.TrustServer, Unverified: e.Trust == chat.TrustMember,
	}
}

// maxLines is the largest number of lines of an answer in a room; a longer one
// starts a thread. The fullest card has as many lines.
const maxLines = 12

// posts returns the posts of an answer to e: first the answer itself, as a reply to the
// event to, then the answer's further posts, as they are. In a direct message, the
// answer is a reply only if other messages came meanwhile or it goes to a thread. If
// thread is not empty, the answer goes to that thread. Otherwise an answer of more than
// maxLines lines starts a thread at the event to, except in a direct message. If the
// answer has no HTML, the result is nil, even if there are further posts.
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

		ReplyIfSeveral: e.Direct && thread == "",
		For:            e.Sender,
	}
	if answer.readers != "" {
		reply.Guard = chat.Guard{By: GuardName, About: string(answer.readers) + " " + answer.Command}
	}
	return append([]chat.Post{reply}, answer.posts...)
}

// lines returns roughly how many lines a message of that HTML shows: the number of its
// paragraphs, list items and line breaks.
func lines(html string) int {
	return strings.Count(html, "<p>") + strings.Count(html, "<li>") + strings.Count(html, "<br>")
}
