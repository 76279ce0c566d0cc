package queue_test

import (
	"slices"
	"strings"
	"testing"

	"heraut/chat"
)

// own returns the bot's events in a room, as "text", "text (edit)" or "(deletion)".
func (s *homeserver) own(room chat.RoomID) (own []string) {
	all, _ := s.since(0)
	for _, e := range all {
		switch p := e.post; {
		case e.user != nil || e.room != room:
		case !p.Redacts.IsZero():
			own = append(own, "(deletion)")
		case !p.Edits.IsZero():
			own = append(own, p.HTML+" (edit)")
		default:
			own = append(own, p.HTML)
		}
	}
	return own
}

// seen returns the bot's texts in a room as people see them: edits and deletions
// applied.
func (s *homeserver) seen(room chat.RoomID) (texts []string) {
	for _, e := range s.visible() {
		if e.room == room {
			texts = append(texts, e.post.HTML+e.post.Reaction)
		}
	}
	return texts
}

func (s *homeserver) visible() (visible []entry) {
	all, _ := s.since(0)
	at := func(id chat.EventID) int {
		return slices.IndexFunc(visible, func(e entry) bool { return e.id == id })
	}
	for _, e := range all {
		switch p := e.post; {
		case e.user != nil:
		case !p.Redacts.IsZero():
			if i := at(p.Redacts.Event); i >= 0 {
				visible = slices.Delete(visible, i, i+1)
			}
		case !p.Edits.IsZero() && p.HTML != "":
			if i := at(p.Edits.Event); i >= 0 {
				visible[i].post.HTML = p.HTML
			}
		default:
			visible = append(visible, e)
		}
	}
	return visible
}

// wantSeen checks the bot's texts in a room as people see them.
func (s *homeserver) wantSeen(t *testing.T, room chat.RoomID, want ...string) {
	t.Helper()
	if got := s.seen(room); !slices.Equal(got, want) {
		t.Errorf("in %s people see %q of the bot, want %q", room, got, want)
	}
}

// wantOwn checks the bot's events in a room.
func (s *homeserver) wantOwn(t *testing.T, room chat.RoomID, want ...string) {
	t.Helper()
	if got := s.own(room); !slices.Equal(got, want) {
		t.Errorf("in %s there are the bot's %q, want %q", room, got, want)
	}
}

// wantNoDuplicates checks that no post was sent twice.
func (s *homeserver) wantNoDuplicates(t *testing.T) {
	t.Helper()
	all, _ := s.since(0)
	first := map[string]chat.EventID{}
	for _, e := range all {
		if e.txn == "" {
			continue
		}
		if id, ok := first[e.txn]; ok {
			t.Errorf("%s is there twice, as %s and %s: %s", e.txn, id, e.id, strings.TrimSpace(e.post.HTML))
		}
		first[e.txn] = e.id
	}
}
