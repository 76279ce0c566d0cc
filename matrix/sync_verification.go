package matrix

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

const (
	// verifyWithin is the age from which a request to verify is ignored, as the
	// specification demands (key verification framework).
	verifyWithin = 10 * time.Minute
	// maxTransaction bounds the transaction id of a request, in bytes.
	maxTransaction = 255
	// mostRefusals bounds the requests to the device that one sync has cancelled.
	mostRefusals = 10
)

// noEmojis is the reason that clients may show.
const noEmojis = "A bot cannot compare emojis"

// cancellation returns the content of the event that cancels a request to verify
// devices; request is the event with the request.
func cancellation(request id.EventID) *event.VerificationCancelEventContent {
	content := &event.VerificationCancelEventContent{Code: event.VerificationCancelCodeUser, Reason: noEmojis}
	content.RelatesTo = &event.RelatesTo{Type: event.RelReference, EventID: request}
	return content
}

// takeVerifications cancels requests to verify devices that were sent to the bot's
// device, at most mostRefusals a sync and none older than verifyWithin, in goroutines of
// their own. It adds an event about each to t.batch, so that the bot explains it in the
// direct message with the sender, if there is one.
func (c *Client) takeVerifications(ctx context.Context, t *turn) {
	refused := 0
	for _, evt := range t.answer.ToDevice.Events {
		request, ok := evt.Content.Parsed.(*event.VerificationRequestEventContent)
		if !ok || request.FromDevice == "" || request.TransactionID == "" || len(request.TransactionID) > maxTransaction {
			continue
		}
		if age := t.batch.Received.Sub(request.Timestamp.Time); age > verifyWithin || refused == mostRefusals {
			continue
		}
		refused++
		go c.refuseVerification(ctx, evt.Sender, request)
		room, ok := c.directWith(evt.Sender)
		if !ok || evt.Sender == c.mx.UserID || c.config.IsBot(chat.UserID(evt.Sender)) {
			continue
		}
		e := &chat.Event{
			ID: chat.EventID(fmt.Sprintf("verification/%s/%s", evt.Sender, request.TransactionID)), Room: room,
			Sender: chat.UserID(evt.Sender), Name: c.displayName(ctx, id.RoomID(room), evt.Sender),
			At: t.batch.Received, Direct: true, Verification: &chat.Verification{ToDevice: true},
		}
		t.batch.Arrivals = append(t.batch.Arrivals, queue.Arrival{ID: e.ID, Room: room, At: e.At, Event: e})
	}
}

// refuseVerification cancels a request of user to verify devices that was sent to the
// bot's device. It only logs an error.
func (c *Client) refuseVerification(ctx context.Context, user id.UserID, request *event.VerificationRequestEventContent) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	content := &event.VerificationCancelEventContent{Code: event.VerificationCancelCodeUser, Reason: noEmojis}
	content.TransactionID = request.TransactionID
	_, err := c.mx.SendToDevice(ctx, event.ToDeviceVerificationCancel, &mautrix.ReqSendToDevice{
		Messages: map[id.UserID]map[id.DeviceID]*event.Content{user: {request.FromDevice: {Parsed: content}}},
	})
	if err != nil {
		c.log.Warn().Err(err).Msg("A request to verify this device could not be cancelled")
	}
}

// directWith returns a room in which the bot answers and that is a direct message to
// which the user invited it; false if there is none.
func (c *Client) directWith(user id.UserID) (chat.RoomID, bool) {
	for _, r := range c.rooms.all() {
		if r.Joined && r.InvitedBy == chat.UserID(user) && r.IsDirect() && c.rooms.setUp(id.RoomID(r.ID)) {
			return r.ID, true
		}
	}
	return "", false
}
