package relay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"heraut/chat"
	"heraut/queue"
)

// Files is the rule for which attached files go along with carried messages. The zero
// value lets none go.
type Files struct {
	// MaxBytes is the largest size; 0: no file goes along.
	MaxBytes int64
	// Takes reports whether files of a media type go along.
	Takes func(mediaType string) bool
}

// take reports whether the size and the media type of a file, as its message gives
// them, allow it to go along. The result is false if the file is nil, has no address,
// or has no size.
func (f Files) take(file *chat.File) bool {
	return file != nil && file.Media.Address != "" && file.Size > 0 && file.Size <= f.MaxBytes && f.Takes(file.Type)
}

// fileSlot is the place of a file's post among the posts of a carried message.
const fileSlot = 1

// filePost returns the key of the post that carries the file of a message.
func (m Message) filePost() chat.PostKey { return chat.KeyOf(chat.Cause(m.Event), fileSlot) }

// fingerprint returns a short text that identifies the content of a file: a hash of
// its address and keys.
func fingerprint(m chat.Media) string {
	sum := sha256.Sum256([]byte(m.Address + " " + m.Keys))
	return hex.EncodeToString(sum[:12])
}

// attachment decides whether the file of the message e, stored as m, goes along to the
// other side of the question q, and returns the file's fingerprint if it does. If it
// does not, the result is empty, and the carried message only says that there is a
// file. then is the audience that certainly could read the message's room when it was
// written. The file does not go if the configuration does not take its size or type, if
// the two rooms do not have the same readers (sameReaders), if the message is carried
// without its sender's name, since documents name their authors, or if the homeserver
// could have forged the file's address or the message's relation to the question.
func (d *Carrier) attachment(ctx context.Context, e chat.Event, q Question, m Message, then chat.Audience) (string, error) {
	if !d.Files.take(e.Message.File) || m.Nameless {
		return "", nil
	}
	from, err := d.Room(ctx, e.Room)
	if err != nil || !e.Message.Chosen(from.Encrypted) || from.Encrypted != (e.Message.File.Media.Keys != "") {
		return "", err
	}
	same, err := d.sameReaders(ctx, q, m, then)
	if err != nil || !same {
		return "", err
	}
	return fingerprint(e.Message.File.Media), nil
}

// sameReaders reports whether the two rooms of the carried message m have the same
// readers and the same protection, and whether all of them belong to then, the audience
// when the message was written. It is false if the asker of q had to agree to further
// readers: a person cannot read a whole document before agreeing.
func (d *Carrier) sameReaders(ctx context.Context, q Question, m Message, then chat.Audience) (bool, error) {
	from, err := d.readers(ctx, m.From)
	if err != nil {
		return false, err
	}
	to, err := d.readers(ctx, m.Room)
	if err != nil {
		return false, err
	}
	w, err := d.widens(ctx, then, m.From, m.Room)
	return from == to && w.None() && q.Widens.None(), err
}

// filePosts returns the posts of the carried message m that follow text, the post of
// its text: the post of its file, if the file goes along. Otherwise it returns nil, so
// that an earlier post of a file is withdrawn. If e is an edit, before is the stored
// message; if the file is the same as in before, the post has Same set, which leaves
// the earlier post as it is. then is the audience that certainly could read the
// message; the post's guard compares it with the rooms' readers again.
func (d *Carrier) filePosts(e chat.Event, q Question, before, m Message, text chat.Post, then chat.Audience) []chat.Post {
	switch {
	case m.File == "":
		return nil // an edit without the file withdraws it
	case before.Carried() && before.File == m.File && before.Room == m.Room:
		return []chat.Post{{Room: m.Room, Same: true}}
	}
	return []chat.Post{{
		Room: m.Room, Priority: chat.Attachment, File: e.Message.File, Thread: text.Thread, ReplyTo: chat.Target{Post: m.Post},
		Guard: subject{kind: aboutFile, question: q.Number, event: string(m.Event), then: then}.guard(),
	}}
}

// withFile returns the record of the message that brought the file of s, and whether
// the bot still carries the message with that file. The error is that of the store; the
// bool is then false.
func (d *Carrier) withFile(ctx context.Context, s subject) (m Message, carried bool, err error) {
	m, err = d.store.MessageOf(ctx, chat.EventID(s.event))
	known, err := has(err)
	return m, known && m.Carried() && m.Event == chat.EventID(s.event) && m.File != "", err
}

// checkFile returns the verdict on row, the post of a file, before it is sent: the file
// goes if the message that it came with is still carried, the rooms have the same
// readers, and the bounds still hold. Otherwise the verdict withholds it and, if the
// message is still carried, tells its author.
func (d *Carrier) checkFile(ctx context.Context, row queue.Row, q Question, s subject) (queue.Verdict, error) {
	m, carried, err := d.withFile(ctx, s)
	if err != nil {
		return queue.Verdict{}, err
	}
	if !carried {
		return queue.Verdict{Withhold: "its message is not carried any more"}, nil
	}
	failed := &Fault{What: FaultFile, Number: q.Number}
	if !d.Files.take(row.Post.File) {
		return d.fileHeld(row, q, m, failed), nil
	}
	if m.Role == RoleAnswer {
		err = d.mayReturn(ctx, q)
	} else if err = d.stillReaches(ctx, row, q, m.Sender, s); err == nil && !q.Status.Asked() {
		err = &Fault{What: FaultClosed, Number: q.Number}
	}
	fault, err := faultOf(err)
	if err != nil {
		return queue.Verdict{}, err
	}
	same, err := d.sameReaders(ctx, q, m, s.then)
	if err != nil || same && fault == nil {
		return queue.Verdict{}, err
	}
	if fault != nil && fault.What == FaultPassed {
		failed = fault
	}
	return d.fileHeld(row, q, m, failed), nil
}

func (d *Carrier) fileHeld(row queue.Row, q Question, m Message, fault *Fault) queue.Verdict {
	return queue.Verdict{Withhold: fault.Error(), Change: func(ctx context.Context) error { return d.fileNotCarried(ctx, row, q, m, fault) }}
}

// fileNotCarried posts to the author of the message m that its file does not reach the
// other room, by the sentence for fault, and stores m without the file. An edit of the
// message tries again.
func (d *Carrier) fileNotCarried(ctx context.Context, row queue.Row, q Question, m Message, fault *Fault) error {
	m.File = ""
	if err := d.store.SaveMessage(ctx, m); err != nil {
		return err
	}
	thread := q.thread()
	if m.From == q.Experts {
		thread = chat.Target{Post: q.Root}
	}
	post := chat.Post{Thread: thread, ReplyTo: chat.Target{Event: m.Event}}
	return d.tell(ctx, chat.Cause("held/"+row.Key), m.From, post, fault)
}

// fileEnded handles the end of row, the post of a file. If it failed for good,
// fileEnded tells the author of the message that the file does not reach the other
// room, and removes the file from the stored message. It does nothing if the post was
// sent, or if the message is not carried any more.
func (d *Carrier) fileEnded(ctx context.Context, row queue.Row, q Question, s subject) error {
	m, carried, err := d.withFile(ctx, s)
	if !carried || row.State != queue.Failed {
		return err
	}
	return d.fileNotCarried(ctx, row, q, m, &Fault{What: FaultFile, Number: q.Number})
}
