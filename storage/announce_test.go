package storage

import (
	"errors"
	"testing"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/sources"
)

func addNews(t *testing.T, db *DB, key string, seen time.Time) int64 {
	t.Helper()
	id, err := db.AddNews(t.Context(), announce.News{Item: sources.Item{Source: "s", Key: key, Title: key}, Seen: seen})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestPurgeNewsKeepsWhatIsNeeded(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	old := noon.AddDate(0, 0, -90)
	ids := map[string]int64{}
	for _, key := range []string{"forgotten", "pending", "told", "settling", "recent", "told long ago"} {
		seen := old
		if key == "recent" {
			seen = noon
		}
		ids[key] = addNews(t, db, key, seen)
		if err := db.See(ctx, "s", key, announce.Announced, seen); err != nil {
			t.Fatal(err)
		}
	}
	settling := announce.News{ID: ids["settling"], Item: sources.Item{Source: "s", Key: "settling"}, Due: noon}
	must(t, db.SaveNews(ctx, settling))
	must(t, db.AddPending(ctx, announce.Pending{Room: salon, Item: ids["pending"], Watch: "w", Due: noon}))
	must(t, db.SaveAnnouncement(ctx, announce.Announcement{Key: "1", Room: salon, At: noon}, []int64{ids["told"]}))
	must(t, db.SaveAnnouncement(ctx, announce.Announcement{Key: "2", Room: salon, At: old}, []int64{ids["told long ago"]}))
	must(t, db.PurgeNews(ctx, noon.AddDate(0, 0, -60)))

	var all []int64
	for _, id := range ids {
		all = append(all, id)
	}
	left, err := db.NewsByID(ctx, all)
	must(t, err)
	for key, id := range ids {
		if _, ok := left[id]; ok != (key != "forgotten" && key != "told long ago") {
			t.Errorf("%s: left: %v", key, ok)
		}
	}
	messages, err := db.Announcements(ctx)
	if err != nil || len(messages) != 1 || messages[0].Key != "1" {
		t.Errorf("%v, %v", messages, err)
	}
	unseen, err := db.Unseen(ctx, "s", []string{"forgotten", "never"})
	if err != nil || len(unseen) != 1 || !unseen["never"] {
		t.Errorf("%v, %v", unseen, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFollowedNews(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	day := 24 * time.Hour
	for _, c := range []struct {
		key                string
		announced, checked time.Time
		shown              bool
		pending            bool
	}{
		{"told", noon.Add(-3 * day), noon.Add(-2 * day), true, false},
		{"just checked", noon.Add(-3 * day), noon, true, false},
		{"told long ago", noon.Add(-40 * day), noon.Add(-2 * day), true, false},
		{"not shown", noon.Add(-3 * day), noon.Add(-2 * day), false, false},
		{"pending", time.Time{}, noon.Add(-3 * day), false, true},
		{"nobody wants it", time.Time{}, noon.Add(-2 * day), false, false},
	} {
		id := addNews(t, db, c.key, noon)
		must(t, db.SaveNews(ctx, announce.News{ID: id, Item: sources.Item{Title: c.key}, AnnouncedAt: c.announced, Checked: c.checked}))
		if c.shown {
			must(t, db.SaveAnnouncement(ctx, announce.Announcement{Key: chat.PostKey(c.key), At: noon}, []int64{id}))
		}
		if c.pending {
			must(t, db.AddPending(ctx, announce.Pending{Room: salon, Item: id, Due: noon}))
		}
	}
	followed, err := db.FollowedNews(ctx, "s", noon.Add(-30*day), noon.Add(-day), 10)
	must(t, err)
	var keys []string
	for _, n := range followed {
		keys = append(keys, n.Item.Key)
	}
	if len(keys) != 2 || keys[0] != "pending" || keys[1] != "told" {
		t.Errorf("got %q", keys)
	}
}

func TestWatchesOfRooms(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	w := announce.Watch{Room: salon, Source: "s", Filter: "f", Rhythm: "immediat", By: camille, At: noon}
	id, err := db.AddWatch(ctx, w)
	must(t, err)
	if _, err := db.AddWatch(ctx, w); !errors.Is(err, announce.ErrExists) {
		t.Errorf("twice: %v", err)
	}
	if err := db.PauseWatch(ctx, "!other:example.org", id, true); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("in another room: %v", err)
	}
	if err := db.RemoveWatch(ctx, "!other:example.org", id); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("in another room: %v", err)
	}
	must(t, db.AddPending(ctx, announce.Pending{Room: salon, Item: 1, Watch: "s f", Due: noon}))
	must(t, db.AddPending(ctx, announce.Pending{Room: salon, Item: 2, Watch: "s g", Due: noon}))
	if waiting, err := db.PendingFor(ctx, salon, w.Source+" "+w.Filter); err != nil || len(waiting) != 1 || waiting[0].Item != 1 {
		t.Errorf("%v, %v", waiting, err)
	}
	must(t, db.RemoveWatch(ctx, salon, id))
	if all, err := db.Watches(ctx); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestMoveWatches(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	const next = chat.RoomID("!next:example.org")
	for _, w := range []announce.Watch{
		{Room: salon, Source: "s", Filter: "a", Rhythm: "immediat", At: noon},
		{Room: salon, Source: "s", Filter: "b", Rhythm: "immediat", At: noon},
		{Room: next, Source: "s", Filter: "b", Rhythm: "quotidien 09:00", At: noon},
	} {
		if _, err := db.AddWatch(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	item := addNews(t, db, "item", noon)
	must(t, db.AddPending(ctx, announce.Pending{Room: salon, Item: item, Watch: "s a", Due: noon}))
	must(t, db.SaveAnnouncement(ctx, announce.Announcement{Key: "1", Room: salon, At: noon}, []int64{item}))
	must(t, db.MoveWatches(ctx, salon, next))
	must(t, db.MoveWatches(ctx, salon, next))

	watches, err := db.Watches(ctx)
	must(t, err)
	got := map[string]string{}
	for _, w := range watches {
		if w.Room != next {
			t.Errorf("left behind: %+v", w)
		}
		got[w.Filter] = w.Rhythm
	}
	if len(watches) != 2 || got["a"] != "immediat" || got["b"] != "quotidien 09:00" {
		t.Errorf("the new room watches %v", watches)
	}
	pending, err := db.DuePending(ctx, noon)
	if err != nil || len(pending) != 1 || pending[0].Room != next {
		t.Errorf("pending: %v, %v", pending, err)
	}
	told, err := db.Announcements(ctx)
	if err != nil || len(told) != 0 {
		t.Errorf("told: %v, %v", told, err)
	}
}
