// Package rooms knows what each room asked for.
package rooms

import (
	"cmp"
	"sync"

	"heraut/chat"
)

// Settings are what a room asked for.
type Settings struct {
	Language string // "fr" or "en"
	Prefix   string // what starts a command
}

// Book holds the rooms' settings. Its methods may be called by several
// goroutines.
type Book struct {
	defaults Settings

	mu       sync.RWMutex
	declared map[chat.RoomID]Settings
}

// NewBook returns a Book in which every room has the defaults.
func NewBook(defaults Settings) *Book {
	return &Book{defaults: defaults, declared: map[chat.RoomID]Settings{}}
}

// Declare sets what the configuration says of a room, once its id is known.
// An empty field is the default.
func (b *Book) Declare(room chat.RoomID, s Settings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declared[room] = s
}

// Of returns the settings of a room.
func (b *Book) Of(room chat.RoomID) Settings {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s := b.declared[room]
	return Settings{
		Language: cmp.Or(s.Language, b.defaults.Language),
		Prefix:   cmp.Or(s.Prefix, b.defaults.Prefix),
	}
}
