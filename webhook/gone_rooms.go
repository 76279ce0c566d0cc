package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// checkRooms disables the hooks of rooms that the bot left, and enables those of rooms
// to which it returned. It notifies the maker of a disabled hook in their direct room,
// if there is one. It skips rooms that the store does not know or that moved. It does
// nothing if less than since has passed after its last check, whose time is in
// s.checkedAt.
func (s *Service) checkRooms(ctx context.Context, since time.Duration) error {
	if now := s.Now(); now.Sub(s.checkedAt) >= since {
		s.checkedAt = now
	} else {
		return nil
	}
	hooks, err := s.Store.Hooks(ctx)
	if err != nil || len(hooks) == 0 {
		return err
	}
	known, err := s.Store.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		i := slices.IndexFunc(known, func(r chat.Room) bool { return r.ID == h.Room })
		if i < 0 || known[i].MovedTo != "" {
			continue // the room is not known yet, or its successor takes over the hooks
		}
		if gone := !known[i].Joined; gone != h.Gone {
			if err := s.setGone(ctx, h, gone, known[i], known); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) setGone(ctx context.Context, h Hook, gone bool, room chat.Room, known []chat.Room) error {
	return s.Queue.Do(ctx, func(ctx context.Context) error {
		// The hook is read again: it may have been renewed since.
		hooks, err := s.Store.Hooks(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(hooks, func(now Hook) bool { return now.ID == h.ID })
		if i < 0 {
			return nil
		}
		h := hooks[i]
		h.Gone = gone
		if err := s.Store.SaveHook(ctx, h); errors.Is(err, chat.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		s.remember(h)
		direct, ok := DirectRoom(known, h.By)
		if !gone || !ok {
			return nil
		}
		lang := s.Book.Of(direct.ID).Language
		html, err := locale.Render(lang, "webhook-gone", struct{ Name, Room string }{h.Name, room.Name})
		if err != nil {
			return err
		}
		cause := chat.Cause(fmt.Sprintf("webhook gone %d %d", h.ID, s.Now().UnixMilli()))
		return s.Queue.Post(ctx, cause, chat.Post{Room: direct.ID, Priority: chat.Webhook, HTML: html, Lang: lang, Rings: true})
	})
}

// DirectRoom returns the room, among known, in which the bot speaks with the person
// user alone: a direct room to which that person invited it. ok is false if there is
// none or user is empty.
func DirectRoom(known []chat.Room, user chat.UserID) (room chat.Room, ok bool) {
	for _, r := range known {
		if user != "" && r.Direct && r.Joined && r.MovedTo == "" && r.InvitedBy == user && (r.Members == 2 || r.Members == 0) {
			return r, true
		}
	}
	return chat.Room{}, false
}
