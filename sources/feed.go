package sources

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"heraut/feed"
	"heraut/fetch"
)

const (
	// FeedMaxBytes is how large a feed may be, if the configuration says nothing.
	FeedMaxBytes = 16 << 20
	// wholeFeedEvery is how often a feed is asked for without conditions: some
	// servers answer for ever that it has not changed.
	wholeFeedEvery = 7 * 24 * time.Hour
	// movedFor is how long a feed has to redirect for good, at each reading, until
	// its new address takes the place of the old one.
	movedFor = 7 * 24 * time.Hour
)

// feedSource reads a feed.
type feedSource struct {
	getter *fetch.Getter
	url    string
	turn   *Turn
}

// NewFeed returns the Source that reads the feed at an address. Where turn is not
// nil, its body is read when it is its turn.
func NewFeed(getter *fetch.Getter, url string, turn *Turn) Source {
	return &feedSource{getter: getter, url: url, turn: turn}
}

// feedState is the state between two rounds.
type feedState struct {
	Validators fetch.Validators `json:"validators"`
	Title      string           `json:"title"`
	// Sum tells whether a feed without validators is what it was.
	Sum string `json:"sum"`
	// Titles are the hashes of the titles that it had, of the newest entries.
	Titles []uint32 `json:"titles,omitempty"`
	// Whole is when it was last asked for without conditions.
	Whole time.Time `json:"whole,omitzero"`
	// Address is where it is read, if not where it was; empty: it has not moved.
	Address string `json:"address,omitempty"`
	// Moving is where it redirects for good, and Since when it did so first.
	Moving string    `json:"moving,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Fetch implements Source.
func (f *feedSource) Fetch(ctx context.Context, q Query) (Batch, error) {
	var state feedState
	if err := readState(q.State, &state); err != nil {
		return Batch{}, err
	}
	var batch Batch
	titles := state.Titles
	next, err := f.read(ctx, state, q.Now, false, func(parsed *feed.Feed) error {
		reading := newReading(parsed, q.Now)
		batch.Again = reading.again(q.Again)
		var err error
		if batch.Fresh, err = reading.unseen(ctx, q); err != nil {
			return err
		}
		if reading.isRenewed(batch.Fresh, state.Titles) {
			for i := range batch.Fresh {
				batch.Fresh[i].Renewed = true
			}
		}
		titles = reading.titles()
		return nil
	})
	if err != nil {
		return Batch{}, err
	}
	next.Titles = titles
	if reflect.DeepEqual(next, state) {
		return Batch{}, nil
	}
	if q.State == nil {
		batch.Hosts, batch.Whole = []HostNow{{}}, []string{""}
	}
	if next.Address != state.Address {
		batch.MovedTo = next.Address
	}
	batch.State, err = json.Marshal(next)
	return batch, err
}

// read hands the feed to use, unless it is what it was, and returns the state that
// goes with what it is now. Where whole is set, it is read in any case.
func (f *feedSource) read(ctx context.Context, state feedState, now time.Time, whole bool, use func(*feed.Feed) error) (feedState, error) {
	address := f.url
	if state.Address != "" {
		address = state.Address
	}
	since := state.Validators
	if whole || now.Sub(state.Whole) >= wholeFeedEvery {
		since = fetch.Validators{}
	}
	done, err := f.turn.ask(ctx)
	if err != nil {
		return state, err
	}
	defer done()
	resp, err := f.getter.Get(ctx, address, since)
	if err != nil {
		return state, err
	}
	defer resp.Body.Close()
	next := state
	next.Validators = resp.Validators
	next.moved(resp.Moved, now)
	if resp.NotModified {
		return next, nil
	}
	if since == (fetch.Validators{}) && resp.Validators != since {
		next.Whole = now
	}
	begin, err := io.ReadAll(io.LimitReader(resp.Body, firstPart))
	if err != nil {
		return state, fmt.Errorf("read %s: %w", fetch.Redacted(address), err)
	}
	return next, f.turn.Do(ctx, func() error {
		parsed, sum, err := parse(io.MultiReader(bytes.NewReader(begin), resp.Body), resp.ContentType, address, state.Sum, whole)
		if err != nil || parsed == nil {
			return err
		}
		next.Title, next.Sum = parsed.Title, sum
		return use(parsed)
	})
}

// parse reads the body of an answer; nil if its sum is what it was, and it may be.
func parse(source io.Reader, contentType, address, before string, whole bool) (parsed *feed.Feed, sum string, err error) {
	body, err := io.ReadAll(source)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", fetch.Redacted(address), err)
	}
	hash := sha256.Sum256(body)
	if sum = base64.RawStdEncoding.EncodeToString(hash[:]); sum == before && !whole {
		return nil, sum, nil
	}
	parsed, err = ReadFeed(body, contentType, address)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", fetch.Redacted(address), err)
	}
	return parsed, sum, nil
}

// ReadFeed reads a feed that came from an address with a Content-Type. Its errors
// are those that FaultOf sorts.
func ReadFeed(body []byte, contentType, address string) (parsed *feed.Feed, err error) {
	err = Protect(func() error {
		var err error
		parsed, err = feed.Read(body, feed.Source{Address: address, ContentType: contentType})
		return err
	})
	switch {
	case errors.Is(err, feed.ErrPage):
		err = fmt.Errorf("%w: %w", fetch.ErrHTML, err)
	case errors.Is(err, feed.ErrTooMany):
		err = fmt.Errorf("%w: %w", fetch.ErrTooLarge, err)
	case err != nil:
		err = fmt.Errorf("%w: %w", errFormat, err)
	}
	return parsed, err
}

// moved notes where the feed redirects for good. Once it has done so for a week,
// that is its address.
func (s *feedState) moved(to string, now time.Time) {
	switch {
	case to == "":
		s.Moving, s.Since = "", time.Time{}
	case to != s.Moving:
		s.Moving, s.Since = to, now
	case now.Sub(s.Since) >= movedFor:
		s.Address, s.Moving, s.Since = to, "", time.Time{}
	}
}

// FeedTitle returns what a feed calls itself, from the state of its last batch;
// empty when the state is none of a feed.
func FeedTitle(state []byte) string {
	var s feedState
	if err := readState(state, &s); err != nil {
		return ""
	}
	return s.Title
}

const (
	// askedAtOnce is how many servers are asked for feeds at once.
	askedAtOnce = 4
	// firstPart is how much of a feed is read when it is not its turn: all of most.
	firstPart = 512 << 10
)

// Turn has feeds read one at a time, so that many of them take no more memory than
// one. Servers are asked, and the first part of their answers is read, some at once:
// one that does not answer holds up few. The nil Turn lets all be read at once.
type Turn struct{ asking, taken chan struct{} }

// NewTurn returns a Turn with all its places free.
func NewTurn() *Turn {
	return &Turn{asking: make(chan struct{}, askedAtOnce), taken: make(chan struct{}, 1)}
}

// ask waits for one of the places, and returns a function that frees it, or the cause
// of ctx.
func (t *Turn) ask(ctx context.Context) (done func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	select {
	case t.asking <- struct{}{}:
		return func() { <-t.asking }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Do calls read while no other call of Do runs, or returns the cause of ctx.
func (t *Turn) Do(ctx context.Context, read func() error) error {
	if t == nil {
		return read()
	}
	select {
	case t.taken <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-t.taken }()
	return read()
}
