package testkit

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"testing"

	"go.mau.fi/util/jsontime"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Manner is a function that changes the content of a message before Say, Edit or
// SendFile sends it, for example into a reply. Several can be combined.
type Manner func(*event.MessageEventContent)

// ReplyingTo returns a Manner that makes the message a reply to the event target.
func ReplyingTo(target id.EventID) Manner {
	return func(content *event.MessageEventContent) { relate(content).SetReplyTo(target) }
}

// InThread returns a Manner that puts the message into the thread of the message root.
func InThread(root id.EventID) Manner {
	return func(content *event.MessageEventContent) { relate(content).SetThread(root, root) }
}

// Mentioning returns a Manner that puts a mention of the user before the text, as
// clients do when a person picks a name from their list.
func Mentioning(user id.UserID) Manner {
	return func(content *event.MessageEventContent) {
		content.EnsureHasHTML()
		name := user.Localpart()
		content.FormattedBody = fmt.Sprintf(`<a href="%s">%s</a>: %s`,
			user.URI().MatrixToURL(), html.EscapeString(name), content.FormattedBody)
		content.Body = name + ": " + content.Body
		content.Mentions.Add(user)
	}
}

// AsNotice is a Manner that turns the message into an m.notice, the kind that bots
// send.
func AsNotice(content *event.MessageEventContent) { content.MsgType = event.MsgNotice }

// RequestDevice sends all devices of a user a request to verify themselves with this
// client, under the given transaction id. It ends the test on an error.
func (c *Client) RequestDevice(t testing.TB, user id.UserID, transaction id.VerificationTransactionID) {
	t.Helper()
	content := &event.VerificationRequestEventContent{
		FromDevice: c.DeviceID, Methods: []event.VerificationMethod{event.VerificationMethodSAS},
		Timestamp: jsontime.UnixMilliNow(),
	}
	content.TransactionID = transaction
	_, err := c.SendToDevice(t.Context(), event.ToDeviceVerificationRequest, &mautrix.ReqSendToDevice{
		Messages: map[id.UserID]map[id.DeviceID]*event.Content{user: {"*": {Parsed: content}}},
	})
	if err != nil {
		t.Fatalf("ask %s to verify: %v", user, err)
	}
}

func relate(content *event.MessageEventContent) *event.RelatesTo {
	if content.RelatesTo == nil {
		content.RelatesTo = &event.RelatesTo{}
	}
	return content.RelatesTo
}

func message(text string, manners []Manner) *event.MessageEventContent {
	content := &event.MessageEventContent{
		MsgType:  event.MsgText,
		Body:     text,
		Mentions: &event.Mentions{}, // as all clients with support for mentions do
	}
	for _, manner := range manners {
		manner(content)
	}
	return content
}

// Say sends a text, encrypted if the room is, and returns the message's id. The manners
// change it before, for example into a reply. It ends the test on an error.
func (c *Client) Say(t testing.TB, room id.RoomID, text string, manners ...Manner) id.EventID {
	t.Helper()
	return c.Send(t, room, event.EventMessage, message(text, manners))
}

// Edit sends an edit that replaces the text of the message target, and returns the
// edit's id. The manners change the new content before. It ends the test on an error.
func (c *Client) Edit(t testing.TB, room id.RoomID, target id.EventID, text string, manners ...Manner) id.EventID {
	t.Helper()
	content := message(text, manners)
	content.SetEdit(target)
	return c.Send(t, room, event.EventMessage, content)
}

// React puts the emoji key on the event target and returns the reaction's id. It ends
// the test on an error.
func (c *Client) React(t testing.TB, room id.RoomID, target id.EventID, key string) id.EventID {
	t.Helper()
	content := &event.ReactionEventContent{}
	content.RelatesTo.SetAnnotation(target, key)
	return c.Send(t, room, event.EventReaction, content)
}

// Redact deletes the event target and returns the id of the deletion. It ends the test
// on an error.
func (c *Client) Redact(t testing.TB, room id.RoomID, target id.EventID) id.EventID {
	t.Helper()
	resp, err := c.RedactEvent(t.Context(), room, target)
	if err != nil {
		t.Fatalf("redact %s: %v", target, err)
	}
	return resp.EventID
}

// Send sends an event of any type but state, encrypted if the room is and it is no
// reaction, and returns its id. It ends the test on an error.
func (c *Client) Send(t testing.TB, room id.RoomID, kind event.Type, content any) id.EventID {
	t.Helper()
	eventID, err := c.SendEvent(t.Context(), room, kind, content)
	if err != nil {
		t.Fatal(err)
	}
	return eventID
}

// SendEvent sends an event of any type but state, encrypted if the room is and it is no
// reaction, and returns its id, or an error; tests use Send, which ends the test
// instead. Before the first event in a room it reads the room's state, since a room with
// unknown state counts as clear.
func (c *Client) SendEvent(ctx context.Context, room id.RoomID, kind event.Type, content any) (id.EventID, error) {
	c.mu.Lock()
	ready := c.ready[room]
	c.mu.Unlock()
	if !ready {
		if _, err := c.State(ctx, room); err != nil {
			return "", fmt.Errorf("read the state of %s: %w", room, err)
		}
		c.mu.Lock()
		c.ready[room] = true
		c.mu.Unlock()
	}
	c.keys.Lock()
	resp, err := c.SendMessageEvent(ctx, room, kind, content)
	c.keys.Unlock()
	if err != nil {
		return "", fmt.Errorf("send %s to %s: %w", kind.Type, room, err)
	}
	return resp.EventID, nil
}

// Replay sends the recorded request r again, without its query, to the homeserver's
// address url, with this client's access token. It ends the test on an error.
func (c *Client) Replay(t testing.TB, url string, r Request) {
	t.Helper()
	_, err := c.MakeFullRequest(t.Context(), mautrix.FullRequest{
		Method: r.Method, URL: url + r.Path, RequestBytes: r.Body,
		Headers: http.Header{"Content-Type": {"application/json"}},
	})
	if err != nil {
		t.Fatalf("repeat %s %s: %v", r.Method, r.Path, err)
	}
}
