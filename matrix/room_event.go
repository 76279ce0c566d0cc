package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	mxevent "maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// eventWithin bounds the request for one event.
const eventWithin = 15 * time.Second

// SenderOf asks the homeserver, for 15 seconds at most, for the sender of an event in a
// room. The error is or wraps chat.ErrNotFound if the homeserver shows the bot no such
// event there; another error means that the request failed.
func (c *Client) SenderOf(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.UserID, error) {
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	evt, err := c.mx.GetEvent(ctx, id.RoomID(room), id.EventID(event))
	switch {
	case errors.Is(err, mautrix.MNotFound), errors.Is(err, mautrix.MForbidden):
		return "", fmt.Errorf("%w: %w", chat.ErrNotFound, err)
	case err != nil:
		return "", fmt.Errorf("ask who sent an event: %w", err)
	case evt.RoomID != "" && evt.RoomID != id.RoomID(room):
		return "", chat.ErrNotFound
	}
	return chat.UserID(evt.Sender), nil
}

// Shows asks the homeserver, for 15 seconds at most, whether it shows the bot an event
// that the bot sent to the room. It returns true for a room that the bot is not in,
// where nothing could be sent again, and for an event that cannot be parsed. An error
// means that the homeserver did not say whether it has the event.
func (c *Client) Shows(ctx context.Context, room chat.RoomID, event chat.EventID) (bool, error) {
	if !c.rooms.get(id.RoomID(room)).Joined {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	_, err := c.mx.GetEvent(ctx, id.RoomID(room), id.EventID(event))
	if errors.Is(err, mautrix.MNotFound) {
		return false, nil
	}
	if _, status := answered(err); status > 0 && status < 300 {
		err = nil // it is there, though it cannot be parsed
	}
	return err == nil, err
}

// editsRead bounds the edits of a message that the bot asks for, newest first.
const editsRead = 20

// MessageAt asks the homeserver, for 15 seconds at most, for the message with the id
// event in a room, decrypts it, and returns it with the text of its sender's last edit,
// if there is one. In the result, Message.RelationEncrypted is false if that edit is in
// clear or names the message only outside of its ciphertext, where the homeserver could
// have forged the name; otherwise it is true. The error is or wraps chat.ErrNotFound if
// there is no such message, if it is itself an edit, or if the bot cannot read it;
// another error means that a request or the key database failed.
func (c *Client) MessageAt(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	evt, err := c.mx.GetEvent(ctx, id.RoomID(room), id.EventID(event))
	switch {
	case errors.Is(err, mautrix.MNotFound), errors.Is(err, mautrix.MForbidden):
		return chat.Event{}, fmt.Errorf("%w: %w", chat.ErrNotFound, err)
	case err != nil:
		return chat.Event{}, fmt.Errorf("ask for a message: %w", err)
	case evt.RoomID != "" && evt.RoomID != id.RoomID(room), evt.ID != id.EventID(event):
		return chat.Event{}, chat.ErrNotFound
	}
	heard, err := c.readMessages(ctx, room, []*mxevent.Event{evt})
	if err != nil || len(heard) == 0 || heard[0].Message.Edits != "" {
		return chat.Event{}, cmp.Or(err, chat.ErrNotFound)
	}
	said := heard[0]
	said.Message.RelationEncrypted = true
	answer, err := c.mx.GetRelations(ctx, id.RoomID(room), id.EventID(event), &mautrix.ReqGetRelations{
		RelationType: mxevent.RelReplace, Dir: mautrix.DirectionBackward, Limit: editsRead,
	})
	if err != nil {
		return chat.Event{}, fmt.Errorf("ask for the edits of a message: %w", err)
	}
	edits, err := c.readMessages(ctx, room, slices.DeleteFunc(answer.Chunk, func(edit *mxevent.Event) bool { return edit.Sender != evt.Sender }))
	if err != nil {
		return chat.Event{}, err
	}
	var last time.Time
	for _, edit := range edits {
		if edit.Message.Edits != event || edit.At.Before(last) {
			continue
		}
		last = edit.At
		thread := said.Message.Thread
		edit.Message.Thread, edit.Message.ReplyTo, edit.Message.Edits = thread, said.Message.ReplyTo, ""
		said.Message = edit.Message
	}
	return said, nil
}

// readMessages decrypts events of a room, in each of which it sets RoomID, and returns
// the messages of people among them, in their order, without those that the bot cannot
// decrypt or ignores. The error is that of decryptAll.
func (c *Client) readMessages(ctx context.Context, room chat.RoomID, events []*mxevent.Event) (heard []chat.Event, err error) {
	for _, evt := range events {
		evt.RoomID = id.RoomID(room)
	}
	read, err := c.decryptAll(ctx, events)
	if err != nil {
		return nil, err
	}
	for _, evt := range events {
		if !c.answerable(evt) {
			continue
		}
		if evt.Type.Type == mxevent.EventEncrypted.Type {
			if evt = read[evt].plain; evt == nil {
				continue
			}
		}
		if e := c.hear(ctx, id.RoomID(room), evt, c.rooms.get(id.RoomID(room)).IsDirect()); e != nil && e.Message != nil {
			heard = append(heard, *e)
		}
	}
	return heard, nil
}
