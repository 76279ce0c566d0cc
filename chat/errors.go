package chat

import "errors"

// ErrNotFound reports that a store, or the homeserver, has nothing under that name: no
// such row, or nothing to handle or send.
var ErrNotFound = errors.New("not found")
