package relay

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
	"heraut/rooms"
)

// UpkeepGuardName is the guard that lists of forgotten FAQ entries name.
const UpkeepGuardName = "faq"

const (
	// upkeepEvery is the interval between rounds of the upkeep.
	upkeepEvery = time.Hour
	// listEvery is the least time between two lists of forgotten entries, so that a large
	// FAQ does not fill a room.
	listEvery = 7 * 24 * time.Hour
	// listedEntries limits how many entries a list has.
	listedEntries = 10
)

// forgotten reports whether, at now, the entry was not written, shown or confirmed for
// a year.
func (e Entry) forgotten(now time.Time) bool { return !e.ActiveAt().AddDate(1, 0, 0).After(now) }

// UpkeepOptions are the arguments of NewUpkeep: the store, the queue, the rooms'
// settings and quiet hours, and the relays.
type UpkeepOptions struct {
	Store FAQ
	Queue Queue
	Book  *rooms.Book
	Zone  *time.Location
	// Quiet returns a room's quiet hours: the room gets its list after them.
	Quiet func(room chat.RoomID) Quiet
	// Readers returns who may read a room, or chat.ErrNotFound if the room is not known.
	Readers func(ctx context.Context, room chat.RoomID) (chat.Readers, error)
	// Relays returns all relays: the rooms that answer them look after the FAQ.
	Relays func(ctx context.Context) ([]Relay, error)
	Log    zerolog.Logger
	Now    func() time.Time // nil: time.Now
}

// Upkeep is the service that posts lists of entries of the FAQ that nobody looked at
// for a year to the experts, who may confirm or remove them. It lists each entry once,
// until it is shown, confirmed or rewritten.
type Upkeep struct{ UpkeepOptions }

// NewUpkeep returns an Upkeep that works with the parts in o. The caller starts Run,
// which posts the lists.
func NewUpkeep(o UpkeepOptions) *Upkeep {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Upkeep{o}
}

// Run does a round at once and then every hour, until ctx ends; it always returns nil.
// It logs an error and tries again an hour later.
func (u *Upkeep) Run(ctx context.Context) error {
	ticker := time.NewTicker(upkeepEvery)
	defer ticker.Stop()
	for {
		if err := u.Round(ctx, u.Now()); err != nil && ctx.Err() == nil {
			u.Log.Error().Err(err).Msg("Forgotten entries of the FAQ could not be listed")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Round posts a list of the FAQ entries that were not written, shown or confirmed for a
// year to each room of experts that may read some of them: at most listedEntries a
// room, after the room's quiet hours. It posts no list if any entry was listed less
// than listEvery before now. It marks the entries as listed in the transaction that
// posts the lists, so a restart repeats nothing.
func (u *Upkeep) Round(ctx context.Context, now time.Time) error {
	all, err := u.Store.Entries(ctx)
	if err != nil {
		return fmt.Errorf("load the FAQ: %w", err)
	}
	due := slices.DeleteFunc(slices.Clone(all), func(e Entry) bool {
		return !e.forgotten(now) || e.ListedAt.After(e.ActiveAt())
	})
	lately := slices.ContainsFunc(all, func(e Entry) bool { return e.ListedAt.Add(listEvery).After(now) })
	if len(due) == 0 || lately {
		return nil
	}
	byRoom, err := u.byRoom(ctx, due)
	if err != nil || len(byRoom) == 0 {
		return err
	}
	return u.Queue.Do(ctx, func(ctx context.Context) error {
		for room, entries := range byRoom {
			entries = entries[:min(len(entries), listedEntries)]
			if err := u.Store.MarkListed(ctx, numbersOf(entries), now); err != nil {
				return err
			}
			post, err := u.post(room, entries)
			if err != nil {
				return err
			}
			if until, quiet := u.Quiet(room).Until(now); quiet {
				post.NotBefore = until
			}
			cause := chat.Cause(fmt.Sprintf("faq-upkeep/%s/%s", room, now.UTC().Format(time.RFC3339)))
			if err := u.Queue.Post(ctx, cause, post); err != nil {
				return err
			}
		}
		return nil
	})
}

// byRoom returns, for each room of experts, the entries that it may read. It leaves out
// rooms that may read none of them.
func (u *Upkeep) byRoom(ctx context.Context, entries []Entry) (map[chat.RoomID][]Entry, error) {
	relays, err := u.Relays(ctx)
	if err != nil {
		return nil, err
	}
	byRoom := map[chat.RoomID][]Entry{}
	for _, r := range relays {
		if byRoom[r.To] != nil {
			continue
		}
		visible, err := u.visible(ctx, r.To, entries)
		if err != nil {
			return nil, err
		}
		if len(visible) > 0 {
			byRoom[r.To] = visible
		}
	}
	return byRoom, nil
}

// visible returns those of the entries that may be shown in a room, by who reads it
// now. The error is that of looking up the readers; an unknown room counts as one with
// the widest readers.
func (u *Upkeep) visible(ctx context.Context, room chat.RoomID, entries []Entry) (visible []Entry, err error) {
	readers, err := u.Readers(ctx, room)
	if _, err := has(err); err != nil {
		return nil, fmt.Errorf("look up who reads a room: %w", err)
	}
	for _, e := range entries {
		if e.MayBeShownTo(readers.Most) {
			visible = append(visible, e)
		}
	}
	return visible, nil
}

func numbersOf(entries []Entry) (numbers []int64) {
	for _, e := range entries {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

// post returns the post with the list of the forgotten entries for a room. The post's
// guard holds their numbers, so that Check can leave some out. The error is that of the
// template.
func (u *Upkeep) post(room chat.RoomID, entries []Entry) (chat.Post, error) {
	settings := u.Book.Of(room)
	shown := slices.Clone(entries)
	words := make([]string, len(shown))
	for i := range shown {
		shown[i].KeptAt = shown[i].ActiveAt().In(u.Zone)
		words[i] = strconv.FormatInt(shown[i].Number, 10)
	}
	html, err := locale.Render(settings.Language, "faq-forgotten", struct {
		Prefix string
		Items  []Entry
	}{settings.Prefix, shown})
	return chat.Post{
		Room: room, Priority: chat.Announcement, HTML: html, Lang: settings.Language,
		Guard: chat.Guard{By: UpkeepGuardName, About: strings.Join(words, " ")},
	}, err
}

// Check returns the verdict on a list of forgotten entries before it is sent
// (queue.Guard). It leaves out entries that are gone, that were shown, confirmed or
// rewritten meanwhile, or that the room may no longer see. If all entries stay, the
// list goes unchanged; if some do, it is rendered again; if none does, it is withheld.
// An entry that the room may no longer see becomes due for another list.
func (u *Upkeep) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
	numbers, err := readNumbers(row.Post.Guard.About)
	if err != nil {
		return queue.Verdict{}, err
	}
	var left []Entry
	for _, n := range numbers {
		e, err := u.Store.Entry(ctx, n)
		if ok, err := has(err); err != nil {
			return queue.Verdict{}, err
		} else if ok && e.forgotten(u.Now()) {
			left = append(left, e)
		}
	}
	visible, err := u.visible(ctx, row.Post.Room, left)
	if err != nil || len(visible) == len(numbers) {
		return queue.Verdict{}, err
	}
	hidden := slices.DeleteFunc(left, func(e Entry) bool { return slices.Contains(numbersOf(visible), e.Number) })
	verdict := queue.Verdict{Change: func(ctx context.Context) error {
		return u.Store.MarkListed(ctx, numbersOf(hidden), time.Time{})
	}}
	if len(visible) == 0 {
		verdict.Withhold = "the room may be told of none of the entries"
		return verdict, nil
	}
	post, err := u.post(row.Post.Room, visible)
	verdict.Instead = &post
	return verdict, err
}

// Ended makes the entries of a list that never reached its room, because its post
// failed, due for another list (queue.Guard). It does nothing for a list that was sent.
func (u *Upkeep) Ended(ctx context.Context, row queue.Row) error {
	if row.State != queue.Failed {
		return nil
	}
	numbers, err := readNumbers(row.Post.Guard.About)
	if err != nil {
		return err
	}
	return u.Store.MarkListed(ctx, numbers, time.Time{})
}

// readNumbers parses about, a text of numbers with spaces between them, such as the one
// in the guard of a list; nil if it is empty. The error means that a part of the text is
// no number.
func readNumbers(about string) (numbers []int64, err error) {
	for _, word := range strings.Fields(about) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read which entries are listed: %w", err)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
