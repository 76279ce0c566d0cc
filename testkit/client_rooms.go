package testkit

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Room describes a room to make. The zero value is a private room without
// encryption.
type Room struct {
	Name      string
	Alias     string // the part before the colon; empty: no alias
	Public    bool   // anyone may join
	Encrypted bool
	Direct    bool // the invitations have is_direct
	Invite    []id.UserID
}

// MakeRoom makes the described room on the homeserver and returns its id, or an error;
// tests use Room, which ends the test instead. It remembers a direct message, for
// AwaitAnswer and AnswersTo.
func (c *Client) MakeRoom(ctx context.Context, room Room) (id.RoomID, error) {
	req := &mautrix.ReqCreateRoom{
		Name:          room.Name,
		RoomAliasName: room.Alias,
		Preset:        "private_chat",
		IsDirect:      room.Direct,
		Invite:        room.Invite,
	}
	switch {
	case room.Public:
		req.Preset = "public_chat"
	case room.Direct:
		req.Preset = "trusted_private_chat"
	}
	if room.Encrypted {
		req.InitialState = []*event.Event{{
			Type:    event.StateEncryption,
			Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		}}
	}
	resp, err := c.CreateRoom(ctx, req)
	if err != nil {
		return "", fmt.Errorf("make room %q: %w", room.Name, err)
	}
	if room.Direct {
		c.mu.Lock()
		c.direct[resp.RoomID] = true
		c.mu.Unlock()
	}
	return resp.RoomID, nil
}

// Room makes the described room on the homeserver and returns its id. It ends the test
// on an error.
func (c *Client) Room(t testing.TB, room Room) id.RoomID {
	t.Helper()
	roomID, err := c.MakeRoom(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	return roomID
}

// Encrypt turns on the encryption of a room. It ends the test on an error.
func (c *Client) Encrypt(t testing.TB, room id.RoomID) {
	t.Helper()
	_, err := c.SendStateEvent(t.Context(), room, event.StateEncryption, "",
		&event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1})
	if err != nil {
		t.Fatalf("encrypt %s: %v", room, err)
	}
}

// Invite invites a user to a room. It ends the test on an error.
func (c *Client) Invite(t testing.TB, room id.RoomID, user id.UserID) {
	t.Helper()
	if _, err := c.InviteUser(t.Context(), room, &mautrix.ReqInviteUser{UserID: user}); err != nil {
		t.Fatalf("invite %s to %s: %v", user, room, err)
	}
}

// Join joins a room, given by its id or alias, and returns its id. It ends the test on
// an error.
func (c *Client) Join(t testing.TB, room string) id.RoomID {
	t.Helper()
	resp, err := c.JoinRoom(t.Context(), room, nil)
	if err != nil {
		t.Fatalf("join %s: %v", room, err)
	}
	return resp.RoomID
}

// Leave makes the client leave a room. It ends the test on an error.
func (c *Client) Leave(t testing.TB, room id.RoomID) {
	t.Helper()
	if _, err := c.LeaveRoom(t.Context(), room); err != nil {
		t.Fatalf("leave %s: %v", room, err)
	}
}

// Upgrade replaces a room by a new one of that room version, as clients do when a
// person upgrades it, and returns the new room's id. It ends the test on an error.
func (c *Client) Upgrade(t testing.TB, room id.RoomID, version string) id.RoomID {
	t.Helper()
	var answer struct {
		To id.RoomID `json:"replacement_room"`
	}
	url := c.BuildClientURL("v3", "rooms", room, "upgrade")
	if _, err := c.MakeRequest(t.Context(), http.MethodPost, url, map[string]string{"new_version": version}, &answer); err != nil {
		t.Fatalf("upgrade %s: %v", room, err)
	}
	return answer.To
}

// LetMembersInvite sets the power level that an invitation needs in a room to 0, so
// that every member may invite. It ends the test on an error.
func (c *Client) LetMembersInvite(t testing.TB, room id.RoomID) {
	t.Helper()
	var levels event.PowerLevelsEventContent
	if err := c.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatalf("read the power levels of %s: %v", room, err)
	}
	levels.InvitePtr = new(int)
	if _, err := c.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatalf("let the members of %s invite: %v", room, err)
	}
}

// SetPower sets a user's power level in a room. It ends the test on an error.
func (c *Client) SetPower(t testing.TB, room id.RoomID, user id.UserID, level int) {
	t.Helper()
	var levels event.PowerLevelsEventContent
	if err := c.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatalf("read the power levels of %s: %v", room, err)
	}
	levels.SetUserLevel(user, level)
	if _, err := c.SendStateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatalf("set the power of %s in %s: %v", user, room, err)
	}
}
