package commands

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/text"
)

// listedQuestions is the number of questions that a list shows.
const listedQuestions = 15

// questionList is the data of the message that lists questions which a room may see;
// with Mine, only those of the person who asks for it.
type questionList struct {
	Items []relay.Question
	More  int
	Mine  bool
	// Words are those that the questions speak of; empty: all that are open.
	Words  string
	Prefix string
}

// relayList is the data of the message that lists the relays, with the names of their
// rooms.
type relayList struct {
	Prefix string
	Items  []relayItem
}

type relayItem struct {
	relay.Relay
	From   []string
	Direct bool // it starts from direct messages too
	To     string
}

// relayChange is the data of the message that a relay was opened or closed.
type relayChange struct {
	Prefix, Name string
	Added        bool
}

// followed is the data of the message that a command about a question had its effect,
// or that a hand-over waits for the asker.
type followed struct {
	Number int64
	SameAs int64  // of a duplicate: the question from which its asker is answered
	Room   string // the other experts' room, of a question that is handed over
	What   string // such as "claimed", "released", "handed", "solved" or "kept"
}

// faultOf turns err, the error of a command about questions, into an answer. If err is
// a *relay.Fault, the relay's reason to refuse the command, it returns an Answer with
// the sentence about that reason, and no error. Otherwise it returns the zero Answer
// and err.
func (a *Answerer) faultOf(r request, err error) (Answer, error) {
	if fault, ok := errors.AsType[*relay.Fault](err); ok {
		return a.message(r, "relay-fault", struct {
			relay.Fault
			Prefix string
		}{*fault, r.Prefix})
	}
	return Answer{}, err
}

// ask answers the command !question, which sends a question to the experts: its text
// or, if it has none, the message that it replies to. The answer is a change alone,
// since the relay itself posts the confirmation, or the reason if the relay refuses. A
// command with neither is explained.
func (a *Answerer) ask(ctx context.Context, r request) (Answer, error) {
	text := r.whole()
	if asksReply(a, r) {
		change, err := a.parts.Relay.Quote(ctx, r.Event, r.ReplyTo, text)
		if err != nil {
			return a.faultOf(r, err)
		}
		return Answer{Command: r.command.name(), change: change}, nil
	}
	if text == "" && !r.Edited {
		return a.explain(ctx, r, r.command)
	}
	change, err := a.parts.Relay.Ask(ctx, r.Event, text)
	if err != nil {
		return a.faultOf(r, err)
	}
	return Answer{Command: r.command.name(), change: change}, nil
}

// asksReply reports whether the command !question asks the message to which it replies,
// since it has no text of its own: at most a theme.
func asksReply(_ *Answerer, r request) bool {
	return r.ReplyTo != "" && !r.Edited && relay.IsTheme(r.whole())
}

// quote answers a reaction that makes a message a question, for the experts; l is the
// Line of e. There is no answer in a room without experts, and none about a message
// that the sender of e may not make a question, whose author declined that, that is a
// question already or that cannot be read (relay.Fault.IsOthers), since the same emoji
// may just mean that a person does not understand. Nor is there one to a late reaction,
// or to an unencrypted one in an encrypted room. The Result decides later, since it
// reads the message from the homeserver.
func (h *Handler) quote(ctx context.Context, e chat.Event, l Line) (queue.Result, error) {
	carrier := h.answerer.parts.Relay
	if carrier == nil || e.Late || e.ClearInEncrypted {
		return queue.Result{}, nil
	}
	if asks, err := carrier.Asks(ctx, e.Room); !asks || err != nil {
		return queue.Result{}, err
	}
	r := request{Line: l, command: h.answerer.byName("question")}
	return h.decide(ctx, e, l, func(context.Context) (Answer, error) {
		return Answer{later: func(ctx context.Context) (Answer, error) {
			change, err := carrier.Quote(ctx, e, e.Reaction.Target, "")
			if fault, ok := errors.AsType[*relay.Fault](err); ok && fault.IsOthers() {
				return Answer{}, nil
			}
			if err != nil {
				return h.answerer.faultOf(r, err)
			}
			return Answer{change: change}, nil
		}}, nil
	}, nil)
}

// whole returns the text of the message after the prefix and the command's first word,
// with all its lines; arguments otherwise hold the first line only.
func (r request) whole() string {
	text, _ := strings.CutPrefix(strings.TrimSpace(r.Text), r.Prefix)
	_, text = cutWord(strings.TrimSpace(text))
	return text
}

// wholeAfter returns all lines of the text after the first words of the message: words
// is how many the command's name has, at least one.
func (r request) wholeAfter(words int) string {
	text := r.whole()
	for range words - 1 {
		_, text = cutWord(text)
	}
	return text
}

// questions answers with the open questions that the room may see; with «miennes», only
// those that the person asked or is in charge of; with other words, the questions, open
// or closed, that contain about half of the words or more. In a direct message, the
// questions are those that the person asked. The answer's change counts words that find
// nothing.
func (a *Answerer) questions(ctx context.Context, r request) (Answer, error) {
	list := questionList{Prefix: r.Prefix, Mine: slices.Contains([]string{"miennes", "mes", "mine"}, text.Fold(r.args))}
	if !list.Mine && !slices.Contains([]string{"ouvertes", "open"}, text.Fold(r.args)) {
		list.Words = r.args
	}
	load := func() ([]relay.Question, error) { return a.parts.Relay.Listed(ctx, r.Event, list.Mine) }
	if list.Words != "" {
		load = func() ([]relay.Question, error) { return a.parts.Relay.Find(ctx, r.Event, list.Words) }
	}
	all, err := load()
	if err != nil {
		return Answer{}, err
	}
	for i := range all {
		all[i].AskedAt = all[i].AskedAt.In(a.zone)
		all[i].ClaimerName = relay.PersonName(all[i].ClaimerName)
	}
	list.Items, list.More = first(all, listedQuestions)
	answer, err := a.message(r, "questions", list)
	if err == nil && list.Words != "" && len(all) == 0 {
		answer.change, err = a.missed(ctx, r)
	}
	return answer, err
}

// missed returns a function that counts, in the database, the search of the request as
// one that found nothing. The function does nothing if the bot has no relay, or if the
// words say nothing, or hold an address or a long number.
func (a *Answerer) missed(ctx context.Context, r request) (func(context.Context) error, error) {
	if a.parts.Relay == nil {
		return func(context.Context) error { return nil }, nil
	}
	return a.parts.Relay.Missed(ctx, r.Event, r.args)
}

func (a *Answerer) claim(ctx context.Context, r request) (Answer, error) {
	return a.changeQuestion(ctx, r, "claimed", a.parts.Relay.Claim)
}

// release answers the command by which an expert gives up a question, or a colleague
// declines one that waits for them.
func (a *Answerer) release(ctx context.Context, r request) (Answer, error) {
	q, err := a.parts.Relay.Which(ctx, r.Event, r.args)
	if err == nil && a.parts.Relay.IsAssigned(q, r.Sender) {
		return a.changeQuestion(ctx, r, "declined", a.parts.Relay.Decline)
	}
	return a.changeQuestion(ctx, r, "released", a.parts.Relay.Release)
}

// assign answers the command «[number] colleague», by which an expert asks a colleague
// to look after a question. If the command is in the thread of that question, the
// answer has a change but no text, since the relay posts its request to the colleague
// there. If the relay refuses, the answer gives the reason.
func (a *Answerer) assign(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	which := ""
	number, name := cutQuestion(r.args)
	if number != 0 {
		which = strconv.FormatInt(number, 10)
	}
	q, err := a.parts.Relay.Which(ctx, r.Event, which)
	if err != nil {
		return a.faultOf(r, err)
	}
	change, err := a.parts.Relay.Assign(ctx, r.Event, q, name)
	if err != nil {
		return a.faultOf(r, err)
	}
	if here, err := a.parts.Relay.Which(ctx, r.Event, ""); err == nil && here.Number == q.Number && r.Thread != "" {
		return Answer{Command: r.command.name(), change: change}, nil
	}
	answer, err := a.message(r, "relay-done", followed{Number: q.Number, What: "assigned"})
	answer.change = change
	return answer, err
}

// handOver answers the command «[number] theme», which hands a question to the experts
// of another theme: at once, or once its asker agrees if more people could read it
// there. It answers with the reason if the relay refuses.
func (a *Answerer) handOver(ctx context.Context, r request) (Answer, error) {
	words := strings.Fields(r.args)
	if len(words) == 0 || len(words) > 2 {
		return a.explain(ctx, r, r.command)
	}
	q, err := a.parts.Relay.Which(ctx, r.Event, strings.Join(words[:len(words)-1], " "))
	if err != nil {
		return a.faultOf(r, err)
	}
	change, asks, room, err := a.parts.Relay.HandOver(ctx, r.Event, q, words[len(words)-1])
	if err != nil {
		return a.faultOf(r, err)
	}
	done := followed{Number: q.Number, What: "handed", Room: room}
	if asks {
		done.What = "hand asked"
	}
	answer, err := a.message(r, "relay-done", done)
	answer.change = change
	return answer, err
}

// join answers the command «[number] number», which says that a question is the same as
// another one, from which its asker is then answered. It answers with the reason if the
// relay refuses.
func (a *Answerer) join(ctx context.Context, r request) (Answer, error) {
	numbers := questionNumbers(r.args)
	if len(numbers) == 0 || len(numbers) > 2 {
		return a.explain(ctx, r, r.command)
	}
	named := ""
	if len(numbers) == 2 {
		named = strconv.FormatInt(numbers[0], 10)
	}
	q, err := a.parts.Relay.Which(ctx, r.Event, named)
	if err != nil {
		return a.faultOf(r, err)
	}
	change, original, err := a.parts.Relay.Join(ctx, r.Event, q, numbers[len(numbers)-1])
	if err != nil {
		return a.faultOf(r, err)
	}
	answer, err := a.message(r, "relay-done", followed{Number: q.Number, SameAs: original, What: "same"})
	answer.change = change
	return answer, err
}

// questionNumbers returns the numbers of questions of which a text consists, as in
// «12 7» and «n° 12 n° 7»; nil if there is anything else in it.
func questionNumbers(text string) (numbers []int64) {
	for text = strings.TrimSpace(text); text != ""; {
		var number int64
		if number, text = cutQuestion(text); number == 0 {
			return nil
		}
		numbers = append(numbers, number)
	}
	return numbers
}

func (a *Answerer) separate(ctx context.Context, r request) (Answer, error) {
	return a.changeQuestion(ctx, r, "apart", a.parts.Relay.Separate)
}

func (a *Answerer) solve(ctx context.Context, r request) (Answer, error) {
	return a.changeQuestion(ctx, r, "solved", a.parts.Relay.Solve)
}

// changeQuestion answers a command that changes a question: claim, release, decline,
// separate or solve. It finds the question by the number in the arguments or, without
// one, by the thread or the reply, and calls do, which returns the change of that
// question. what names the change in the message. If the relay refuses, the answer
// gives the reason.
func (a *Answerer) changeQuestion(ctx context.Context, r request, what string,
	do func(context.Context, chat.Event, relay.Question) (func(context.Context) error, error)) (Answer, error) {
	q, err := a.parts.Relay.Which(ctx, r.Event, r.args)
	if err != nil {
		return a.faultOf(r, err)
	}
	change, err := do(ctx, r.Event, q)
	if err != nil {
		return a.faultOf(r, err)
	}
	answer, err := a.message(r, "relay-done", followed{Number: q.Number, What: what})
	answer.change = change
	return answer, err
}

// note answers the command !note, by which people in the thread of a question write a
// text that is not carried. The answer is only a change of the database, without a
// message; but if the text was carried before an edit, a message says so. Outside of a
// question, the answer explains the command.
func (a *Answerer) note(ctx context.Context, r request) (Answer, error) {
	carried, change, err := a.parts.Relay.Note(ctx, r.Event)
	switch {
	case err != nil:
		return Answer{}, err
	case change == nil:
		return a.explain(ctx, r, r.command)
	case !carried:
		return Answer{Command: r.command.name(), change: change}, nil
	}
	answer, err := a.message(r, "relay-done", followed{What: "kept"})
	answer.change = change
	return answer, err
}

// unnamed answers the command for writing without one's name, if it is given outside of
// a question or without a text: the answer explains the command. With a text in the
// thread of a question, the relay carries the message, and unnamed is not called.
func (a *Answerer) unnamed(ctx context.Context, r request) (Answer, error) {
	return a.explain(ctx, r, r.command)
}

// reply answers the command «!répondre» when its text was not carried: it explains how
// to answer a question by its number, or says that the room has no such question.
func (a *Answerer) reply(ctx context.Context, r request) (Answer, error) {
	_, how, ok := addressed(chat.Message{Body: r.Text, Mentioned: r.Direct}, r.Prefix)
	if !ok {
		return a.explain(ctx, r, r.command)
	}
	fault := &relay.Fault{What: relay.FaultWhich}
	if how.Number != 0 {
		fault.Word = strconv.FormatInt(how.Number, 10)
	}
	return a.faultOf(r, fault)
}

var questionNumber = regexp.MustCompile(`^(?:n[°o]?[\s\x{a0}\x{202f}]*|#)?(\d{1,18})(?:[\s\x{a0}:,.]+|$)`)

// cutQuestion splits the number of a question off the start of a text such as «12» or
// «n° 12 pour tous». The number is 0, and rest the whole text, if there is none.
func cutQuestion(s string) (number int64, rest string) {
	match := questionNumber.FindStringSubmatch(s)
	if match == nil {
		return 0, s
	}
	number, err := strconv.ParseInt(match[1], 10, 64)
	if err != nil || number == 0 {
		return 0, s
	}
	return number, s[len(match[0]):]
}

// faqEntry matches a text that gives an FAQ entry, by its number, as the answer.
var faqEntry = regexp.MustCompile(`^(?i:faq)[\s\x{a0}\x{202f}]+(?:[nN][°o]?[\s\x{a0}\x{202f}]*|#)?(\d{1,18})[\s.]*$`)

// entryNumberOf returns the number in a text such as «faq 12», by which an expert
// answers with an entry of the FAQ; 0 if the text is something else.
func entryNumberOf(text string) int64 {
	match := faqEntry.FindStringSubmatch(text)
	if match == nil {
		return 0
	}
	number, err := strconv.ParseInt(match[1], 10, 64)
	if err != nil {
		return 0
	}
	return number
}

// addressed serves command.carried, for a command that names a question by its number,
// as in «!répondre 12 texte», or an FAQ entry, as in «!répondre faq 3» and «!répondre 12
// faq 3». It returns the message with the text alone, and those numbers; false if there
// is no number or no text.
func addressed(m chat.Message, prefix string) (*chat.Message, relay.Manner, bool) {
	_, rest := cutWord(strings.TrimSpace(strings.TrimPrefix(typed(m.Body, prefix, m.Mentioned), prefix)))
	if entry := entryNumberOf(rest); entry != 0 {
		m.Body, m.HTML = rest, ""
		return &m, relay.Manner{Entry: entry}, true
	}
	number, rest := cutQuestion(rest)
	if number == 0 {
		return &m, relay.Manner{}, false
	}
	m.Body, m.HTML = strings.TrimSpace(rest), ""
	return &m, relay.Manner{Number: number, Entry: entryNumberOf(m.Body)}, m.Body != ""
}

// withoutName serves command.carried, for a command after which the message is carried
// without its sender's name. It returns the message with the text alone; false if
// there is no text.
func withoutName(m chat.Message, prefix string) (*chat.Message, relay.Manner, bool) {
	text := strings.TrimPrefix(typed(m.Body, prefix, m.Mentioned), prefix)
	_, m.Body = cutWord(strings.TrimSpace(text))
	m.HTML = ""
	return &m, relay.Manner{Nameless: true}, m.Body != ""
}

// relays answers with the list of relays, the rooms between which questions are
// carried.
func (a *Answerer) relays(ctx context.Context, r request) (Answer, error) {
	if r.args != "" {
		return a.explain(ctx, r, r.command)
	}
	all, err := a.parts.Relay.Relays(ctx)
	if err != nil {
		return Answer{}, err
	}
	list := relayList{Prefix: r.Prefix}
	for _, one := range all {
		item := relayItem{Relay: one}
		if item.To, err = a.roomName(ctx, one.To); err != nil {
			return Answer{}, err
		}
		for _, from := range one.From {
			if from == relay.Direct {
				item.Direct = true
				continue
			}
			name, err := a.roomName(ctx, from)
			if err != nil {
				return Answer{}, err
			}
			item.From = append(item.From, name)
		}
		list.Items = append(list.Items, item)
	}
	return a.message(r, "relays", list)
}

// roomName returns the name of a room for people; its id if it has none.
func (a *Answerer) roomName(ctx context.Context, id chat.RoomID) (string, error) {
	room, err := a.room(ctx, id)
	if room.Name == "" {
		return string(id), err
	}
	return room.Name, err
}

// addRelay answers the operators' command that opens a relay: «name de room vers room
// [themes] [elargir]», in which «ici» is the room of the command. The answer's change
// stores the relay and logs that. If the relay cannot be opened, the answer gives the
// reason.
func (a *Answerer) addRelay(ctx context.Context, r request) (Answer, error) {
	words := strings.Fields(r.args)
	if len(words) < 5 || !slices.Contains([]string{"de", "from"}, text.Fold(words[1])) || !slices.Contains([]string{"vers", "to"}, text.Fold(words[3])) {
		return a.explain(ctx, r, r.command)
	}
	one := relay.Relay{Name: words[0], By: r.Sender, At: time.Now()}
	for _, word := range words[5:] {
		if w := text.Fold(word); w == "elargir" || w == "widen" {
			one.MayWiden = true
			continue
		}
		one.Themes = append(one.Themes, strings.FieldsFunc(word, func(c rune) bool { return c == ',' || c == '#' })...)
	}
	here := func(word string) string {
		if w := text.Fold(word); w == "ici" || w == "here" {
			return string(r.Room)
		}
		return cmp.Or(rooms.Reference(word), word)
	}
	one, change, err := a.parts.Relay.AddRelay(ctx, one, here(words[2]), here(words[4]))
	if err != nil {
		return a.faultOf(r, err)
	}
	answer, err := a.message(r, "relay-changed", relayChange{r.Prefix, one.Name, true})
	answer.change = a.logged(r, rooms.Change{What: rooms.Relay, After: one.String()}, change)
	return answer, err
}

// removeRelay answers the operators' command that closes the relay of that name. The
// answer's change deletes the relay and logs that; its open questions stay. If there is
// no such relay, or the configuration declares it, the answer says so.
func (a *Answerer) removeRelay(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	one, change, err := a.parts.Relay.RemoveRelay(ctx, r.args)
	if err != nil {
		return a.faultOf(r, err)
	}
	answer, err := a.message(r, "relay-changed", relayChange{r.Prefix, one.Name, false})
	answer.change = a.logged(r, rooms.Change{What: rooms.Relay, Before: one.String()}, change)
	return answer, err
}

// hint returns a Result whose change posts a message that tells the author of e that e
// is not carried, and true, if e is a plain message that may be meant for a question.
// It returns false if e is thanks, a misspelt command, a message that mentions the bot
// in a room, or surely not meant for a question, and if the bot has no relay. l is the
// Line of e, r its request.
func (h *Handler) hint(ctx context.Context, e chat.Event, l Line, r request) (queue.Result, bool, error) {
	carrier := h.answerer.parts.Relay
	if carrier == nil || l.Direct && !e.Direct || h.answerer.isSlip(r) || isThanks(r.text) {
		return queue.Result{}, false, nil
	}
	return carrier.Hint(ctx, e)
}
