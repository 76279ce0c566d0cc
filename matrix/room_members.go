package matrix

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

// membersTries bounds how often the members of a room are read until nobody comes
// or goes meanwhile.
const membersTries = 3

// knowMembers reads the full member list before the first message that this
// process encrypts for the room, and again after a gap. When it is not what the
// room's key was shared with, the key is given up.
func (c *Client) knowMembers(ctx context.Context, room id.RoomID) error {
	for range membersTries {
		c.mu.Lock()
		known := c.membersKnown[room]
		c.membersKnown[room], c.membersRead[room] = true, true // a gap seen from here on asks anew
		if known {
			delete(c.membersRead, room)
		}
		c.mu.Unlock()
		if known {
			return nil
		}
		if err := c.readMembers(ctx, room); err != nil {
			c.forgetMembers(room)
			return fmt.Errorf("learn the room's members: %w", err)
		}
	}
	return nil
}

func (c *Client) readMembers(ctx context.Context, room id.RoomID) error {
	before, err := c.state.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return err
	}
	if _, err := c.mx.Members(ctx, room); err != nil {
		return err
	}
	after, err := c.state.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return err
	}
	slices.Sort(before)
	slices.Sort(after)
	if !slices.Equal(before, after) {
		return c.keys.RemoveOutboundGroupSession(ctx, room)
	}
	return nil
}

// forgetMembers makes knowMembers read the member list again.
func (c *Client) forgetMembers(room id.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.membersKnown, room)
}

// memberChanges is called before sync notes who came or went: a list that is being
// read may be older, and would undo that.
func (c *Client) memberChanges(room id.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.membersRead[room] {
		delete(c.membersKnown, room)
	}
}
