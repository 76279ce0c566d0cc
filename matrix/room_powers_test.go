package matrix

import (
	"encoding/json"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// TestReadPowers: the readable parts of a power-levels event count, and nothing
// else.
func TestReadPowers(t *testing.T) {
	const user = id.UserID("@a:x")
	for content, want := range map[string]int{
		`{"users":{"@a:x":50}}`:                                           50,
		`{"users":{"@a:x":"50"}}`:                                         50,
		`{"users":{"@a:x":" +50 "}}`:                                      50,
		`{"users":{"@a:x":50.9}}`:                                         50,
		`{"users":{"@a:x":5e1}}`:                                          50,
		`{"users":{"@a:x":50},"ban":"50","historical":"x"}`:               50,
		`{"users":{"@a:x":50},"notifications":{"room":"x"},"events":[1]}`: 50,
		`{"users":{"@a:x":"50","@b:x":{}}}`:                               50,
		`{"users_default":"20"}`:                                          20,
		`{"users_default":-5}`:                                            -5,
		`{"users_default":50,"users":{"@a:x":"boss"}}`:                    0,
		`{"users_default":-5,"users":{"@a:x":{}}}`:                        -5,
		`{"users_default":[100]}`:                                         0,
		`{"users":{"@a:x":"50.5"}}`:                                       0,
		`{"users":{"@a:x":null}}`:                                         0,
		`{"users":{"@a:x":true}}`:                                         0,
		`{"users":{"@a:x":1e300}}`:                                        0,
		`{"users":{"@a:x":"NaN"}}`:                                        0,
		`{"users":[["@a:x",100]]}`:                                        0,
		`{"users":"@a:x"}`:                                                0,
		`[]`:                                                              0,
		`null`:                                                            0,
		`"100"`:                                                           0,
		``:                                                                0,
		`{"users":{"@a:x":100},"users":{"@b:x":100}}`:                     0,
	} {
		if got := readPowers(json.RawMessage(content)).GetUserLevel(user); got != want {
			t.Errorf("%s: got %d, want %d", content, got, want)
		}
	}
}

// TestReadPowersOfEvents: the level required to send an event, from a partly
// unreadable power-levels event.
func TestReadPowersOfEvents(t *testing.T) {
	for content, want := range map[string]int{
		`{}`:                     50,
		`{"state_default":"70"}`: 70,
		`{"state_default":{}}`:   50,
		`{"events":{"m.room.tombstone":"100","m.room.name":[]}}`: 100,
		`{"events":{"m.room.tombstone":[]},"state_default":60}`:  60,
	} {
		if got := readPowers(json.RawMessage(content)).GetEventLevel(event.StateTombstone); got != want {
			t.Errorf("%s: got %d, want %d", content, got, want)
		}
	}
}

// otherCase reports whether content has a field of the power levels in another case:
// encoding/json, hence mautrix, takes it for the field, and homeservers do not.
func otherCase(content string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(content), &fields) != nil {
		return false
	}
	for field := range fields {
		if field != strings.ToLower(field) {
			return true
		}
	}
	return false
}

// FuzzReadPowers: for any content, parsing ends, an unlisted user has the default
// level, and the result equals mautrix's if mautrix parses it without an error.
func FuzzReadPowers(f *testing.F) {
	f.Add(`{"users":{"@a:x":50},"users_default":0,"events":{"m.room.name":50}}`)
	f.Add(`{"users":{"@a:x":" 50"},"ban":"x"}`)
	f.Add(`{"users":{"@a:x":1e400}}`)
	f.Add(`{"users":[],"users_default":{}}`)
	f.Add(`{"uSers":{"":1}}`)
	f.Fuzz(func(t *testing.T, content string) {
		powers := readPowers(json.RawMessage(content))
		if got := powers.GetUserLevel("@nobody-names-me:x"); got != powers.UsersDefault {
			if _, named := powers.Users["@nobody-names-me:x"]; !named {
				t.Errorf("somebody without a level has %d", got)
			}
		}
		var strict event.PowerLevelsEventContent
		if json.Unmarshal([]byte(content), &strict) != nil || otherCase(content) {
			return
		}
		for user := range strict.Users {
			if got, want := powers.GetUserLevel(user), strict.GetUserLevel(user); got != want {
				t.Errorf("%s has %d, and mautrix reads %d", user, got, want)
			}
		}
		if got, want := powers.GetEventLevel(event.StateTombstone), strict.GetEventLevel(event.StateTombstone); got != want {
			t.Errorf("an upgrade needs %d, and mautrix reads %d", got, want)
		}
	})
}

// TestReadMember: a partly unreadable membership event.
func TestReadMember(t *testing.T) {
	for content, want := range map[string]event.MemberEventContent{
		`{"membership":"ban","displayname":5}`:                    {Membership: "ban"},
		`{"membership":"join","displayname":"A","avatar_url":[]}`: {Membership: "join", Displayname: "A"},
		`{"membership":[],"displayname":"A"}`:                     {Membership: "leave", Displayname: "A"},
		`{"membership":"join","third_party_invite":"x"}`:          {Membership: "join"},
	} {
		evt := &event.Event{Type: event.StateMember}
		if err := json.Unmarshal([]byte(content), &evt.Content); err != nil {
			t.Fatal(err)
		}
		if err := parseState(evt); err != nil {
			t.Fatal(err)
		}
		if got := evt.Content.AsMember(); got.Membership != want.Membership || got.Displayname != want.Displayname {
			t.Errorf("%s: got %+v", content, got)
		}
	}
}
