package matrix_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestRoomThatSyncDoesNotShow: the bot enters a room, and sync leaves it out,
// reports that the bot left it, or shows it without the bot's join. The bot finds
// the room anyway; when sync shows it later, the bot does not answer messages from
// before its join.
func TestRoomThatSyncDoesNotShow(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(room mautrixid.RoomID, joined, left map[mautrixid.RoomID]json.RawMessage){
		"left out": func(room mautrixid.RoomID, joined, _ map[mautrixid.RoomID]json.RawMessage) { delete(joined, room) },
		"as left": func(room mautrixid.RoomID, joined, left map[mautrixid.RoomID]json.RawMessage) {
			left[room] = json.RawMessage(`{"timeline": {"events": []}}`)
			delete(joined, room)
		},
		"without the join": func(room mautrixid.RoomID, joined, _ map[mautrixid.RoomID]json.RawMessage) {
			var content map[string]json.RawMessage
			if err := json.Unmarshal(joined[room], &content); err != nil {
				t.Error(err)
			}
			content["timeline"], content["state"] = json.RawMessage(`{"events": []}`), json.RawMessage(`{"events": []}`)
			joined[room] = marshal(t, content)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			proxy := testkit.NewProxy(t, hs.URL)
			bot := startBot(t, hs, matrix.Config{}, queue.Config{})
			agent := hs.Person(t, "agent", testkit.ClientOptions{})
			first := bot.invited(t, agent, testkit.Room{})
			bot.through(t, proxy)
			room := agent.Room(t, testkit.Room{})
			agent.Say(t, room, "avant")

			var mu sync.Mutex
			var kept json.RawMessage // the room as sync would have shown it
			remove := proxy.Add(testkit.Rule{Match: testkit.Syncs, Do: testkit.Rewrite(func(r *testkit.Response) {
				mu.Lock()
				defer mu.Unlock()
				changeRooms(t, r, func(joined, left map[mautrixid.RoomID]json.RawMessage) {
					shown, ok := joined[room]
					if !ok {
						return
					}
					if kept == nil {
						kept = shown
					}
					hide(room, joined, left)
				})
			})})
			// At first the room's history lacks the join, too.
			proxy.Add(testkit.Rule{Times: 6, Match: testkit.On(http.MethodGet, `/messages$`), Do: testkit.Answer(http.StatusOK, map[string]any{"start": "x", "chunk": []any{}})})
			agent.Invite(t, room, bot.account.UserID)
			agent.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
			e := bot.next(t)
			if e.Room == chat.RoomID(first) { // again, since the bot ended
				e = bot.next(t)
			}
			if e.Joined == nil || e.Room != chat.RoomID(room) {
				t.Errorf("first came %+v", e)
			}
			remove()
			mu.Lock()
			late := kept
			mu.Unlock()
			if !bytes.Contains(late, []byte("avant")) {
				t.Errorf("sync would not have shown what was said before: %s", late)
			}
			proxy.Add(testkit.Rule{Times: 1, Match: testkit.Syncs, Do: testkit.Rewrite(func(r *testkit.Response) {
				changeRooms(t, r, func(joined, _ map[mautrixid.RoomID]json.RawMessage) { joined[room] = late })
			})})
			other := agent.Room(t, testkit.Room{})
			agent.Invite(t, other, bot.account.UserID) // ends the sync under way
			if e := bot.next(t); e.Joined == nil || e.Room != chat.RoomID(other) {
				t.Errorf("then came %+v", e)
			}
			agent.Say(t, room, "après")
			if e := bot.next(t); e.Message == nil || e.Message.Body != "après" {
				t.Errorf("last came %+v", e)
			}
		})
	}
}

// TestLeftUnseen: the bot enters a room and is removed before sync has shown it.
func TestLeftUnseen(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{})
	bot.through(t, proxy)
	room := agent.Room(t, testkit.Room{})
	proxy.Add(testkit.Rule{Match: testkit.Syncs, Do: testkit.Rewrite(func(r *testkit.Response) {
		changeRooms(t, r, func(joined, _ map[mautrixid.RoomID]json.RawMessage) { delete(joined, room) })
	})})
	agent.Invite(t, room, bot.account.UserID)
	agent.AwaitMember(t, room, bot.account.UserID, event.MembershipJoin)
	if _, err := agent.KickUser(t.Context(), room, &mautrix.ReqKickUser{UserID: bot.account.UserID}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); bot.room(t, room).InvitedBy != ""; {
		if time.Now().After(deadline) {
			t.Fatal("the bot takes itself to be in the room")
		}
		// Each ends the sync under way.
		bot.invited(t, agent, testkit.Room{})
		time.Sleep(time.Second)
	}
}

// changeRooms applies change to the rooms of a sync's answer.
func changeRooms(t *testing.T, r *testkit.Response, change func(joined, left map[mautrixid.RoomID]json.RawMessage)) {
	if r.Status != http.StatusOK { // the bot has cancelled the request
		return
	}
	answer := map[string]json.RawMessage{"rooms": json.RawMessage("{}")}
	rooms := map[string]json.RawMessage{"join": json.RawMessage("{}"), "leave": json.RawMessage("{}")}
	joined, left := map[mautrixid.RoomID]json.RawMessage{}, map[mautrixid.RoomID]json.RawMessage{}
	err := errors.Join(json.Unmarshal(r.Body, &answer), json.Unmarshal(answer["rooms"], &rooms),
		json.Unmarshal(rooms["join"], &joined), json.Unmarshal(rooms["leave"], &left))
	change(joined, left)
	rooms["join"], rooms["leave"] = marshal(t, joined), marshal(t, left)
	answer["rooms"] = marshal(t, rooms)
	r.Body = marshal(t, answer)
	if err != nil {
		t.Error(err)
	}
}

func marshal(t *testing.T, content any) json.RawMessage {
	raw, err := json.Marshal(content)
	if err != nil {
		t.Error(err)
	}
	return raw
}
