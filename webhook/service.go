package webhook

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/rooms"
	"heraut/wait"
)

// Poster is the interface of the outbox for a Service: it runs transactions, and adds
// posts to them, which it sends after the commit. A second Post with the same cause
// adds nothing.
type Poster interface {
	Do(ctx context.Context, change func(ctx context.Context) error) error
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
}

// Options are the arguments of New: the store, the queue, the rooms' settings, the
// public address and the limits.
type Options struct {
	Store Store
	Queue Poster
	Book  *rooms.Book
	Zone  *time.Location // for times in messages
	// URL is the listener's public address, without a slash at the end.
	URL string
	// MaxBody bounds the bytes of a body.
	MaxBody int64
	// PerMinute bounds a hook's messages and edits in a minute; the remaining
	// deliveries come in one digest.
	PerMinute int
	Now       func() time.Time // nil: time.Now
	Log       zerolog.Logger
}

// Counts holds, as plain numbers, how many requests a Service accepted and refused, by
// reason, and how many messages it posted and edited, since the process started.
type Counts struct {
	Accepted, Repeated                               atomic.Int64 // requests answered «ok»; the repeated ones among them
	Unknown, Unreadable, TooLarge, Limited, Unsigned atomic.Int64 // refused requests
	Posted, Digests                                  atomic.Int64 // messages, replies in threads too; the digests among them
	Edited                                           atomic.Int64 // edits of messages about alerts
}

// Service accepts the requests that tools send to webhooks, and posts their content in
// rooms. Several goroutines may call its methods, but only one at a time Round or Run.
type Service struct {
	Options
	counts  Counts
	wake    wait.Signal
	reading chan struct{} // bounds the bodies in memory
	limits  *limiter

	mu    sync.Mutex
	hooks map[string]Hook // by Hash

	// Only Round uses these.
	windows   map[int64]*window
	checkedAt time.Time // the last check of the rooms
}

// New returns a Service with the hooks of the store. declared lists the hooks of the
// configuration: of the stored hooks that came from the configuration, New deletes
// those that it no longer declares, and updates the signing secrets of the others.
// Declare adds the new ones. The error is that of the store.
func New(ctx context.Context, o Options, declared []Declaration) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{
		Options: o, wake: wait.NewSignal(), reading: make(chan struct{}, maxReading), limits: newLimiter(o.PerMinute * burst),
		hooks: map[string]Hook{}, windows: map[int64]*window{},
	}
	all, err := o.Store.Hooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	for _, h := range all {
		i := slices.IndexFunc(declared, func(d Declaration) bool { return d.Hash == h.Hash })
		if h.Declared && i < 0 {
			if err := o.Store.DeleteHook(ctx, h.ID); err != nil {
				return nil, fmt.Errorf("remove a webhook: %w", err)
			}
			continue
		}
		if h.Declared && h.Signing != declared[i].Signing {
			h.Signing = declared[i].Signing
			if err := o.Store.SaveHook(ctx, h); err != nil {
				return nil, fmt.Errorf("change a webhook: %w", err)
			}
		}
		s.hooks[h.Hash] = h
	}
	return s, nil
}

// Declaration is a hook that the configuration declares, so that people cannot change
// it in the chat.
type Declaration struct {
	Name, Room    string // the room's id or alias
	Hash, Signing string // as in Hook
}

// Declare stores the hook d of the configuration, and does nothing if it is stored with
// this room and name. If it is stored with another room or name, Declare stores it anew
// and deletes its waiting deliveries. room is the id of the room that d.Room names,
// possibly by an alias. A hook of that name that people made in the room is deleted
// with its deliveries. The error is that of the store.
func (s *Service) Declare(ctx context.Context, room chat.RoomID, d Declaration) error {
	s.mu.Lock()
	h, known := s.hooks[d.Hash]
	s.mu.Unlock()
	if known && h.Room == room && h.Name == d.Name && h.Declared {
		return nil
	}
	return s.Store.Do(ctx, func(ctx context.Context) error {
		if known {
			if err := s.Store.DeleteHook(ctx, h.ID); err != nil {
				return err
			}
		}
		h := Hook{Room: room, Name: d.Name, Hash: d.Hash, Signing: d.Signing, Declared: true, At: s.Now()}
		if taken, err := s.find(ctx, room, d.Name); err == nil {
			// The configuration wins over the chat.
			s.forget(taken)
			if err := s.Store.DeleteHook(ctx, taken.ID); err != nil {
				return err
			}
		}
		id, err := s.Store.AddHook(ctx, h)
		if err != nil {
			return err
		}
		h.ID = id
		s.remember(h)
		return nil
	})
}

// Counts returns a pointer to the numbers of requests and messages so far, which go on
// rising.
func (s *Service) Counts() *Counts { return &s.counts }

// lookUp returns the active hook with that secret in its address; false if there is
// none. It hashes the secret before it compares, so its duration does not reveal how
// many characters of a guess are right.
func (s *Service) lookUp(secret string) (Hook, bool) {
	hash := HashOf(secret)
	s.mu.Lock()
	h, ok := s.hooks[hash]
	s.mu.Unlock()
	if !ok {
		h.Hash = strings.Repeat("0", hex.EncodedLen(32))
	}
	same := subtle.ConstantTimeCompare([]byte(h.Hash), []byte(hash)) == 1
	return h, same && h.Active()
}

// remember stores the hook in memory, in place of one with its Hash, where requests
// find it. When the queue retries a failed transaction, memory may be ahead of the
// database for a moment.
func (s *Service) remember(h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[h.Hash] = h
}

func (s *Service) forget(h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.hooks, h.Hash)
}

// In returns a room's hooks, declared and paused ones too, sorted by name. The error is
// that of the store.
func (s *Service) In(ctx context.Context, room chat.RoomID) ([]Hook, error) {
	all, err := s.Store.Hooks(ctx)
	all = slices.DeleteFunc(all, func(h Hook) bool { return h.Room != room })
	slices.SortFunc(all, func(a, b Hook) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

func (s *Service) find(ctx context.Context, room chat.RoomID, name string) (Hook, error) {
	all, err := s.In(ctx, room)
	if err != nil {
		return Hook{}, err
	}
	i := slices.IndexFunc(all, func(h Hook) bool { return strings.EqualFold(h.Name, name) })
	if i < 0 {
		return Hook{}, chat.ErrNotFound
	}
	return all[i], nil
}

// Address returns the full web address of the hook with that secret.
func (s *Service) Address(secret string) string { return s.URL + "/h/" + secret }

// Create returns a new hook, the address to give to the person who made it, and the
// function change, which stores the hook. The error is ErrName for an invalid name,
// ErrExists if the room has a hook of that name, ErrTooMany if it has too many hooks,
// or that of the store; change is then nil.
func (s *Service) Create(ctx context.Context, room chat.RoomID, name string, by chat.UserID) (h Hook, address string, change func(context.Context) error, err error) {
	if !ValidName(name) {
		return h, "", nil, ErrName
	}
	all, err := s.In(ctx, room)
	if err != nil {
		return h, "", nil, err
	}
	if slices.ContainsFunc(all, func(h Hook) bool { return strings.EqualFold(h.Name, name) }) {
		return h, "", nil, ErrExists
	}
	if len(all) >= maxHooks {
		return h, "", nil, ErrTooMany
	}
	secret := newSecret()
	h = Hook{Room: room, Name: name, Hash: HashOf(secret), By: by, At: s.Now()}
	return h, s.Address(secret), func(ctx context.Context) error {
		id, err := s.Store.AddHook(ctx, h)
		if err != nil {
			return err
		}
		made := h
		made.ID = id
		s.remember(made)
		return nil
	}, nil
}

// Renew makes a new address for a hook. It returns the hook, still unchanged, the new
// address, and the function change, which stores the address: the old one is then
// invalid, and a hook that was disabled because the bot left its room works again.
// change does nothing if the hook was deleted meanwhile. The error is chat.ErrNotFound
// if the room has no hook of that name, ErrDeclared if the configuration declares it,
// or that of the store; change is then nil.
func (s *Service) Renew(ctx context.Context, room chat.RoomID, name string) (h Hook, address string, change func(context.Context) error, err error) {
	secret := newSecret()
	h, change, err = s.change(ctx, room, name, func(h *Hook) { h.Hash, h.Gone = HashOf(secret), false })
	return h, s.Address(secret), change, err
}

// Sign makes a new signing secret for a hook. It returns the hook, still unchanged, the
// secret, and the function change, which stores the secret: senders must then sign
// their requests with it. If on is false, the secret is empty, and after change senders
// need not sign any more. change does nothing if the hook was deleted meanwhile. The
// error is chat.ErrNotFound if the room has no hook of that name, ErrDeclared if the
// configuration declares it, or that of the store; change is then nil.
func (s *Service) Sign(ctx context.Context, room chat.RoomID, name string, on bool) (h Hook, signing string, change func(context.Context) error, err error) {
	if on {
		signing = newSecret()
	}
	h, change, err = s.change(ctx, room, name, func(h *Hook) { h.Signing = signing })
	return h, signing, change, err
}

// Pause returns a hook, still unchanged, and a function that pauses it, so that it
// refuses requests, or makes it accept them again if paused is false, even if it was
// disabled because the bot left its room. The function does nothing if the hook was
// deleted meanwhile. The error is chat.ErrNotFound if the room has no hook of that
// name, ErrDeclared if the configuration declares it, or that of the store; the
// function is then nil.
func (s *Service) Pause(ctx context.Context, room chat.RoomID, name string, paused bool) (Hook, func(context.Context) error, error) {
	return s.change(ctx, room, name, func(h *Hook) { h.Paused, h.Gone = paused, false })
}

func (s *Service) change(ctx context.Context, room chat.RoomID, name string, change func(h *Hook)) (Hook, func(context.Context) error, error) {
	h, err := s.find(ctx, room, name)
	switch {
	case err != nil:
		return h, nil, err
	case h.Declared:
		return h, nil, ErrDeclared
	}
	return h, func(ctx context.Context) error {
		now, err := s.find(ctx, room, name) // it may have changed since
		if errors.Is(err, chat.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		after := now
		change(&after)
		if err := s.Store.SaveHook(ctx, after); err != nil {
			return err
		}
		s.forget(now)
		s.remember(after)
		return nil
	}, nil
}

// Remove returns a hook and a function that deletes it together with its waiting
// deliveries. The error is chat.ErrNotFound if the room has no hook of that name,
// ErrDeclared if the configuration declares it, or that of the store; the function is
// then nil.
func (s *Service) Remove(ctx context.Context, room chat.RoomID, name string) (Hook, func(context.Context) error, error) {
	h, err := s.find(ctx, room, name)
	switch {
	case err != nil:
		return h, nil, err
	case h.Declared:
		return h, nil, ErrDeclared
	}
	return h, func(ctx context.Context) error {
		s.forget(h)
		return s.Store.DeleteHook(ctx, h.ID)
	}, nil
}

// Test returns a hook and a function that stores text as a delivery, as if a tool had
// posted it, even if the hook is paused, and wakes Run after the commit. The error is
// chat.ErrNotFound if the room has no hook of that name, ErrFull if MaxWaiting
// deliveries wait for it, or that of the store; the function is then nil. The function
// stores nothing if the hook is full or deleted meanwhile.
func (s *Service) Test(ctx context.Context, room chat.RoomID, name, text string) (Hook, func(context.Context) error, error) {
	h, err := s.find(ctx, room, name)
	if err != nil {
		return h, nil, err
	}
	if n, err := s.Store.Waiting(ctx, h.ID); err != nil {
		return h, nil, err
	} else if n >= MaxWaiting {
		return h, nil, ErrFull
	}
	return h, func(ctx context.Context) error {
		d := Delivery{Hook: h.ID, At: s.Now(), Body: Body{Type: "text/plain; charset=utf-8", Data: []byte(text)}}
		_, err := s.Store.AddDelivery(ctx, d, "", time.Time{})
		if errors.Is(err, ErrFull) || errors.Is(err, chat.ErrNotFound) {
			return nil // it filled up, or was removed, since the command was read
		}
		s.Store.AfterCommit(ctx, s.wake.Set)
		return err
	}, nil
}

// Move assigns the hooks of the room from to the room to, its successor after an
// upgrade, in the transaction of ctx. It deletes the state of their alerts, so
// messages in the old room do not change any more.
func (s *Service) Move(ctx context.Context, from, to chat.RoomID) error {
	all, err := s.In(ctx, from)
	if err != nil {
		return err
	}
	for _, h := range all {
		h.Room = to
		if err := s.Store.SaveHook(ctx, h); err != nil {
			return err
		}
		if err := s.Store.ForgetAlerts(ctx, h.ID); err != nil {
			return err
		}
		s.remember(h)
	}
	return nil
}
