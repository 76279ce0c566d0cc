package commands

import (
	"context"

	"heraut/chat"
)

// listedData bounds the number of stored data that the list about a person shows.
const listedData = 40

// personalData is the data of the message that shows a person the data stored about
// them.
type personalData struct {
	Prefix string
	About
	Data []datumLine
	More int
}

// datumLine is one stored piece of data about a person, with the room that it comes
// from.
type datumLine struct {
	chat.Datum
	Place *place
}

// personal answers with everything that the bot stores about the person who asks: the
// first listedData pieces, and the number of the others.
func (a *Answerer) personal(ctx context.Context, r request) (Answer, error) {
	data := personalData{Prefix: r.Prefix, About: a.about}
	var all []chat.Datum
	for _, keeper := range a.admin.Personal {
		kept, err := keeper.DataOf(ctx, r.Sender)
		if err != nil {
			return Answer{}, err
		}
		all = append(all, kept...)
	}
	all, data.More = first(all, listedData)
	for _, d := range all {
		d.At = d.At.In(a.zone)
		line := datumLine{Datum: d}
		if d.Room != "" {
			room, err := a.room(ctx, d.Room)
			if err != nil {
				return Answer{}, err
			}
			p := a.place(ctx, room)
			line.Place = &p
		}
		data.Data = append(data.Data, line)
	}
	return a.message(r, "personal-data", data)
}

// forget answers the command that erases the stored data about the person: first with
// the question whether they mean it and, once they have confirmed it, with a change
// that erases the data in all stores.
func (a *Answerer) forget(ctx context.Context, r request) (Answer, error) {
	if !r.confirmed {
		return a.confirm(r, confirmation{What: "forget"})
	}
	answer, err := a.message(r, "erased", personalData{Prefix: r.Prefix, About: a.about})
	answer.change = func(ctx context.Context) error {
		for _, keeper := range a.admin.Personal {
			if err := keeper.Forget(ctx, r.Sender); err != nil {
				return err
			}
		}
		return nil
	}
	return answer, err
}
