package testkit

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Conversation is a person's view of a room, in plain values, for callers without
// knowledge of Matrix, such as the demo's prompt. It is not safe for concurrent use.
type Conversation struct {
	client *Client
	room   id.RoomID
	known  map[id.EventID]bool // returned by News, or sent through the conversation
}

// Act is one thing that a person or the bot did in a room: a message, an edit (Edits),
// a deletion (Deletes) or a reaction (ReactsTo), with the ids of the events.
type Act struct {
	ID     string
	Sender string // full user id
	Body   string // of a message, or the new text of an edit
	HTML   string // likewise; empty if there is only plain text
	Notice bool   // a message of a bot, which never rings

	ReplyTo  string // the message that this one answers, also in a thread
	Thread   string // the root of the thread
	Edits    string
	Deletes  string
	ReactsTo string
	Reaction string
}

// Conversation returns a view of the room, whose News will begin with the room's first
// act that the client saw.
func (c *Client) Conversation(room id.RoomID) *Conversation {
	return &Conversation{client: c, room: room, known: make(map[id.EventID]bool)}
}

// News returns the acts in the room that it has not returned yet, in the order of
// arrival, and a channel that closes when there may be more. It leaves out acts through
// the conversation itself; an undecrypted event appears once it can be decrypted.
func (v *Conversation) News() ([]Act, <-chan struct{}) {
	events, changed := v.client.snapshot(v.room)
	var news []Act
	for _, evt := range events {
		act, ok := actOf(evt)
		if !ok || v.known[evt.ID] {
			continue
		}
		v.known[evt.ID] = true
		news = append(news, act)
	}
	return news, changed
}

// actOf returns the act of which evt is the record; false for an event that is no
// message, edit, deletion or reaction, and for one whose content was deleted.
func actOf(evt *event.Event) (Act, bool) {
	act := Act{ID: evt.ID.String(), Sender: evt.Sender.String()}
	switch evt.Type {
	case event.EventMessage:
		content := evt.Content.AsMessage()
		relation := content.OptionalGetRelatesTo()
		act.ReplyTo, act.Thread = relation.GetReplyTo().String(), relation.GetThreadParent().String()
		act.Edits = relation.GetReplaceID().String()
		if content.NewContent != nil {
			content = content.NewContent
		}
		act.Body, act.Notice = content.Body, content.MsgType == event.MsgNotice
		if content.Format == event.FormatHTML {
			act.HTML = content.FormattedBody
		}
		// A message that was deleted before the client saw it has no content.
		return act, content.MsgType != ""
	case event.EventReaction:
		relation := evt.Content.AsReaction().RelatesTo
		act.ReactsTo, act.Reaction = relation.GetAnnotationID().String(), relation.GetAnnotationKey()
		return act, act.ReactsTo != ""
	case event.EventRedaction:
		act.Deletes = evt.Redacts.String()
		if act.Deletes == "" {
			act.Deletes = evt.Content.AsRedaction().Redacts.String()
		}
		return act, true
	}
	return Act{}, false
}

// WaitMember waits until the user is in the room. It sets no time limit itself: the
// error wraps the cause of ctx, or says that the client has stopped.
func (v *Conversation) WaitMember(ctx context.Context, user id.UserID) error {
	if err := v.client.waitMember(ctx, v.room, user, event.MembershipJoin); err != nil {
		return fmt.Errorf("wait for %s to join: %w", user, err)
	}
	return nil
}

// WaitMessage waits until the client has seen a message of the user in the room, also
// one sent before. It sets no time limit itself: the error wraps the cause of ctx, or
// says that the client has stopped.
func (v *Conversation) WaitMessage(ctx context.Context, user id.UserID) error {
	_, err := v.client.Wait(ctx, v.room, func(evt *event.Event) bool {
		return evt.Sender == user && evt.Type == event.EventMessage
	})
	if err != nil {
		return fmt.Errorf("wait for a message of %s: %w", user, err)
	}
	return nil
}

// Say sends a text and returns the message's id, or the error of the request. If thread
// is not empty, the message goes into the thread of that message. News leaves it out.
func (v *Conversation) Say(ctx context.Context, text, thread string) (string, error) {
	var manners []Manner
	if thread != "" {
		manners = append(manners, InThread(id.EventID(thread)))
	}
	return v.send(ctx, event.EventMessage, message(text, manners))
}

// Edit replaces the text of target, a message of the person. News leaves it out.
func (v *Conversation) Edit(ctx context.Context, target, text string) error {
	content := message(text, nil)
	content.SetEdit(id.EventID(target))
	_, err := v.send(ctx, event.EventMessage, content)
	return err
}

// React adds an emoji reaction to the message target. News leaves it out.
func (v *Conversation) React(ctx context.Context, target, emoji string) error {
	content := &event.ReactionEventContent{}
	content.RelatesTo.SetAnnotation(id.EventID(target), emoji)
	_, err := v.send(ctx, event.EventReaction, content)
	return err
}

// Delete deletes target, a message of the person. News leaves it out.
func (v *Conversation) Delete(ctx context.Context, target string) error {
	resp, err := v.client.RedactEvent(ctx, v.room, id.EventID(target))
	if err != nil {
		return fmt.Errorf("delete %s: %w", target, err)
	}
	v.known[resp.EventID] = true
	return nil
}

func (v *Conversation) send(ctx context.Context, kind event.Type, content any) (string, error) {
	eventID, err := v.client.SendEvent(ctx, v.room, kind, content)
	if err != nil {
		return "", err
	}
	v.known[eventID] = true
	return eventID.String(), nil
}
