// Package rooms knows what each room asked for, and who changed what.
package rooms

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"heraut/chat"
)

// DefaultModerator is the power level from which somebody moderates a room that
// no operator set another for.
const DefaultModerator = 50

// Settings are what a room asked for. What is empty, or 0, is not asked for: the
// default holds.
type Settings struct {
	Language string // "fr" or "en"
	Prefix   string // what starts a command
	// Role is what the bot is there for, in the words of those who set it.
	Role string
	// Quiet is when nothing is announced at once, as announce.Quiet.String says it.
	Quiet string
	// Moderator is the power level from which somebody moderates the room.
	Moderator int
}

// over is s, and what it does not ask for, of below.
func (s Settings) over(below Settings) Settings {
	return Settings{
		Language:  cmp.Or(s.Language, below.Language),
		Prefix:    cmp.Or(s.Prefix, below.Prefix),
		Role:      cmp.Or(s.Role, below.Role),
		Quiet:     cmp.Or(s.Quiet, below.Quiet),
		Moderator: cmp.Or(s.Moderator, below.Moderator),
	}
}

// Chosen is what was set in the chat.
type Chosen struct {
	Settings
	// SetUp tells that an operator has the bot serve the room.
	SetUp bool
}

// Store keeps what was set in the chat. Its methods join the transaction of
// their context.
type Store interface {
	Chosen(ctx context.Context) (map[chat.RoomID]Chosen, error)
	SaveChosen(ctx context.Context, room chat.RoomID, c Chosen) error
}

// Book holds the rooms' settings in memory: those that the configuration
// declares win over those set in the chat, and these over the defaults. Its
// methods may be called by several goroutines.
type Book struct {
	defaults Settings

	mu       sync.RWMutex
	store    Store
	declared map[chat.RoomID]Settings
	chosen   map[chat.RoomID]Chosen
}

// NewBook returns a Book in which every room has the defaults.
func NewBook(defaults Settings) *Book {
	defaults.Moderator = cmp.Or(defaults.Moderator, DefaultModerator)
	return &Book{defaults: defaults, declared: map[chat.RoomID]Settings{}, chosen: map[chat.RoomID]Chosen{}}
}

// Keep reads what the chat set before, and has the store keep it from now on. It
// is to be called before Choose.
func (b *Book) Keep(ctx context.Context, store Store) error {
	chosen, err := store.Chosen(ctx)
	if err != nil {
		return fmt.Errorf("read the rooms' settings: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store, b.chosen = store, chosen
	return nil
}

// Declare sets what the configuration says of a room, once its id is known.
func (b *Book) Declare(room chat.RoomID, s Settings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declared[room] = s
}

// Choose stores what was set in the chat for a room. It joins the transaction of
// its context; memory follows at once, since a transaction that fails is tried again.
func (b *Book) Choose(ctx context.Context, room chat.RoomID, c Chosen) error {
	if err := b.store.SaveChosen(ctx, room, c); err != nil {
		return fmt.Errorf("store a room's settings: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.chosen[room] = c
	return nil
}

// Move gives the room that takes another's place, in an upgrade, what was set in
// the chat. It joins the transaction of ctx.
func (b *Book) Move(ctx context.Context, from, to chat.RoomID) error {
	// Not from memory: that is ahead of a transaction that failed and is tried again.
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

// Of returns the settings that hold in a room.
func (b *Book) Of(room chat.RoomID) Settings {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.declared[room].over(b.chosen[room].Settings).over(b.defaults)
}

// Defaults are the settings of a room that asked for nothing.
func (b *Book) Defaults() Settings { return b.defaults }

// Declared is what the configuration says of a room; ok tells that it names it.
func (b *Book) Declared(room chat.RoomID) (s Settings, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok = b.declared[room]
	return s, ok
}

// Chosen is what was set in the chat for a room.
func (b *Book) Chosen(room chat.RoomID) Chosen {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.chosen[room]
}

// SetUp reports whether the configuration or an operator has the bot serve the room.
func (b *Book) SetUp(room chat.RoomID) bool {
	_, declared := b.Declared(room)
	return declared || b.Chosen(room).SetUp
}
