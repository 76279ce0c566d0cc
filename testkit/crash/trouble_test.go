package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"maunium.net/go/mautrix"

	"heraut/testkit"
)

// powersServer is a homeserver that only stores the power levels of one room.
type powersServer struct {
	testing.TB
	powers map[string]any
	refuse bool // changes
}

func (s *powersServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any = s.powers
	switch {
	case r.Method == http.MethodPut && s.refuse:
		w.WriteHeader(http.StatusForbidden)
		answer = map[string]any{"errcode": "M_FORBIDDEN"}
	case r.Method == http.MethodPut:
		s.powers = nil
		if err := json.NewDecoder(r.Body).Decode(&s.powers); err != nil {
			s.Error(err)
		}
		answer = map[string]any{"event_id": "$x"}
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.Error(err)
	}
}

func (s *powersServer) client() *testkit.Client {
	s.Helper()
	server := httptest.NewServer(s)
	s.Cleanup(server.Close)
	mx, err := mautrix.NewClient(server.URL, "@agent:example.org", "token")
	if err != nil {
		s.Fatal(err)
	}
	return &testkit.Client{Client: mx}
}

// A trouble about power levels leaves them as they were, absent ones too.
func TestTroublesUndoPowerLevels(t *testing.T) {
	for name, k := range map[string]trouble{"mutes": mutes, "demotes": demotes} {
		t.Run(name, func(t *testing.T) {
			former := map[string]any{"events_default": 0., "users_default": 5., "kick": 60., "users": map[string]any{"@agent:example.org": 100.}}
			s := &powersServer{TB: t, powers: former}
			failed := errors.New("a step failed")
			err := k.during(t.Context(), s.client(), "!room:example.org", "@bot:example.org", nil, func() error {
				if reflect.DeepEqual(s.powers, former) {
					t.Error("nothing changed")
				}
				return failed
			})
			if !errors.Is(err, failed) {
				t.Errorf("got the error %v", err)
			}
			if !reflect.DeepEqual(s.powers, former) {
				t.Errorf("left %v", s.powers)
			}
		})
	}
}

// A change that the homeserver refuses is an error, and the story goes on.
func TestRefusedTrouble(t *testing.T) {
	s := &powersServer{TB: t, powers: map[string]any{"kick": 60.}, refuse: true}
	did := false
	err := demotes.during(t.Context(), s.client(), "!room:example.org", "@bot:example.org", nil, func() error {
		did = true
		return nil
	})
	if !errors.Is(err, mautrix.MForbidden) || !did {
		t.Errorf("got %v, went on: %v", err, did)
	}
}
