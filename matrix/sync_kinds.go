package matrix

import (
	"context"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// pollStart is the event type of polls (MSC3381); mautrix knows the unstable one.
const pollStart = "m.poll.start"

// silentTypes are message types that people do not see, or that programs write.
var silentTypes = []event.MessageType{event.MsgNotice, event.MsgVerificationRequest, "m.server_notice", ""}

// kindOf returns what a message of m.room.message is besides a text or a file;
// ok is false for what people do not see.
func kindOf(content *event.MessageEventContent) (kind chat.MessageKind, ok bool) {
	switch content.MsgType {
	case event.MsgText, event.MsgImage, event.MsgFile, event.MsgVideo:
		return "", true
	case event.MsgAudio:
		if content.MSC3245Voice != nil {
			return chat.KindVoice, true
		}
		return "", true
	case event.MsgEmote:
		return chat.KindEmote, true
	case event.MsgLocation:
		return chat.KindLocation, true
	}
	for _, silent := range silentTypes {
		if content.MsgType == silent {
			return "", false
		}
	}
	return chat.KindOther, true
}

// readShown reads a sticker or a poll; nil for any other event. What it replies to
// is read from the raw content: mautrix has no type for the stable poll.
func readShown(evt *event.Event) *chat.Message {
	if evt.StateKey != nil {
		return nil
	}
	m := &chat.Message{}
	raw := evt.Content.Raw
	switch evt.Type.Type {
	case event.EventSticker.Type:
		m.Kind = chat.KindSticker
		m.Body, _ = raw["body"].(string)
	case event.EventUnstablePollStart.Type, pollStart:
		m.Kind, m.Body = chat.KindPoll, pollQuestion(raw)
	default:
		return nil
	}
	relation, _ := raw["m.relates_to"].(map[string]any)
	if relation["rel_type"] == string(event.RelReplace) {
		return nil
	}
	reply, _ := relation["m.in_reply_to"].(map[string]any)
	to, _ := reply["event_id"].(string)
	if relation["rel_type"] == string(event.RelThread) {
		thread, _ := relation["event_id"].(string)
		m.Thread = chat.EventID(thread)
		if falling, _ := relation["is_falling_back"].(bool); falling {
			to = ""
		}
	}
	m.ReplyTo, m.Body = chat.EventID(to), cleanName(m.Body)
	return m
}

// pollQuestion is the question of a poll, in the forms of MSC3381; empty if it is
// in none of them.
func pollQuestion(raw map[string]any) string {
	for _, form := range []struct{ poll, text string }{
		{pollStart, "m.text"}, {event.EventUnstablePollStart.Type, "org.matrix.msc1767.text"},
	} {
		poll, _ := raw[form.poll].(map[string]any)
		question, _ := poll["question"].(map[string]any)
		switch text := question[form.text].(type) {
		case string:
			return text
		case []any:
			for _, representation := range text {
				fields, _ := representation.(map[string]any)
				if body, ok := fields["body"].(string); ok {
					return body
				}
			}
		}
		if body, ok := question["body"].(string); ok {
			return body
		}
	}
	return ""
}

// withoutQuote drops the quote of another message that old clients leave in the
// text of an edit: there, no relation says that it is one.
func withoutQuote(body string) string {
	if strings.HasPrefix(body, "> <@") || strings.HasPrefix(body, "> * <@") {
		return event.TrimReplyFallbackText(body)
	}
	return body
}

// DisplayName is what a person is called in a room, as far as sync told; empty if
// it did not.
func (c *Client) DisplayName(ctx context.Context, room chat.RoomID, user chat.UserID) string {
	return c.displayName(ctx, id.RoomID(room), id.UserID(user))
}
