package matrix

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// membersTries bounds the reads of a room's members when members join or leave
// during the read.
const membersTries = 3

// Members asks the homeserver for the joined members of a room, for 15 seconds at most,
// and returns them with the names that they have there, as cleanName returns them;
// empty: no name. An error means that the request failed. It does not change which
// members the bot knows of: the answer may be older than what sync has shown.
func (c *Client) Members(ctx context.Context, room chat.RoomID) (map[chat.UserID]string, error) {
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	var answer mautrix.RespJoinedMembers
	if _, err := c.mx.MakeRequest(ctx, http.MethodGet, c.mx.BuildClientURL("v3", "rooms", id.RoomID(room), "joined_members"), nil, &answer); err != nil {
		return nil, fmt.Errorf("ask for the members of a room: %w", err)
	}
	members := make(map[chat.UserID]string, len(answer.Joined))
	for user, member := range answer.Joined {
		members[chat.UserID(user)] = cleanName(member.DisplayName)
	}
	return members, nil
}

// HasLeft reports whether a sync or a member list has shown that a person left a room,
// was removed or is banned from it, and nothing newer. It is false for a person of whom
// neither has shown anything, and if the key database cannot be read.
func (c *Client) HasLeft(ctx context.Context, room chat.RoomID, user chat.UserID) bool {
	member, err := c.state.TryGetMember(ctx, id.RoomID(room), id.UserID(user))
	return err == nil && member != nil && (member.Membership == event.MembershipLeave || member.Membership == event.MembershipBan)
}

// knowMembers reads the full member list from the homeserver before the first message
// that this process encrypts for the room, and again after forgetMembers. If the list
// differs from the members to whom the room's key was sent, it deletes that key. If
// members join or leave during each of membersTries reads, it goes on with the last
// one. After an error, the next call reads again.
func (c *Client) knowMembers(ctx context.Context, room id.RoomID) error {
	for range membersTries {
		c.mu.Lock()
		known := c.membersKnown[room]
		c.membersKnown[room], c.membersRead[room] = true, true // a gap from here on triggers a new read
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

// forgetMembers makes knowMembers read the room's member list from the homeserver again
// before the next encrypted message.
func (c *Client) forgetMembers(room id.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.membersKnown, room)
}

// memberChanges tells knowMembers that the members of a room change. If knowMembers is
// reading the room's member list now, it reads the list once more: the list may be
// older than the change, and would undo it. The caller calls memberChanges before it
// stores the change.
func (c *Client) memberChanges(room id.RoomID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.membersRead[room] {
		delete(c.membersKnown, room)
	}
}
