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
	// FeedMaxBytes is the largest size of a feed, unless the configuration sets another
	// one.
	FeedMaxBytes = 16 << 20
	// wholeFeedEvery is the interval of unconditional requests: some servers answer
	// «not modified» for ever.
	wholeFeedEvery = 7 * 24 * time.Hour
	// movedFor is how long each reading of a feed has to end in the same permanent
	// redirect before its target becomes the feed's address.
	movedFor = 7 * 24 * time.Hour
)

// feedSource is the Source of the entries of one feed (RSS, Atom or JSON Feed).
type feedSource struct {
	getter *fetch.Getter
	url    string
	turn   *Turn
}

// NewFeed returns the Source that reads the feed at url. turn limits how many feeds are
// read at the same time; a nil turn sets no limit.
func NewFeed(getter *fetch.Getter, url string, turn *Turn) Source {
	return &feedSource{getter: getter, url: url, turn: turn}
}

// feedState is the stored state of a feed between two rounds: validators, title, a
// hash of the body, and the state of a move to another address.
type feedState struct {
	Validators fetch.Validators `json:"validators"`
	Title      string           `json:"title"`
	// Sum is the hash of the body, which shows changes of a feed without validators.
	Sum string `json:"sum"`
	// Titles are the hashes of the titles of its newest entries.
	Titles []uint32 `json:"titles,omitempty"`
	// Whole is the time of the last answer to an unconditional request.
	Whole time.Time `json:"whole,omitzero"`
	// Address is the present address of a feed that moved; empty: it has not.
	Address string `json:"address,omitempty"`
	// Moving is the target of its permanent redirect, and Since when the redirect
	// began.
	Moving string    `json:"moving,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Fetch reads the feed and returns its new entries, and those announced before whose
// title or address changed. The Batch is empty if the feed has not changed, and on an
// error, which says why the feed could not be read. After a week of permanent redirects
// to the same address, its MovedTo is set.
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

// read waits until fewer than askedAtOnce other feeds are being requested, requests the
// feed, calls use with it, and returns the new state. Unless whole is set, it does not
// call use for a feed that has not changed since state; once a week it asks for the
// whole feed in any case. The error is that of the request, the parser, use or ctx.
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

// parse reads a feed from source and returns it with a hash of its bytes. Unless whole
// is set, it returns a nil feed if the hash equals before: the feed has not changed.
// contentType is the header of the answer, address the requested address. The errors
// are those of source and of ReadFeed.
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

// ReadFeed parses body, a feed that was read from address, with the header contentType.
// A panic of the parser becomes an error. FaultOf classifies the error.
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

// moved records in s that at now the feed's address redirects for good to the address
// to, or does not redirect if to is empty. After a week of redirects to the same
// address, it sets s.Address to that address, from which the bot then reads the feed.
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

// FeedTitle returns the title that a feed or a calendar gives itself, from its stored
// state; empty if it has none, for nil, and for the state of another kind of source.
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
	// firstPart is how much of a feed is read before its turn, in bytes. Most feeds are
	// shorter.
	firstPart = 512 << 10
)

// Turn limits the memory that reading feeds takes: feeds are parsed one at a time, and
// what a feed has beyond firstPart is read only then. Several servers may be asked at
// the same time all the same, so that a slow server delays few feeds. It is safe for
// concurrent use. A nil Turn sets no limit.
type Turn struct{ asking, taken chan struct{} }

// NewTurn returns a Turn with all its places free.
func NewTurn() *Turn {
	return &Turn{asking: make(chan struct{}, askedAtOnce), taken: make(chan struct{}, 1)}
}

// ask waits until fewer than askedAtOnce servers are being asked. It returns a function
// to call after the request, which lets the next one begin; or the cause of ctx if that
// ends first. With a nil Turn it returns at once a function that does nothing.
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

// Do calls read while no other call of Do runs, and returns its error. If ctx ends
// before that, it returns the cause of ctx and does not call read. With a nil Turn it
// calls read at once.
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
