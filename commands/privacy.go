package commands

import (
	"context"

	"heraut/chat"
)

// listedData is how much of what is kept about a person is shown.
const listedData = 40

// personalData is what is kept about a person.
type personalData struct {
	Prefix string
	About
	Data []datumLine
	More int
}

// datumLine is one thing that is kept, and the room that it comes from.
type datumLine struct {
	chat.Datum
	Place *place
}

// personal sends a person what is kept about them.
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
			p := a.place(room)
			line.Place = &p
		}
		data.Data = append(data.Data, line)
	}
	return a.message(r, "personal-data", data)
}

// forget erases what is kept about a person, once that is confirmed.
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
