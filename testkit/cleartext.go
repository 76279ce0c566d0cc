package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

var (
	roomSend       = regexp.MustCompile(`/rooms/([^/]+)/send/m\.room\.message/`)
	roomEncryption = regexp.MustCompile(`/rooms/([^/]+)/state/m\.room\.encryption`)
	roomState      = regexp.MustCompile(`/rooms/([^/]+)/state$`)
)

// ClearText checks the recorded requests of the bot, and returns a line for every
// message that the bot should not have sent in clear text. These are messages to a room
// that the homeserver had reported as encrypted before, in a sync, an invitation or an
// answer about the room's state; and messages that a process sent before it asked
// whether the room is encrypted. starts are the start times of the bot's processes.
func ClearText(requests []Request, starts []time.Time) (faults []string) {
	encrypted := map[string]time.Time{} // when the bot learned it
	asked := map[string][]time.Time{}
	for _, r := range requests {
		if r.Done.IsZero() || r.Status != http.StatusOK && r.Status != http.StatusNotFound {
			continue
		}
		if m := roomEncryption.FindStringSubmatch(r.Path); m != nil && r.Method == http.MethodGet {
			asked[m[1]] = append(asked[m[1]], r.Done)
		}
		for _, room := range encryptedRooms(r) {
			if at, known := encrypted[room]; !known || r.Done.Before(at) {
				encrypted[room] = r.Done
			}
		}
	}
	for _, r := range requests {
		m := roomSend.FindStringSubmatch(r.Path)
		if m == nil || r.Method != http.MethodPut {
			continue
		}
		if since, known := encrypted[m[1]]; known && r.At.After(since) {
			faults = append(faults, fmt.Sprintf("request %d: clear text to %s %s after the bot was told that it is encrypted", r.Number, m[1], r.At.Sub(since)))
		}
		var start time.Time
		for _, s := range starts {
			if s.Before(r.At) && s.After(start) {
				start = s
			}
		}
		if !slices.ContainsFunc(asked[m[1]], func(at time.Time) bool { return at.After(start) && at.Before(r.At) }) {
			faults = append(faults, fmt.Sprintf("request %d: clear text to %s by a process that had not asked whether it is encrypted", r.Number, m[1]))
		}
	}
	return faults
}

// encryptedRooms returns the rooms that the homeserver, in its answer to the request r,
// shows as encrypted; nil if the answer is no success.
func encryptedRooms(r Request) (rooms []string) {
	if r.Status != http.StatusOK {
		return nil
	}
	if m := roomEncryption.FindStringSubmatch(r.Path); m != nil {
		return []string{m[1]}
	}
	type state []struct {
		Type     string  `json:"type"`
		StateKey *string `json:"state_key"`
	}
	type events struct {
		Events state `json:"events"`
	}
	says := func(all state) bool {
		for _, e := range all {
			if e.Type == "m.room.encryption" && e.StateKey != nil {
				return true
			}
		}
		return false
	}
	if m := roomState.FindStringSubmatch(r.Path); m != nil {
		var all state
		if json.Unmarshal(r.Response, &all) == nil && says(all) {
			rooms = append(rooms, m[1])
		}
	}
	if !Syncs(&r) {
		return rooms
	}
	var answer struct {
		Rooms struct {
			Join map[string]struct {
				State    events `json:"state"`
				Timeline events `json:"timeline"`
			} `json:"join"`
			Invite map[string]struct {
				State events `json:"invite_state"`
			} `json:"invite"`
		} `json:"rooms"`
	}
	if json.Unmarshal(r.Response, &answer) != nil {
		return nil
	}
	for room, joined := range answer.Rooms.Join {
		if says(joined.State.Events) || says(joined.Timeline.Events) {
			rooms = append(rooms, room)
		}
	}
	for room, invited := range answer.Rooms.Invite {
		if says(invited.State.Events) {
			rooms = append(rooms, room)
		}
	}
	return rooms
}
