package matrix

import (
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/text"
)

// maxBody bounds a stored text, in bytes.
const maxBody = 64 << 10

// understand turns a clear or decrypted event into a chat event without the sender's
// name and rights; nil if the bot ignores it, such as a message from a device that is
// not its sender's. direct reports that the room is a direct message.
func (c *Client) understand(evt *event.Event, direct bool) *chat.Event {
	trust := chat.TrustServer
	if evt.Mautrix.WasEncrypted {
		switch state := evt.Mautrix.TrustState; {
		case state < id.TrustStateUnset:
			c.log.Warn().Str("event", evt.ID.String()).Str("trust", state.String()).Msg("Ignoring a message from a device that is not its sender's")
			return nil
		case state >= id.TrustStateCrossSignedTOFU:
			trust = chat.TrustVerified
		default:
			trust = chat.TrustMember
		}
	}
	e := &chat.Event{
		ID: chat.EventID(evt.ID), Room: chat.RoomID(evt.RoomID), Sender: chat.UserID(evt.Sender),
		At: time.UnixMilli(evt.Timestamp), Direct: direct, Trust: trust,
		IdentityChanged: evt.Mautrix.WasEncrypted && evt.Mautrix.TrustState == id.TrustStateCrossSignedUntrusted,
	}
	if e.Message = readShown(evt); e.Message != nil {
		e.Message.RelationEncrypted = evt.Mautrix.WasEncrypted && hasRelation(evt)
		return e
	}
	if err := evt.Content.ParseRaw(evt.Type); err != nil && evt.Content.Parsed == nil {
		return nil
	}
	switch content := evt.Content.Parsed.(type) {
	case *event.MessageEventContent:
		if content.MsgType == event.MsgVerificationRequest {
			if content.To != c.mx.UserID {
				return nil
			}
			e.Verification = &chat.Verification{}
			return e
		}
		if e.Message = c.readMessage(content); e.Message == nil {
			return nil
		}
		e.Message.RelationEncrypted = evt.Mautrix.WasEncrypted && hasRelation(evt)
	case *event.ReactionEventContent:
		target := content.RelatesTo.GetAnnotationID()
		if target == "" || content.RelatesTo.Key == "" || len(content.RelatesTo.Key) > 64 {
			return nil
		}
		e.Reaction = &chat.Reaction{Target: chat.EventID(target), Key: content.RelatesTo.Key}
	case *event.RedactionEventContent:
		target := evt.Redacts // before room version 11
		if target == "" {
			target = content.Redacts
		}
		if target == "" {
			return nil
		}
		e.Redaction = &chat.Redaction{Target: chat.EventID(target)}
	default:
		return nil
	}
	return e
}

// left returns the person whom an event takes out of a room in which they were, by
// leaving, a kick or a ban; nil if it takes out none, such as one who was only invited,
// or the bot itself.
func (c *Client) left(evt *event.Event) *chat.Left {
	if evt.StateKey == nil || evt.Type.Type != event.StateMember.Type || *evt.StateKey == c.mx.UserID.String() {
		return nil
	}
	switch membership, _ := evt.Content.Raw["membership"].(string); event.Membership(membership) {
	case event.MembershipLeave, event.MembershipBan:
	default:
		return nil
	}
	// A user who was only invited, or is banned after having left, was not in the
	// room.
	if prev := evt.Unsigned.PrevContent; prev != nil {
		if before, _ := prev.Raw["membership"].(string); before != string(event.MembershipJoin) {
			return nil
		}
	}
	return &chat.Left{User: chat.UserID(*evt.StateKey)}
}

// readMessage returns the message in the content of an m.room.message event, for an edit
// with the new text; nil for messages of the type m.notice, which bots send, and others
// that the bot ignores.
func (c *Client) readMessage(content *event.MessageEventContent) *chat.Message {
	relation := content.RelatesTo
	edits := relation.GetReplaceID()
	if edits != "" {
		if content.NewContent == nil {
			return nil
		}
		content = content.NewContent
	}
	body, html := content.Body, content.FormattedBody
	if content.Format != event.FormatHTML || len(html) > maxBody {
		html = ""
	}
	m := &chat.Message{
		Edits: chat.EventID(edits), Thread: chat.EventID(relation.GetThreadParent()),
		ReplyTo: chat.EventID(relation.GetNonFallbackReplyTo()),
	}
	kind, isShown := kindOf(content)
	if !isShown {
		return nil
	}
	m.Kind = kind
	switch content.MsgType {
	case event.MsgImage, event.MsgFile, event.MsgVideo, event.MsgAudio:
		m.File = &chat.File{Name: cleanName(content.GetFileName())}
		if content.Info != nil {
			m.File.Type, m.File.Size = cleanName(content.Info.MimeType), int64(max(content.Info.Size, 0))
		}
		m.File.Shown, m.File.Media = strings.TrimPrefix(string(content.MsgType), "m."), mediaOf(content)
		if content.FileName == "" || content.FileName == content.Body {
			body, html = "", "" // it is the file's name
		}
	}
	if relation.GetReplyTo() != "" {
		body, html = event.TrimReplyFallbackText(body), event.TrimReplyFallbackHTML(html)
	} else if edits != "" {
		body, html = withoutQuote(body), event.TrimReplyFallbackHTML(html)
	}
	m.Body, m.HTML, m.Mentions = text.TruncateBytes(body, maxBody), html, mentions(content.Mentions)
	return m
}

// maxMentions bounds the stored mentions of a message.
const maxMentions = 50

// mentions returns the people whom the message pings, at most maxMentions; nil if there
// are none.
func mentions(m *event.Mentions) (users []chat.UserID) {
	if m == nil {
		return nil
	}
	for _, user := range m.UserIDs[:min(len(m.UserIDs), maxMentions)] {
		users = append(users, chat.UserID(user))
	}
	return users
}
