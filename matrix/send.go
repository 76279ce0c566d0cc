package matrix

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
	"heraut/text"
)

// postKey is the content field that names the post behind an event. It stands
// outside the ciphertext, so that the bot recognises its own events even when it can
// no longer decrypt them. The key is random and reveals nothing.
const postKey = "heraut.post"

// Send makes the change that o describes (a message, a reaction, a deletion, leaving)
// and returns the id of the resulting event; it is empty for leaving, and for a
// deletion or reaction that was already made. Its errors are those that queue.Transport
// describes. A post that a room refuses while it is being replaced in an upgrade waits
// until that is complete. Refused consent or an exceeded quota is reported to the
// health monitor.
func (c *Client) Send(ctx context.Context, o queue.Outgoing) (chat.EventID, error) {
	sent, err := c.send(ctx, o)
	if err != nil {
		c.sendFailed(err)
	} else {
		c.sendWorked()
	}
	refused, isRefused := errors.AsType[*queue.Refused](err)
	if isRefused && errors.Is(err, mautrix.MForbidden) && !o.Post.Leaves {
		switch {
		case c.rooms.moves(o.Post.Room):
			return "", &queue.NotNow{Lane: true, Cause: refused.Cause}
		case c.rooms.get(id.RoomID(o.Post.Room)).Joined:
			// The bot is in the room and may not send: its power level is too low.
			// If the bot was removed, sync will show that soon, and the queue tries
			// the post again.
			return "", &queue.Blocked{Cause: refused.Cause}
		}
	}
	return sent, err
}

func (c *Client) send(ctx context.Context, o queue.Outgoing) (chat.EventID, error) {
	room := id.RoomID(o.Post.Room)
	var answer *mautrix.RespSendEvent
	var err error
	switch p := o.Post; {
	case p.Leaves:
		return "", c.leave(ctx, room)
	case !p.Redacts.IsZero():
		answer, err = c.mx.RedactEvent(ctx, room, id.EventID(p.Redacts.Event), mautrix.ReqRedact{
			TxnID: o.Txn, Extra: map[string]any{postKey: o.Txn},
		})
		if errors.Is(err, mautrix.MNotFound) {
			return "", nil // already gone
		}
	case p.Reaction != "":
		reaction := &event.ReactionEventContent{RelatesTo: *(&event.RelatesTo{}).SetAnnotation(id.EventID(p.ReactsTo.Event), p.Reaction)}
		answer, err = c.put(ctx, room, event.EventReaction, o.Txn, reaction)
		if known, _ := answered(err); known != nil && known.ErrCode == "M_DUPLICATE_ANNOTATION" {
			return "", nil // already there
		}
	case p.Cancels != "":
		return c.sendContent(ctx, room, o, event.InRoomVerificationCancel, cancellation(id.EventID(p.Cancels)))
	case p.File != nil:
		content, err := attached(p)
		if err != nil {
			return "", err
		}
		return c.sendContent(ctx, room, o, event.EventMessage, content)
	default:
		return c.sendContent(ctx, room, o, event.EventMessage, fitted(p))
	}
	return sentEvent(answer, err)
}

// sendContent sends content, a message or the cancellation of a verification, as an
// event of the type kind for the post o. If the room is encrypted, it encrypts the
// content, which may take long, and then calls o.Check; it sends nothing if that
// returns an error. It returns the id of the event. The errors are those of
// queue.Transport, or that of o.Check.
func (c *Client) sendContent(ctx context.Context, room id.RoomID, o queue.Outgoing, kind event.Type, content event.Relatable) (chat.EventID, error) {
	ciphertext, err := c.prepare(ctx, room, kind, content)
	if err != nil {
		return "", prepareError(err)
	}
	if ciphertext == nil {
		return sentEvent(c.put(ctx, room, kind, o.Txn, content))
	}
	if o.Check != nil { // sharing the key may have taken long
		if err := o.Check(ctx); err != nil {
			return "", err
		}
	}
	return sentEvent(c.put(ctx, room, event.EventEncrypted, o.Txn, ciphertext))
}

// prepare returns content, that of an event of the type kind, in encrypted form if the
// room is encrypted, and nil without an error if it is not. Several posts of a room may
// be under way; they take turns in prepare, so that only the first has to ask whether
// the room is encrypted and to share the key. The error is that of askEncryption or
// encrypt, or of ctx.
func (c *Client) prepare(ctx context.Context, room id.RoomID, kind event.Type, content event.Relatable) (*event.EncryptedEventContent, error) {
	if encrypted, asked := c.rooms.encrypted(room); asked && !encrypted {
		return nil, nil //nolint:nilnil // the room is not encrypted
	}
	turn := c.preparing.of(room)
	if err := turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer turn.Release(1)
	if err := c.askEncryption(ctx, room); err != nil {
		return nil, err
	}
	// Checked last: sync may have seen the room become encrypted since.
	if encrypted, _ := c.rooms.encrypted(room); !encrypted {
		return nil, nil //nolint:nilnil // idem
	}
	return c.encrypt(ctx, room, kind, content)
}

// roomTurns holds a semaphore of one for each room. The zero value is ready to use; it
// is safe for concurrent use.
type roomTurns struct {
	mu    sync.Mutex
	turns map[id.RoomID]*semaphore.Weighted
}

func (t *roomTurns) of(room id.RoomID) *semaphore.Weighted {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.turns[room] == nil {
		if t.turns == nil {
			t.turns = map[id.RoomID]*semaphore.Weighted{}
		}
		t.turns[room] = semaphore.NewWeighted(1)
	}
	return t.turns[room]
}

// put sends content as an event of the type kind, without encrypting it. txn is the
// transaction id of the request; the event carries it too, so that sync shows which
// post the event is. The error is mautrix's.
func (c *Client) put(ctx context.Context, room id.RoomID, kind event.Type, txn string, content any) (*mautrix.RespSendEvent, error) {
	body, err := withKey(content, txn)
	if err != nil {
		return nil, err
	}
	return c.mx.SendMessageEvent(ctx, room, kind, body, mautrix.ReqSendEvent{TransactionID: txn, DontEncrypt: true})
}

// withKey returns content as a JSON object to which it adds the field postKey with the
// value key. mautrix would encode, decode, merge and encode it again. The error says
// that content is no object.
func withKey(content any, key string) (json.RawMessage, error) {
	fields, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(fields, []byte("{")) {
		return nil, fmt.Errorf("the content of an event is no object: %T", content)
	}
	name, err := json.Marshal(map[string]string{postKey: key})
	if err != nil {
		return nil, err
	}
	if len(fields) > len("{}") {
		name[len(name)-1] = ','
		return append(name, fields[1:]...), nil
	}
	return name, nil
}

// sentEvent returns the event id in the homeserver's answer to a request to send. If
// err, the error of that request, is not nil, it returns err in the form of the errors
// that queue.Transport describes (sendError); an answer without an id is an error too.
func sentEvent(answer *mautrix.RespSendEvent, err error) (chat.EventID, error) {
	switch {
	case err != nil:
		return "", sendError(err)
	case answer == nil || answer.EventID == "":
		return "", errors.New("the homeserver's answer names no event")
	}
	return chat.EventID(answer.EventID), nil
}

// message returns a post as the content of a Matrix message, with its plain text,
// mentions and relation to other events: an edit, or else a thread or reply.
func message(p chat.Post) *event.MessageEventContent {
	content := &event.MessageEventContent{
		MsgType:       event.MsgNotice,
		Body:          PlainText(p.HTML, p.Lang),
		Format:        event.FormatHTML,
		FormattedBody: p.HTML,
		Mentions:      &event.Mentions{},
		// An empty list keeps clients from fetching link previews (MSC4095).
		BeeperLinkPreviews: []*event.BeeperLinkPreview{},
	}
	if p.Rings {
		content.MsgType = event.MsgText
	}
	for _, user := range p.Mentions {
		content.Mentions.Add(id.UserID(user))
	}
	if p.Edits.IsZero() {
		relate(content, p)
	} else {
		content.SetEdit(id.EventID(p.Edits.Event))
		shortenFallback(content)
	}
	return content
}

// relate sets the relation of content: it puts the message into the thread of its post
// p, or else makes it a reply. A post with neither leaves content as it is.
func relate(content *event.MessageEventContent, p chat.Post) {
	thread, reply := id.EventID(p.Thread.Event), id.EventID(p.ReplyTo.Event)
	switch {
	case thread != "":
		if reply == "" {
			reply = thread
		}
		// Clients without threads show a reply.
		content.RelatesTo = (&event.RelatesTo{}).SetThread(thread, reply)
	case reply != "":
		content.RelatesTo = (&event.RelatesTo{}).SetReplyTo(reply)
	}
}

// maxFallback bounds the text, in characters, that an edit repeats for clients
// without support for edits.
const maxFallback = 300

// shortenFallback shortens the fallback of edit, the new text that an edit repeats for
// clients which do not support edits. If it is longer than maxFallback, shortenFallback
// cuts it and removes its HTML: with the full text twice, a long message would exceed
// the size limit of an event.
func shortenFallback(edit *event.MessageEventContent) {
	if cut := text.Truncate(edit.Body, maxFallback); cut != edit.Body {
		edit.Body, edit.Format, edit.FormattedBody = cut+"…", "", ""
	}
}

// askEncryption asks the homeserver, once per process, whether the room is encrypted:
// the state from a former process may be out of date. It stores that a room is encrypted
// and prepares the key store for it; a room that was once seen encrypted stays so. After
// an error, the next call asks again.
func (c *Client) askEncryption(ctx context.Context, room id.RoomID) error {
	encrypted, asked := c.rooms.encrypted(room)
	if asked {
		return nil
	}
	now, err := c.askEncrypted(ctx, room)
	if err != nil {
		return err
	}
	if now && !encrypted {
		if err := c.changeRoom(ctx, room, func(r *chat.Room) { r.Encrypted = true }); err != nil {
			return err
		}
	}
	if now || encrypted {
		if err := c.knowEncryption(ctx, room); err != nil {
			return err
		}
	}
	c.rooms.askedEncryption(room)
	return nil
}

// askEncrypted asks the homeserver whether the room is encrypted. It does not change the
// stored room, but mautrix stores the encryption settings in the key database. The error
// is that of the request.
func (c *Client) askEncrypted(ctx context.Context, room id.RoomID) (bool, error) {
	var content event.EncryptionEventContent
	err := c.mx.StateEvent(ctx, room, event.StateEncryption, "", &content)
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return false, fmt.Errorf("ask whether the room is encrypted: %w", err)
	}
	return err == nil, nil
}

// knowEncryption prepares the key store for encrypting in a room. If the store lacks
// the room's encryption settings, since the homeserver denies the encryption that the
// bot once saw, it stores the default ones (Megolm). It also asks for the history
// visibility, which mautrix stores; a room without one is no error.
func (c *Client) knowEncryption(ctx context.Context, room id.RoomID) error {
	if known, err := c.state.IsEncrypted(ctx, room); err != nil {
		return err
	} else if !known {
		// The bot once saw the room encrypted, and the homeserver now denies it: the
		// bot goes on encrypting.
		if err := c.state.SetEncryptionEvent(ctx, room, &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}); err != nil {
			return err
		}
	}
	var visibility event.HistoryVisibilityEventContent
	err := c.mx.StateEvent(ctx, room, event.StateHistoryVisibility, "", &visibility)
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return fmt.Errorf("ask for the history visibility: %w", err)
	}
	return nil
}

// encrypt encrypts an event of the type kind for the devices of all members of the room.
// If the room has no current key, it first makes one and sends it to these devices. The
// error is a *queue.NotNow if the bot does not know all devices yet, or they changed
// meanwhile; any other is that of a request or the key database.
func (c *Client) encrypt(ctx context.Context, room id.RoomID, kind event.Type, content event.Relatable) (*event.EncryptedEventContent, error) {
	if err := c.knowMembers(ctx, room); err != nil {
		return nil, err
	}
	if c.devices.isReady(room) {
		ciphertext, err := c.encryptShared(ctx, room, kind, content)
		if !crypto.IsShareError(err) {
			return ciphertext, err
		}
	}
	members, err := c.state.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("read the room's members: %w", err)
	}
	if err := c.readyDevices(ctx, room, members); err != nil {
		return nil, err
	}
	ciphertext, err := c.encryptShared(ctx, room, kind, content)
	if !crypto.IsShareError(err) {
		return ciphertext, err
	}
	devices, err := c.missingSessions(ctx, members)
	if err != nil {
		return nil, err
	}
	var claimed answers
	if len(devices) > 0 {
		if claimed.claim, err = c.claimKeys(ctx, devices); err != nil {
			return nil, fmt.Errorf("claim one-time keys: %w", err)
		}
	}
	if err := c.share(ctx, room, members, claimed); err != nil {
		return nil, err
	}
	return c.encryptShared(ctx, room, kind, content)
}

// encryptShared returns an event of the type kind encrypted with the room's present key.
// If there is none or it has expired, crypto.IsShareError is true for the error: the
// caller makes a key with share first. Other errors say that it cannot be encrypted.
func (c *Client) encryptShared(ctx context.Context, room id.RoomID, kind event.Type, content event.Relatable) (*event.EncryptedEventContent, error) {
	c.machMu.Lock()
	defer c.machMu.Unlock()
	ciphertext, err := c.mach.EncryptMegolmEvent(ctx, room, kind, &event.Content{Parsed: content})
	if err != nil && !crypto.IsShareError(err) {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return ciphertext, err
}

// share makes a new key for the room and sends it to the members' devices. claimed
// holds the one-time keys of devices that this needs. If a member's devices have just
// changed, share sends nothing and returns a *queue.NotNow. Any other error is that of
// mautrix.
func (c *Client) share(ctx context.Context, room id.RoomID, members []id.UserID, claimed answers) error {
	c.machMu.Lock()
	defer c.machMu.Unlock()
	if !c.devices.isReady(room) {
		return &queue.NotNow{Lane: true, Cause: errors.New("some members' devices changed meanwhile")}
	}
	if err := c.mach.ShareGroupSession(withAnswers(ctx, claimed), room, members); err != nil {
		return fmt.Errorf("share the room's key: %w", err)
	}
	return nil
}

// MarkRead sends a read receipt, by which clients show that the bot has read the room
// up to the event read. It sends nothing for an event that the bot made itself, whose
// id does not start with «$». The error is that of the request.
func (c *Client) MarkRead(ctx context.Context, room chat.RoomID, read chat.EventID) error {
	if !strings.HasPrefix(string(read), "$") {
		return nil // the bot made this event itself
	}
	return c.mx.SendReceipt(ctx, id.RoomID(room), id.EventID(read), event.ReceiptTypeRead, nil)
}
