package announce_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/announce"
	"heraut/chat"
)

// An announcement of a private source is withheld from a room that was opened while it
// waited; one of a public source has no guard.
func TestPrivateSource(t *testing.T) {
	for name, private := range map[string]bool{"private": true, "public": false} {
		t.Run(name, func(t *testing.T) {
			n, p := blog(t, rss(item("A", "1")))
			n.announcer.AddSource(n.settings["blog"], nil)
			audience := chat.Audience{Elsewhere: true}
			n.announcer.Private = func(location string) bool { return private && location == p.URL }
			n.announcer.Readers = func(context.Context, chat.RoomID) (chat.Readers, error) {
				return chat.Readers{Least: audience, Most: audience}, nil
			}
			p.set(rss(item("Secret", "2"), item("A", "1")))
			n.after(time.Hour, "blog")
			seq, _, err := n.db.NextPost(t.Context(), time.Now(), nil)
			if err != nil {
				t.Fatal(err)
			}
			row, err := n.db.StartPost(t.Context(), seq, n.now)
			if err != nil {
				t.Fatal(err)
			}
			if guarded := row.Post.Guard.By == announce.GuardName; guarded != private {
				t.Fatalf("the guard is %+v", row.Post.Guard)
			}
			if !private {
				return
			}
			for _, now := range []chat.Audience{{Elsewhere: true}, {}, {Elsewhere: true, Public: true}} {
				audience = now
				verdict, err := n.announcer.Check(t.Context(), row)
				if err != nil || strings.Contains(verdict.Withhold, "more people") != now.Public {
					t.Errorf("%+v: %+v, %v", now, verdict, err)
				}
			}
		})
	}
}
