package commands

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/howto"
	"heraut/locale"
	"heraut/search"
	"heraut/text"
)

// About is the information about the operators that messages show: who runs the bot,
// how to reach them, and how long the bot stores questions.
type About struct {
	RunBy      string
	Contact    string        // an address, an e-mail address or a page
	PurgeAfter time.Duration // how long the bot stores closed questions
	// HowTo holds the operators' answers about the services, by language; a language
	// without any gets those of its folder.
	HowTo map[string]howto.Book
}

// PurgeDays returns how long questions are stored, PurgeAfter, in days rounded up.
func (a About) PurgeDays() int {
	const day = 24 * time.Hour
	return int((a.PurgeAfter + day - 1) / day)
}

// Answerer finds the answers to lines that people type, on the command line or in a
// room. It sends nothing and leaves changes of the database to the Answer. Two commands
// act at once: «!bot catalogue accepter», and «!visio», which makes a conference and
// informs the operators if that fails. Answerer is safe for concurrent use.
type Answerer struct {
	parts   Parts
	carrier carrier
	about   About
	zone    *time.Location
	current func() catalogue.State
	admin   Administration
	table   []command
	cards   cards
	guides  guides
	busy    persons // the people who wait for an answer that needs another server
}

// NewAnswerer returns an Answerer that answers from the given parts of the bot, and
// refuses the commands of parts that are missing; if p.Zone is nil, it gives times in
// UTC. The Answerer knows the names of commands in the languages that are in force at
// the call.
func NewAnswerer(p Parts) *Answerer {
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	return &Answerer{
		parts: p, carrier: p.carrier(), about: p.About, zone: p.Zone, current: p.Catalogue, admin: p.Admin.withDefaults(), table: tableWith(p.Word, locale.Languages()),
	}
}

// Answer is the answer to a line: its HTML, its kind, and the change of the database
// that goes with it. The zero value means that the bot does not answer.
type Answer struct {
	// Command is the command's name, in French words: "sill", "sill remplace".
	Command string
	// Found holds all matches in rank order, at most 20, even if HTML shows fewer.
	// It never holds suggestions after a miss.
	Found []Found
	// Shape is empty if the line is ignored.
	Shape Shape
	HTML  string

	// list is set if HTML is a numbered list to choose from.
	list *list
	// again, if not nil, is the list from which a reply picked.
	again *Choice
	// change, if not nil, makes the change that HTML announces.
	change func(ctx context.Context) error
	// later, if not nil, makes the answer; all other fields but Command are then
	// empty. It may wait for a server that is not the homeserver.
	later func(ctx context.Context) (Answer, error)
	// confirm, if not empty, is the command that HTML asks to confirm.
	confirm string
	// posts holds further posts, besides HTML.
	posts []chat.Post
	// readers restricts who may read HTML; the zero value allows everybody in the
	// room.
	readers readers
	lang    string // the language of HTML, if it is not the room's
	// thread is the thread of the list from which a reaction chose.
	thread chat.EventID
}

// Found is the kind, id and name of a software or repository that an answer is about.
type Found struct {
	Kind string // "software" or "repository"
	ID   string // the URL for a repository
	Name string
}

// list holds what the numbers in a numbered list stand for: number n stands for the
// n-th of ids. When a person chooses a number, the bot answers as the command named by
// the field command would for the software with that id.
type list struct {
	command string
	ids     []string
}

// request is a typed line, split into the command that it gives and the command's
// arguments, with the facts that the answer needs.
type request struct {
	Line
	text     string // the whole line, without the prefix
	prefixed bool
	command  *command
	args     string   // the arguments of the command
	others   []string // the names of further matches
	product  string   // the product for which the answer is a substitute, if the catalogue names one
	state    catalogue.State
	asks     bool // people may ask experts from the room, so a card says how
	// open holds the numbers of the open questions that the room may read, by the
	// software that they are about.
	open map[string][]int64
	// subject is the room that the command names, if any.
	subject chat.RoomID
	// confirmed: the person has confirmed the command.
	confirmed bool
	// talk: the line may be a sentence about the bot rather than a request, so a
	// search without a result gets no answer.
	talk bool
}

// Answer returns the answer to a line, without regard to earlier lines: a bare number
// is a name to search for, and does not choose from a list. A line that addresses the
// bot and gives no command is a search for software; after the prefix, it is an unknown
// command instead, and the Answer says so. A line that does not address the bot gets an
// answer only if it gives a command or a misspelt one (isSlip). For a line that the bot
// ignores, such as talk in a room, Answer returns the zero Answer. For a command that
// has to wait for another server, it returns an Answer with the field later set.
func (a *Answerer) Answer(ctx context.Context, l Line) (Answer, error) {
	r, isCommand := a.parse(l)
	if isCommand {
		return a.run(ctx, r)
	}
	word, _ := cutWord(r.text)
	switch {
	case !strings.ContainsFunc(r.text, letterOrDigit):
		return Answer{}, nil
	case !l.Direct && a.isSlip(r):
		return a.unknown(r, word)
	case !l.Direct: // perhaps a command of another bot
		return Answer{}, nil
	case r.prefixed && word != "":
		return a.unknown(r, word)
	}
	return a.plain(ctx, r)
}

// parse splits a line into its command and arguments, and reports whether the line
// gives a command. A line with the prefix does if a command of the table stands after
// it. A line without it does only if it addresses the bot, the command does not need
// the prefix (aPrefix), and the line is not the name of a software. The request may
// hold a command even if the result is false.
func (a *Answerer) parse(l Line) (request, bool) {
	l.Text = typed(l.Text, l.Prefix, l.Direct)
	r := request{Line: l, text: firstLine(l.Text), state: a.stateOf(l.Room)}
	if rest, ok := strings.CutPrefix(r.text, l.Prefix); ok {
		r.text, r.prefixed = strings.TrimSpace(rest), true
	}
	r.command, r.args = a.find(r.text)
	if !r.prefixed && r.command != nil && r.command.needs&aPrefix != 0 {
		r.command, r.args = nil, ""
	}
	return r, r.command != nil && (r.prefixed || l.Direct && !named(r.state.Catalogue, r.text))
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// run answers the command of the request. But if the line begins with a command that
// searches, such as «sill», and all the words after that are together the name of a
// software, run searches for that software, even if the first of them is a subcommand.
func (a *Answerer) run(ctx context.Context, r request) (Answer, error) {
	head := a.byName(r.command.topic)
	if _, all := cutWord(r.text); head != nil && head.searches && named(r.state.Catalogue, all) {
		r.command, r.args = head, all
	}
	return a.follow(ctx, r)
}

// follow answers the command of the request, or says why the person may not give it
// here. If the command has to wait for another server, the function later of the Answer
// gives the answer. Otherwise follow sets the answer's readers to the limit that the
// command demands.
func (a *Answerer) follow(ctx context.Context, r request) (Answer, error) {
	why, err := a.refused(ctx, r, r.command)
	switch {
	case err != nil:
		return Answer{}, err
	case why != "":
		return a.refuse(r, why)
	case r.command.remote != nil && r.command.remote(a, r):
		return a.answerLater(r)
	}
	if err := a.learnRelay(ctx, &r); err != nil {
		return Answer{}, err
	}
	answer, err := r.command.answer(a, ctx, r)
	answer.readers = readersOf(r.command)
	return answer, err
}

// learnRelay sets r.asks, whether the room can ask experts, and r.open, the open
// questions by software, which a software's card shows. It leaves them unset without a
// relay, outside rooms, and for a command that shows no software.
func (a *Answerer) learnRelay(ctx context.Context, r *request) (err error) {
	if a.parts.Relay == nil || r.Room == "" || r.command.show == nil {
		return nil
	}
	if r.asks, err = a.parts.Relay.Asks(ctx, r.Room); err != nil {
		return err
	}
	r.open, err = a.parts.Relay.Subjects(ctx, r.Room)
	return err
}

func named(c *catalogue.Catalogue, name string) bool {
	if c == nil {
		return false
	}
	s, ok := search.For(c).Resolve(name)
	return ok && slices.Equal(text.Words(s.Name), text.Words(name))
}

// chat answers small talk: shortly in a direct message or on the command line, with the
// zero Answer in a room.
func (a *Answerer) chat(r request) (Answer, error) {
	switch {
	case !r.Private && r.Room != "":
		return Answer{}, nil
	case search.IsCourtesy(r.text):
		return a.message(r, "courtesy", nil)
	}
	return a.message(r, "smalltalk", nil)
}

func smallTalk(c *catalogue.Catalogue, s string) bool { return c != nil && search.For(c).SmallTalk(s) }

// plain answers a line to the bot that gives no command as a search for software, like
// the command "sill", without a greeting before it. A line that only greets gets a
// welcome, one of mere courtesy or small talk a short answer in a direct message and
// none in a room; but a line that is the name of a software is always a search.
func (a *Answerer) plain(ctx context.Context, r request) (Answer, error) {
	rest, greeted := withoutGreeting(r.text)
	switch {
	case named(r.state.Catalogue, r.text):
	case onlyCourtesy(rest) && greeted:
		r.command = a.byName("aide")
		return a.message(r, "welcome", greeting{r.Prefix, r.Private || r.Room == "", labels(r.state)})
	case onlyCourtesy(rest) && (r.Private || r.Room == ""):
		return a.message(r, "courtesy", nil)
	case onlyCourtesy(rest):
		return Answer{}, nil
	case smallTalk(r.state.Catalogue, r.text):
		return a.chat(r)
	case greeted:
		r.text = rest
	}
	r.talk = r.Room != "" && !r.Private && (r.Casual || len(text.Words(r.text)) > longestQuery)
	r.text = "sill " + r.text
	r.command, r.args = a.find(r.text)
	return a.run(ctx, r)
}

// longestQuery is the number of words up to which a line without a command, in a room,
// counts as a query.
const longestQuery = 3

func (a *Answerer) unknown(r request, word string) (Answer, error) {
	return a.message(r, "unknown", struct{ Prefix, Word, Nearest string }{r.Prefix, word, a.nearest(word)})
}

// message returns an Answer with the HTML of the template, rendered with data in the
// language of the request, with its shape and the request's command. The error is that
// of rendering.
func (a *Answerer) message(r request, template string, data any) (Answer, error) {
	html, err := locale.Render(r.Lang, template, data)
	if err != nil {
		return Answer{}, err
	}
	return answerWith(r, template, html), nil
}

// answerWith returns an Answer to the request with html, the rendered template of the
// given name. The answer's Shape follows from the template, its Command from the
// request.
func answerWith(r request, template, html string) Answer {
	answer := Answer{HTML: html, Shape: shapeOf(template)}
	if r.command != nil {
		answer.Command = r.command.name()
	}
	return answer
}
