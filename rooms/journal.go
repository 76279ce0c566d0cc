package rooms

import (
	"context"
	"time"

	"heraut/chat"
)

// Change is an entry of the log of changes.
type Change struct {
	At time.Time
	By chat.UserID // empty: somebody who asked to be forgotten
	// Room is what the change is about; empty: the whole bot.
	Room chat.RoomID
	// What was changed, one of the constants; people read the template "change <What>".
	What string
	// Before and After are short texts for operators; empty: there was none, or
	// there is none any more.
	Before, After string
}

// What changes.
const (
	Language  = "language"
	Prefix    = "prefix"
	Role      = "role"
	Quiet     = "quiet"
	Moderator = "moderator"
	Serving   = "serving" // whether the bot serves the room
	Watch     = "watch"
	Relay     = "relay"
	Webhook   = "webhook"
	FAQ       = "faq"
	Catalogue = "catalogue" // a version that was held back
)

// Journal keeps the log of changes.
type Journal interface {
	// AddChange joins the transaction of its context.
	AddChange(ctx context.Context, c Change) error
	// Changes are the last n, the newest first.
	Changes(ctx context.Context, n int) ([]Change, error)
}
