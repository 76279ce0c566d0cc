package relay

import (
	"context"

	"heraut/chat"
)

// mayReach returns a *Fault if a message of sender from the asker's room may not go to
// the experts of q, nil if it may: the bot must be in their room, and that room must
// have no readers whom the asker's room lacks, apart from those to whom the asker
// agreed (q.Widens), who count only for the asker's own messages. then is the audience
// that certainly could read the asker's room when the message was written. Any other
// error is that of looking up the rooms.
func (d *Carrier) mayReach(ctx context.Context, q Question, sender chat.UserID, then chat.Audience) error {
	if err := d.present(ctx, q.Experts, FaultNoExperts, q.Number); err != nil {
		return err
	}
	w, err := d.widens(ctx, then, q.Origin, q.Experts)
	if err != nil {
		return err
	}
	if sender != q.Asker {
		q.Widens = chat.Audience{}
	}
	if w = w.Beyond(q.Widens); !w.None() {
		name, err := d.roomName(ctx, q.Experts)
		if err != nil {
			return err
		}
		return &Fault{What: FaultWiderNow, Number: q.Number, Widens: w, Room: name}
	}
	return nil
}

// Reaches reports whether the experts' room may see the question q now: the asker
// agreed to all readers that the room has. The error is that of looking up the rooms.
func (d *Carrier) Reaches(ctx context.Context, q Question) (bool, error) {
	w, err := d.widens(ctx, q.Readers, q.Origin, q.Experts)
	return w.Beyond(q.Widens).None(), err
}

// mayReturn returns a *Fault if an expert's message may not go to the room of the asker
// of q, because the bot is not in it, or because that room has further readers than the
// experts were told; nil if it may.
func (d *Carrier) mayReturn(ctx context.Context, q Question) error {
	if err := d.present(ctx, q.Origin, FaultNoAsker, q.Number); err != nil {
		return err
	}
	now, err := d.readers(ctx, q.Origin)
	if err != nil {
		return err
	}
	if w := now.Most.Beyond(q.ShownAudience); !w.None() {
		name, err := d.roomName(ctx, q.Origin)
		if err != nil {
			return err
		}
		return &Fault{What: FaultReaders, Number: q.Number, Widens: w, Room: name}
	}
	return nil
}

// present returns a *Fault of the kind what if the bot is not in a room; nil if it is,
// or if it knows the state of a successor room that it is about to join
// (chat.Room.Known). number is the question's, for the sentence. Any other error is
// that of looking up the room.
func (d *Carrier) present(ctx context.Context, room chat.RoomID, what FaultKind, number int64) error {
	r, err := d.Room(ctx, room)
	if err != nil || r.Joined || r.Known() {
		return err
	}
	return &Fault{What: what, Number: number, Room: r.Name, Banned: r.Exit == chat.ExitBanned}
}

// chosen reports whether the author of the message e, rather than the homeserver, chose
// the message to which e relates (chat.Message.Chosen). The error is that of looking
// up the room.
func (d *Carrier) chosen(ctx context.Context, e chat.Event) (bool, error) {
	r, err := d.Room(ctx, e.Room)
	return err == nil && e.Message.Chosen(r.Encrypted), err
}

// mayFollow returns a *Fault if the message e may not be carried because its author may
// not have chosen its relation to the question q. The homeserver could have forged that
// relation to send the text to another room, so that room must be no less protected.
func (d *Carrier) mayFollow(ctx context.Context, e chat.Event, q Question) error {
	if chosen, err := d.chosen(ctx, e); err != nil || chosen {
		return err
	}
	to := q.Experts
	if e.Room == to {
		to = q.Origin
	}
	w, err := d.widens(ctx, chat.Everybody, e.Room, to)
	if err != nil || w.None() {
		return err
	}
	return &Fault{What: FaultOuter, Number: q.Number, Widens: w}
}
