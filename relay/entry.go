package relay

import (
	"context"
	"strconv"

	"heraut/chat"
	"heraut/text"
)

// entryMessage returns a copy of the message in e with the answer of the FAQ entry with
// that number as its text, in place of its own text and file. The error is a *Fault if
// e comes from the asker's side, if there is no such entry, if the experts' room may
// not read it, or if the asker's room may not.
func (d *Carrier) entryMessage(ctx context.Context, e chat.Event, q Question, number int64) (*chat.Message, error) {
	if e.Room != q.Experts {
		return nil, &Fault{What: FaultEntryExperts, Number: q.Number}
	}
	entry, err := d.store.Entry(ctx, number)
	known, err := has(err)
	if err != nil {
		return nil, err
	}
	experts, err := d.readers(ctx, q.Experts)
	if err != nil {
		return nil, err
	}
	if !known || !entry.MayBeShownTo(experts.Most) {
		return nil, &Fault{What: FaultNoEntry, Number: q.Number, Word: strconv.FormatInt(number, 10)}
	}
	if err := d.mayAnswerWith(ctx, q, entry); err != nil {
		return nil, err
	}
	m := *e.Message
	m.Body, m.HTML, m.Kind, m.File = entry.Answer, "", "", nil
	return &m, nil
}

// mayAnswerWith returns a *Fault if the room of the asker of q may not read the FAQ
// entry, nil if it may. The entry must also be for those whom the experts were told of:
// answers to the question may be shown to them later.
func (d *Carrier) mayAnswerWith(ctx context.Context, q Question, entry Entry) error {
	now, err := d.readers(ctx, q.Origin)
	if err != nil {
		return err
	}
	readers := now.Most.Either(q.ShownAudience)
	if entry.MayBeShownTo(readers) {
		return nil
	}
	name, err := d.roomName(ctx, q.Origin)
	if err != nil {
		return err
	}
	return &Fault{
		What: FaultEntryWider, Number: q.Number, Word: strconv.FormatInt(entry.Number, 10),
		Widens: readers.Beyond(entry.Audience), Room: name,
	}
}

// stillAnswers checks, before the answer m is sent, that the FAQ still holds the
// entry with that number, with the text that m gives, and that the entry may be shown
// to the room of the asker of q and to the readers whom the experts were told of. If
// not, the error is a *Fault; any other error means that the check failed.
func (d *Carrier) stillAnswers(ctx context.Context, q Question, m Message, number int64) error {
	entry, err := d.store.Entry(ctx, number)
	known, err := has(err)
	switch {
	case err != nil:
		return err
	case !known || text.Truncate(entry.Answer, maxCarried) != m.Text:
		return &Fault{What: FaultEntryChanged, Number: q.Number, Word: strconv.FormatInt(number, 10)}
	}
	return d.mayAnswerWith(ctx, q, entry)
}
