package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/relay"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/text"
)

// ErrNoRoom is the error for the id or alias of a room in which the bot is not.
var ErrNoRoom = errors.New("the bot is in no such room")

// maxRole bounds the text of a room's role, in characters.
const maxRole = 120

// byDefault is the word that resets a setting.
const byDefault = "defaut"

// place is a room as messages name it: by its name or id, with a link.
type place struct {
	Name string // empty if the room has none
	ID   chat.RoomID
	Link string

	Direct bool
	With   string // the other person's name, in a direct message; empty when unknown
}

// setting is one setting of a room in the message that lists them: its name, its value
// and where that comes from.
type setting struct {
	What  string // one of rooms' constants
	Value string
	// From is "file", "chat" or "default".
	From string
}

// settings is the data of the message for !salon, which lists a room's settings.
type settings struct {
	Prefix   string
	Room     *place // nil for the room of the answer
	Settings []setting
}

// settingChange is the data of the message that a room's setting was changed, or why it
// was not.
type settingChange struct {
	Prefix  string
	Room    *place
	What    string
	Value   string // the value now in force
	Default bool   // the command reset the setting
	// Why is "file", "value" or "room"; empty if the setting changed.
	Why  string
	Word string // the typed value
	// Catalogues are the names that a room may choose from.
	Catalogues []string
}

// salon answers !salon with a room's settings. An operator may name another room, and
// may then give the subcommands for that room, but not from a room that strangers read.
// The answer says so if the bot is not in the named room.
func (a *Answerer) salon(ctx context.Context, r request) (Answer, error) {
	word, rest := cutArg(r.args)
	switch reference := rooms.Reference(word); {
	case r.args == "":
		return a.showSettings(ctx, r)
	case reference == "":
		return a.explain(ctx, r, r.command)
	case r.Level < chat.LevelOperator:
		return a.refuse(r, refusedOperator)
	default:
		// A room that strangers read must not show another room's settings.
		if closed, err := a.closed(ctx, r); err != nil {
			return Answer{}, err
		} else if !closed && reference != string(r.Room) {
			return a.refuse(r, refusedClosed)
		}
		room, err := a.resolve(ctx, reference)
		if errors.Is(err, ErrNoRoom) {
			return a.message(r, "setting-changed", settingChange{Prefix: r.Prefix, Why: "room", Word: word})
		} else if err != nil {
			return Answer{}, err
		}
		r.subject = room
	}
	if rest == "" {
		return a.showSettings(ctx, r)
	}
	part, args := a.find("salon " + rest)
	if part.topic != "salon" {
		return a.explain(ctx, r, r.command)
	}
	r.command, r.args = part, args
	return a.follow(ctx, r)
}

// resolve returns the id of the room with reference as its id or alias. The error is
// ErrNoRoom if there is no such room or the bot is not in it, or that of the store or
// the homeserver.
func (a *Answerer) resolve(ctx context.Context, reference string) (chat.RoomID, error) {
	id := chat.RoomID(reference)
	if strings.HasPrefix(reference, "#") {
		var err error
		if id, err = a.admin.Resolve(ctx, reference); err != nil {
			return "", err
		}
	}
	known, err := a.inside(ctx)
	if err != nil {
		return "", err
	}
	for _, room := range known {
		if room.ID == id {
			return id, nil
		}
	}
	return "", ErrNoRoom
}

// about returns the room that the command is about: the one that an operator named, or
// else that of the message.
func (r request) about() chat.RoomID { return cmp.Or(r.subject, r.Room) }

// elsewhere returns the room that the command is about, for messages that name it; nil
// if it is the room of the answer.
func (a *Answerer) elsewhere(ctx context.Context, r request) (*place, error) {
	if r.subject == "" || r.subject == r.Room {
		return nil, nil //nolint:nilnil // the room of the answer is not named
	}
	room, err := a.room(ctx, r.subject)
	if err != nil {
		return nil, err
	}
	p := a.place(ctx, room)
	return &p, nil
}

func (a *Answerer) place(ctx context.Context, room chat.Room) place {
	p := place{Name: room.Name, ID: room.ID, Link: a.admin.Links.Room(room.ID), Direct: room.Direct}
	if room.Direct {
		p.With = relay.PersonName(a.admin.Name(ctx, room.ID, room.InvitedBy))
	}
	return p
}

func (a *Answerer) showSettings(ctx context.Context, r request) (Answer, error) {
	elsewhere, err := a.elsewhere(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	room := r.about()
	declared, _ := a.admin.Book.Declared(room)
	chosen := a.admin.Book.Chosen(room).Settings
	data := settings{Prefix: r.Prefix, Room: elsewhere}
	for _, what := range settingNames {
		s := setting{What: what, Value: said(what, a.admin.Book.Of(room)), From: "default"}
		switch {
		case said(what, declared) != "":
			s.From = "file"
		case said(what, chosen) != "":
			s.From = "chat"
		}
		if what != rooms.Catalogues || a.parts.Library != nil {
			data.Settings = append(data.Settings, s)
		}
	}
	return a.message(r, "settings", data)
}

// settingNames lists the settings, in the order of display.
var settingNames = []string{rooms.Language, rooms.Prefix, rooms.Role, rooms.Quiet, rooms.Moderator, rooms.Catalogues}

// said returns the value in s of the setting named by what, as text; empty if it has
// none. A what that it does not know counts as rooms.Moderator.
func said(what string, s rooms.Settings) string {
	switch what {
	case rooms.Language:
		return s.Language
	case rooms.Prefix:
		return s.Prefix
	case rooms.Role:
		return s.Role
	case rooms.Quiet:
		return s.Quiet
	case rooms.Catalogues:
		return s.Catalogues
	}
	if s.Moderator == 0 {
		return ""
	}
	return strconv.Itoa(s.Moderator)
}

// read parses typed, a value that a person typed for the setting named by what, and
// stores it in s. It returns false if the value is invalid; the caller must not use s
// then, since it may hold the invalid value.
func (a *Answerer) read(what, typed string, s *rooms.Settings) bool {
	switch what {
	case rooms.Language:
		code, known := locale.Called(typed)
		s.Language = code
		return known
	case rooms.Prefix:
		s.Prefix = typed
		return rooms.ValidPrefix(typed)
	case rooms.Role:
		s.Role = strings.TrimSpace(text.Truncate(typed, maxRole))
		return len(text.Words(typed)) > 0
	case rooms.Quiet:
		quiet, err := schedule.ParseQuiet(typed, a.zone)
		s.Quiet = quiet.String()
		return err == nil
	}
	if what == rooms.Catalogues {
		return a.readCatalogues(typed, s)
	}
	n, err := strconv.Atoi(typed)
	s.Moderator = n
	return err == nil && n >= 1 && n <= 100
}

// set returns a function that answers the command which changes the setting of a room
// named by what to the value in the arguments.
func set(what string) func(a *Answerer, ctx context.Context, r request) (Answer, error) {
	return func(a *Answerer, ctx context.Context, r request) (Answer, error) { return a.set(ctx, r, what) }
}

// set answers the command that changes a setting of a room to the value in the
// arguments; «defaut» resets it. what names the setting; the room is the request's
// subject or, without one, its room. If the configuration gives the setting, or the
// value is invalid, the answer gives the reason. A change by an operator also makes the
// bot answer in the room. If the setting is the language of the room of the answer, the
// answer is in the new language.
func (a *Answerer) set(ctx context.Context, r request, what string) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	elsewhere, err := a.elsewhere(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	book, room := a.admin.Book, r.about()
	data := settingChange{Prefix: r.Prefix, Room: elsewhere, What: what, Word: r.args, Catalogues: a.catalogueNames()}
	declared, _ := book.Declared(room)
	var value rooms.Settings
	data.Default = isWord(r.args, byDefault)
	switch {
	case said(what, declared) != "":
		data.Why, data.Value = "file", said(what, declared)
		return a.message(r, "setting-changed", data)
	case !data.Default && !a.read(what, r.args, &value):
		data.Why = "value"
		return a.message(r, "setting-changed", data)
	}
	before := said(what, book.Of(room))
	data.Value = cmp.Or(said(what, value), said(what, book.Defaults()))
	if elsewhere == nil && what == rooms.Language {
		r.Lang = data.Value // the answer is the first text in the new language
	}
	answer, err := a.message(r, "setting-changed", data)
	change := func(ctx context.Context) error {
		chosen := book.Chosen(room)
		chosen.Settings = with(chosen.Settings, what, value)
		chosen.SetUp = chosen.SetUp || r.Level == chat.LevelOperator
		return book.Choose(ctx, room, chosen)
	}
	answer.change = a.logged(r, rooms.Change{Room: room, What: what, Before: before, After: data.Value}, change)
	answer.lang = r.Lang
	return answer, err
}

// with returns the settings s with the one named by what taken from value.
func with(s rooms.Settings, what string, value rooms.Settings) rooms.Settings {
	switch what {
	case rooms.Language:
		s.Language = value.Language
	case rooms.Prefix:
		s.Prefix = value.Prefix
	case rooms.Role:
		s.Role = value.Role
	case rooms.Quiet:
		s.Quiet = value.Quiet
	case rooms.Moderator:
		s.Moderator = value.Moderator
	case rooms.Catalogues:
		s.Catalogues = value.Catalogues
	}
	return s
}

// isWord reports whether typed is one of words, or the same word in another language
// that the bot knows; case and accents do not count. words are French, in lower case
// and without accents.
func isWord(typed string, words ...string) bool {
	return slices.Contains(words, locale.Canonical(strings.TrimSpace(typed)))
}
