package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// ErrNoAlias reports that no room has the alias.
var ErrNoAlias = errors.New("no room has that alias")

// Resolve asks the homeserver for the room of an alias ("#bluehats:example.org"). The
// error wraps ErrNoAlias if the homeserver answers that there is none, or refuses the
// request; another error may pass.
func (c *Client) Resolve(ctx context.Context, alias string) (chat.RoomID, error) {
	answer, err := c.mx.ResolveAlias(ctx, id.RoomAlias(alias))
	if known, status := answered(err); known != nil && status < 500 && status != http.StatusTooManyRequests {
		return "", fmt.Errorf("%w: %w", ErrNoAlias, err)
	} else if err != nil {
		return "", fmt.Errorf("look up a room: %w", err)
	}
	return chat.RoomID(answer.RoomID), nil
}
