// Package rooms holds the settings of each room, the log of their changes, and the
// operators of the bot.
package rooms

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"heraut/chat"
)

// DefaultModerator is the power level of a moderator, unless an operator set another
// one.
const DefaultModerator = 50

// Settings are the settings of a room. An empty field, or a zero, is not set.
type Settings struct {
	Language string // the code of a language
	Prefix   string // starts a command; see ValidPrefix
	// Role describes the bot's task in the room, in the words of the person who set it.
	Role string
	// Quiet are the quiet hours of the room, in the form of schedule.Quiet.String.
	Quiet string
	// Moderator is the power level of a moderator of the room.
	Moderator int
	// Visio is the service for the room's video conferences; only the configuration
	// sets it.
	Visio string
	// Catalogues are the names of the catalogues that the room's searches use,
	// separated by commas.
	Catalogues string
}

// over returns a copy of s in which each field that s does not set has the value of
// below.
func (s Settings) over(below Settings) Settings {
	return Settings{
		Language:   cmp.Or(s.Language, below.Language),
		Prefix:     cmp.Or(s.Prefix, below.Prefix),
		Role:       cmp.Or(s.Role, below.Role),
		Quiet:      cmp.Or(s.Quiet, below.Quiet),
		Moderator:  cmp.Or(s.Moderator, below.Moderator),
		Visio:      cmp.Or(s.Visio, below.Visio),
		Catalogues: cmp.Or(s.Catalogues, below.Catalogues),
	}
}

// Chosen holds the settings that people set for a room in the chat, and whether an
// operator set the room up, so that the bot answers in it.
type Chosen struct {
	Settings
	SetUp bool // an operator set the room up, so the bot serves it
}

// Store is the storage of the settings that people set in the chat. Its methods join the
// transaction of their context.
type Store interface {
	Chosen(ctx context.Context) (map[chat.RoomID]Chosen, error)
	SaveChosen(ctx context.Context, room chat.RoomID, c Chosen) error
	// AfterCommit calls f once the transaction of ctx is committed; at once without one.
	AfterCommit(ctx context.Context, f func())
}

// nowhere is the Store of a Book without a database: it stores nothing, so chosen
// settings last until the process ends.
type nowhere struct{ chosen map[chat.RoomID]Chosen }

func (n nowhere) Chosen(context.Context) (map[chat.RoomID]Chosen, error) { return n.chosen, nil }

func (n nowhere) SaveChosen(context.Context, chat.RoomID, Chosen) error { return nil }

func (n nowhere) AfterCommit(_ context.Context, f func()) { f() }

// Book holds the rooms' settings in memory. Settings of the configuration win over
// those set in the chat, which win over the defaults. It is safe for concurrent use.
type Book struct {
	defaults Settings
	store    Store

	mu       sync.RWMutex
	declared map[chat.RoomID]Settings
	chosen   map[chat.RoomID]Chosen
}

// NewBook returns a Book without a database, in which every room has the defaults. If
// defaults sets no Moderator, it is DefaultModerator.
func NewBook(defaults Settings) *Book {
	defaults.Moderator = cmp.Or(defaults.Moderator, DefaultModerator)
	chosen := map[chat.RoomID]Chosen{}
	return &Book{defaults: defaults, store: nowhere{chosen}, declared: map[chat.RoomID]Settings{}, chosen: chosen}
}

// OpenBook returns a Book that holds the chosen settings in the store and stores new
// ones there. defaults are the settings of a room for which nobody set anything; if
// they set no Moderator, it is DefaultModerator. The error is the store's.
func OpenBook(ctx context.Context, defaults Settings, store Store) (*Book, error) {
	chosen, err := store.Chosen(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the rooms' settings: %w", err)
	}
	b := NewBook(defaults)
	b.store, b.chosen = store, chosen
	return b, nil
}

// Declare records in memory the settings s that the configuration gives a room, in place
// of earlier ones. The caller does so once the room's id is known, since the
// configuration may name an alias.
func (b *Book) Declare(room chat.RoomID, s Settings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declared[room] = s
}

// Choose stores c as all the settings that people set in a room, in place of the earlier
// ones, in the transaction of ctx. They are in force once it is committed.
func (b *Book) Choose(ctx context.Context, room chat.RoomID, c Chosen) error {
	if err := b.store.SaveChosen(ctx, room, c); err != nil {
		return fmt.Errorf("store a room's settings: %w", err)
	}
	b.store.AfterCommit(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.chosen[room] = c
	})
	return nil
}

// Move assigns the settings that people set in the room from to the room to, its
// successor after an upgrade, in the transaction of ctx. They replace those of to, and
// from has none afterwards. It changes nothing if from has none.
func (b *Book) Move(ctx context.Context, from, to chat.RoomID) error {
	// The store, not memory, is read: only it has what the same transaction changed.
	stored, err := b.store.Chosen(ctx)
	if err != nil {
		return fmt.Errorf("read the rooms' settings: %w", err)
	}
	chosen := stored[from]
	if chosen == (Chosen{}) {
		return nil
	}
	if err := b.Choose(ctx, to, chosen); err != nil {
		return err
	}
	return b.Choose(ctx, from, Chosen{})
}

// Of returns the settings in force in a room: for each, that of the configuration,
// else the one set in the chat, else the default.
func (b *Book) Of(room chat.RoomID) Settings {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.declared[room].over(b.chosen[room].Settings).over(b.defaults)
}

// Defaults returns the settings of a room for which nobody set anything.
func (b *Book) Defaults() Settings { return b.defaults }

// Declared returns the configuration's settings of a room; ok is false when the
// configuration does not name the room.
func (b *Book) Declared(room chat.RoomID) (s Settings, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok = b.declared[room]
	return s, ok
}

// Chosen returns the settings that people set for a room in the chat; the zero value
// if they set none.
func (b *Book) Chosen(room chat.RoomID) Chosen {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.chosen[room]
}

// SetUp reports whether the configuration names a room, or an operator set it up in the
// chat, so that the bot answers in it. It is false for other rooms, also for those in
// which the bot answers because of an invitation.
func (b *Book) SetUp(room chat.RoomID) bool {
	_, declared := b.Declared(room)
	return declared || b.Chosen(room).SetUp
}
