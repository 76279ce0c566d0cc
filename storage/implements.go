package storage

import (
	"heraut/announce"
	"heraut/commands"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
)

// The stores that a DB is.
var (
	_ queue.Store            = (*DB)(nil)
	_ announce.Store         = (*DB)(nil)
	_ relay.Store            = (*DB)(nil)
	_ relay.KnowledgeStore   = (*DB)(nil)
	_ rooms.Store            = (*DB)(nil)
	_ rooms.Journal          = (*DB)(nil)
	_ commands.Choices       = (*DB)(nil)
	_ commands.Confirmations = (*DB)(nil)
	_ commands.Repositories  = (*DB)(nil)
	_ commands.Personal      = (*DB)(nil)
)
