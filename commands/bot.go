package commands

import (
	"context"
	"slices"
	"time"

	"heraut/chat"
)

// Status is the state of the bot that operators read with !bot etat: sync, queue, keys
// and failures.
type Status struct {
	Version string
	Started time.Time
	Synced  time.Time // the end of the last complete sync; zero before the first

	Verified    bool   // the account vouches for the device
	Device      string // its id
	RecoveryKey bool   // a file or the configuration gives the recovery key

	Unhandled    int       // events
	Locked       int       // events that wait for their key
	Unsent       int       // posts
	UnsentSince  time.Time // since when sending is stuck; zero: it is not
	Unwritable   []Unwritable
	Failed, Lost int // since the start: events whose handler failed, posts refused for good
}

// Unwritable is a room in which the bot lacks the power to post, or whose last post
// failed for good, with the reason and the time since when.
type Unwritable struct {
	Room   chat.RoomID
	Reason string // in the homeserver's words
	At     time.Time
}

const (
	// syncedWithin is the greatest age of the last sync that is no fault: a long
	// poll ends within 30 s.
	syncedWithin = 5 * time.Minute
	// sentWithin is the longest wait of a post that is no fault.
	sentWithin = 5 * time.Minute
)

// bot answers the command !bot alone, with an explanation of the operators' commands.
func (a *Answerer) bot(ctx context.Context, r request) (Answer, error) {
	return a.explain(ctx, r, r.command)
}

// health is the data of the message for !bot etat: the faults and the figures.
type health struct {
	Status
	Now     time.Time
	Wrong   int // the number of lines that need attention
	Stale   bool
	Stuck   bool
	Entries int // of the catalogue
	AsOf    time.Time
	Old     bool
	Sources int
	Broken  []string
	Served  int
	Silent  int // rooms that the bot is in and does not serve
	Closed  []place
	Missing []missingRoom
	// Troubles are sentences about what has no line of its own.
	Troubles []string
}

// missingRoom is a room in which the bot should answer but which it is not in.
type missingRoom struct {
	place
	Exit chat.Exit
}

// status answers !bot etat with eight lines about the bot's condition, which name the
// faults in it, and a line for each of Administration.Troubles.
func (a *Answerer) status(ctx context.Context, r request) (Answer, error) {
	now := time.Now()
	s, err := a.admin.Status(ctx)
	if err != nil {
		return Answer{}, err
	}
	data := health{Status: s, Now: now}
	data.Stale = now.Sub(s.Synced) > syncedWithin
	data.Stuck = !s.UnsentSince.IsZero() && now.Sub(s.UnsentSince) > sentWithin
	if c := r.state.Catalogue; c != nil {
		data.Entries = c.Len()
		src := a.source(r.state)
		data.AsOf, data.Old = src.AsOf, src.Old
	}
	sources, err := a.parts.sources(ctx)
	if err != nil {
		return Answer{}, err
	}
	data.Sources = len(sources)
	for _, source := range sources {
		if source.Failures > 0 {
			data.Broken = append(data.Broken, source.Name)
		}
	}
	inside, err := a.inside(ctx)
	if err != nil {
		return Answer{}, err
	}
	for _, room := range inside {
		if served(room) {
			data.Served++
		} else {
			data.Silent++
		}
		if slices.ContainsFunc(s.Unwritable, func(u Unwritable) bool { return u.Room == room.ID }) {
			data.Closed = append(data.Closed, a.place(ctx, room))
		}
	}
	missing, err := a.admin.Missing(ctx)
	if err != nil {
		return Answer{}, err
	}
	for _, room := range missing {
		data.Missing = append(data.Missing, missingRoom{a.place(ctx, room), room.Exit})
	}
	for _, wrong := range []bool{len(data.Missing) > 0, data.Stale, !s.Verified, data.Entries == 0 || data.Old, len(data.Broken) > 0, data.Stuck, len(data.Closed) > 0} {
		if wrong {
			data.Wrong++
		}
	}
	if a.admin.Troubles != nil {
		data.Troubles = a.admin.Troubles(r.Lang)
		data.Wrong += len(data.Troubles)
	}
	data.Synced, data.Started = data.Synced.In(a.zone), data.Started.In(a.zone)
	return a.message(r, "bot-status", data)
}

// served reports whether the bot answers in a room, as far as the stored room says: the
// bot is in the room, and the room is neither a space nor the one for the homeserver's
// notices. Where it does not answer, the bot reads no messages. The result is also true
// for a room that the configuration no longer names, as long as the bot is in it.
func served(room chat.Room) bool { return room.Joined && room.Kind != "m.space" && !room.Notices }
