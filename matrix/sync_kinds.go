package matrix

import (
	"context"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// pollStart is the stable event type of polls (MSC3381); mautrix only knows the
// unstable one.
const pollStart = "m.poll.start"

// silentTypes lists the message types that people do not see, or that programs
// write.
var silentTypes = []event.MessageType{event.MsgNotice, event.MsgVerificationRequest, "m.server_notice", ""}

// kindOf returns the kind of the message whose m.room.message event has this content;
// empty for a text or a file, KindOther for an unknown type. ok is false for messages
// that clients do not show or that programs write, such as those of the type m.notice.
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

// readShown returns the message in a sticker or poll event; nil for other events, and
// for an edit of one.
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

// pollQuestion returns the question in raw, the content of a poll event, in any form of
// MSC3381; empty if there is none.
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

// withoutQuote returns body without the quote of another message that old clients leave
// in the text of an edit, where no relation marks it as a quote. A body without such a
// quote stays as it is.
func withoutQuote(body string) string {
	if strings.HasPrefix(body, "> <@") || strings.HasPrefix(body, "> * <@") {
		return event.TrimReplyFallbackText(body)
	}
	return body
}

// DisplayName returns a person's name in a room, from the latest sync or member list
// that showed it, on one line and cut to maxName characters; empty if none did. It asks
// the homeserver for nothing.
func (c *Client) DisplayName(ctx context.Context, room chat.RoomID, user chat.UserID) string {
	return c.displayName(ctx, id.RoomID(room), id.UserID(user))
}
