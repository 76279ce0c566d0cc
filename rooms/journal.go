package rooms

import (
	"context"
	"time"

	"heraut/chat"
)

// Change is an entry of the log of changes: who changed which setting of which room,
// when, and its old and new value.
type Change struct {
	At time.Time
	By chat.UserID // empty after a person asked for erasure of their data
	// Room is the changed room; empty when the change is about the whole bot.
	Room chat.RoomID
	// What is one of the constants below; people read the template "setting <What>".
	What string
	// Before and After are the old and the new value, short texts for operators. Before
	// is empty when something was added, After when it was removed.
	Before, After string
}

// The values of Change.What.
const (
	Language   = "language"
	Prefix     = "prefix"
	Role       = "role"
	Quiet      = "quiet"
	Moderator  = "moderator"
	Catalogues = "catalogues" // those of a room's searches
	Serving    = "serving"    // whether the bot serves the room
	Watch      = "watch"
	Relay      = "relay"
	Webhook    = "webhook"
	FAQ        = "faq"
	Thanks     = "thanks"    // whether the room gets the month's thanks
	Catalogue  = "catalogue" // a held version of the catalogue
)

// Journal is the store of the log of the settings that people changed.
type Journal interface {
	// AddChange joins the transaction of its context.
	AddChange(ctx context.Context, c Change) error
	// Changes returns the last n changes, the newest first.
	Changes(ctx context.Context, n int) ([]Change, error)
}
