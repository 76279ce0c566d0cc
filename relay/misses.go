package relay

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/search"
	"heraut/text"
)

const (
	// minAskers is how many people must have searched some words in vain before the
	// bot keeps, or shows, these words: those that one person searched may say who.
	minAskers = 3
	// maxMissWords is the longest text of a vain search, in characters.
	maxMissWords = 60
)

// Miss is a text that people searched among questions or in the FAQ without finding
// anything, with the number of people.
type Miss struct {
	Words   string        // folded, without signs
	Askers  int           // how many people searched them
	Readers chat.Audience // who certainly could read every room where they did
}

// Misses is the part of Store that counts searches that found nothing. It stores no
// person's id and, of words that few people searched, no text. Its methods join the
// transaction of their context.
type Misses interface {
	// AddMiss counts the vain search m of the person by for a room of experts, or for
	// the operators (experts is empty); stems identify the words, whatever their order
	// and endings.
	AddMiss(ctx context.Context, experts chat.RoomID, stems []string, m Miss, by chat.UserID, at time.Time) error
	// Missed returns the words that at least minAskers people searched in vain for
	// these experts (empty: the operators) since the given time, the most frequent
	// first.
	Missed(ctx context.Context, experts chat.RoomID, since time.Time, minAskers int) ([]Miss, error)
	// MissesOf returns how many vain searches of a person count, and when the person
	// last made one. ForgetMisses deletes them.
	MissesOf(ctx context.Context, user chat.UserID) (n int, last time.Time, err error)
	ForgetMisses(ctx context.Context, user chat.UserID) error
}

// personal matches the parts that a vain search must not hold: addresses and long
// numbers.
var personal = regexp.MustCompile(`@|\d[\d .\-]{4,}\d`)

// Missed returns a function that counts a search of the sender of e for words that
// found nothing: for the operators, and for the experts of each relay of the room if
// their room has no further readers. The function does nothing if the words say
// nothing, or hold an address or a long number. The error is that of looking up the
// relays or the rooms.
func (d *Carrier) Missed(ctx context.Context, e chat.Event, words string) (func(ctx context.Context) error, error) {
	stems := slices.Compact(slices.Sorted(slices.Values(search.Terms(words).Stems)))
	m := Miss{Words: text.Truncate(strings.Join(text.Words(words), " "), maxMissWords)}
	if len(stems) == 0 || personal.MatchString(words) {
		return func(context.Context) error { return nil }, nil
	}
	readers, err := d.readers(ctx, e.Room)
	if err != nil {
		return nil, err
	}
	m.Readers = readers.Least
	all, err := d.Relays(ctx)
	if err != nil {
		return nil, err
	}
	scopes := []chat.RoomID{""}
	for _, r := range all {
		if r.To != e.Room && !r.startsIn(e.Room, e.Direct) || slices.Contains(scopes, r.To) {
			continue
		}
		w, err := d.widens(ctx, m.Readers, e.Room, r.To)
		if err != nil {
			return nil, err
		}
		if w.None() {
			scopes = append(scopes, r.To)
		}
	}
	return func(ctx context.Context) error {
		for _, experts := range scopes {
			if err := d.store.AddMiss(ctx, experts, stems, m, e.Sender, e.At); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// missed returns the searches without a result that the report with the options o may
// show in the room o.ShownIn; all of them if that is empty.
func (d *Carrier) missed(ctx context.Context, o ReportOptions) ([]Miss, error) {
	all, err := d.store.Missed(ctx, o.Experts, o.Since, minAskers)
	if err != nil || o.ShownIn == "" {
		return all, err
	}
	now, err := d.readers(ctx, o.ShownIn)
	return slices.DeleteFunc(all, func(m Miss) bool { return !now.Most.Beyond(m.Readers).None() }), err
}
