package testkit

import (
	"net/http"
	"testing"
	"time"
)

// TestClearText covers the ways in which the bot learns that a room is encrypted,
// and the sends that it may make before and after.
func TestClearText(t *testing.T) {
	t.Parallel()
	const room = "!room:example.org"
	start := time.Now()
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	request := func(n, status int, method, path, response string) Request {
		return Request{Number: n, Method: method, Path: "/_matrix/client/v3" + path, At: at(n), Done: at(n).Add(time.Millisecond), Status: status, Response: []byte(response)}
	}
	asked := request(1, http.StatusNotFound, http.MethodGet, "/rooms/"+room+"/state/m.room.encryption/", "{}")
	clearText := request(5, http.StatusOK, http.MethodPut, "/rooms/"+room+"/send/m.room.message/1", "{}")
	sync := func(response string) Request { return request(2, http.StatusOK, http.MethodGet, "/sync", response) }
	const encryption = `{"type": "m.room.encryption", "state_key": ""}`
	tests := map[string]struct {
		requests []Request
		starts   []time.Time
		faults   int
	}{
		"asked before":             {[]Request{asked, clearText}, nil, 0},
		"not asked":                {[]Request{clearText}, nil, 1},
		"asked by another process": {[]Request{asked, clearText}, []time.Time{start, at(3)}, 1},
		"another room is encrypted": {[]Request{asked, sync(`{"rooms": {"join": {"!other": {"state": {"events": [` + encryption + `]}}}}}`),
			clearText}, nil, 0},
		"in the state of a sync": {[]Request{asked, sync(`{"rooms": {"join": {"` + room + `": {"state": {"events": [` + encryption + `]}}}}}`),
			clearText}, nil, 1},
		"in the timeline of a sync": {[]Request{asked, sync(`{"rooms": {"join": {"` + room + `": {"timeline": {"events": [` + encryption + `]}}}}}`),
			clearText}, nil, 1},
		"in an invitation": {[]Request{asked, sync(`{"rooms": {"invite": {"` + room + `": {"invite_state": {"events": [` + encryption + `]}}}}}`),
			clearText}, nil, 1},
		"in the room's state": {[]Request{asked, request(2, http.StatusOK, http.MethodGet, "/rooms/"+room+"/state", `[`+encryption+`]`),
			clearText}, nil, 1},
		"in the answer": {[]Request{request(1, http.StatusOK, http.MethodGet, "/rooms/"+room+"/state/m.room.encryption/", "{}"),
			clearText}, nil, 1},
		"told afterwards": {[]Request{asked, clearText, request(6, http.StatusOK, http.MethodGet, "/sync",
			`{"rooms": {"join": {"`+room+`": {"state": {"events": [`+encryption+`]}}}}}`)}, nil, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			starts := test.starts
			if starts == nil {
				starts = []time.Time{start}
			}
			if got := ClearText(test.requests, starts); len(got) != test.faults {
				t.Errorf("found %q, want %d faults", got, test.faults)
			}
		})
	}
}
