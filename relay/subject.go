package relay

import (
	"context"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/search"
	"heraut/text"
)

// maxSubject is the number of words of the longest name that a question may begin with.
const maxSubject = 5

// Subject returns the name of a software in the catalogue c with which a question
// begins, as in « gimp comment importer un PSD ». If several names fit, it returns the
// longest; if none fits or c is nil, "".
func Subject(c *catalogue.Catalogue, question string) string {
	if c == nil {
		return ""
	}
	words := strings.Fields(text.Truncate(question, 200))
	for n := min(maxSubject, len(words)); n > 0; n-- {
		name := strings.TrimRight(strings.Join(words[:n], " "), ":,;.?!…")
		if s, ok := search.For(c).Resolve(name); ok && slices.Equal(text.Words(s.Name), text.Words(name)) {
			return s.Name
		}
	}
	return ""
}

func (d *Carrier) subject(question string) string {
	if d.Subject == nil {
		return ""
	}
	return d.Subject(question)
}

// Subjects returns the numbers of the questions that are not closed and that a room may
// read, by the name of the software that they are about; nil if there are none.
func (d *Carrier) Subjects(ctx context.Context, room chat.RoomID) (map[string][]int64, error) {
	all, err := d.store.SubjectsIn(ctx, room)
	if err != nil {
		return nil, err
	}
	d = d.withRoomsOnce()
	var numbers map[string][]int64
	for _, q := range all {
		if q.Subject == "" || !q.Status.Asked() {
			continue
		}
		may, err := d.mayFind(ctx, room, q)
		if err != nil {
			return nil, err
		}
		if may {
			if numbers == nil {
				numbers = map[string][]int64{}
			}
			numbers[q.Subject] = append(numbers[q.Subject], q.Number)
		}
	}
	return numbers, nil
}

// Asks reports whether a relay carries questions from the room to experts, so that
// people can ask there. The error is that of looking up the room or the relays.
func (d *Carrier) Asks(ctx context.Context, room chat.RoomID) (bool, error) {
	all, err := d.Relays(ctx)
	switch {
	case err != nil:
		return false, err
	case slices.ContainsFunc(all, func(r Relay) bool { return r.startsIn(room, false) }):
		return true, nil
	case slices.ContainsFunc(all, func(r Relay) bool { return r.startsIn("", true) }):
		return d.isDirect(ctx, room) // it reads the room, at each command
	}
	return false, nil
}
