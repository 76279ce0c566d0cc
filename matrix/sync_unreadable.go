package matrix

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

// unreadable returns the body of an answer of the homeserver that succeeded (status 200)
// and is valid JSON, but that mautrix refused with the error err; ok is false for other
// errors and nil. One wrong event makes mautrix refuse a whole answer, at each try.
func unreadable(err error) (body string, ok bool) {
	he, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || he.Response == nil || he.Response.StatusCode != http.StatusOK || !json.Valid([]byte(he.ResponseBody)) {
		return "", false
	}
	return he.ResponseBody, true
}

// parseReadableAndLog parses the JSON body into the variable that answer points to,
// without the events that mautrix cannot parse; of a state event, it keeps the readable
// part. It logs how many events it left out or reduced. The error means that the rest
// cannot be parsed either.
func (c *Client) parseReadableAndLog(body string, answer any) error {
	dropped, err := parseReadable(body, answer)
	if err == nil {
		c.log.Warn().Int("events", dropped).Msg("The homeserver passed on events that cannot be read: going on without them")
	}
	return err
}

// parseReadable parses the JSON body of an answer into the variable that answer points
// to, leaving out events that mautrix cannot parse; of a state event, it keeps what can
// be read (bareState). It returns how many events it left out or reduced. The error
// means that the rest cannot be parsed either.
func parseReadable(body string, answer any) (dropped int, err error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber() // keep numbers as they are written
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return 0, err
	}
	dropped = dropUnreadable(tree)
	rest, err := json.Marshal(tree)
	if err != nil {
		return dropped, err
	}
	if err := json.Unmarshal(rest, answer); err != nil {
		return dropped, fmt.Errorf("without the %d wrong events: %w", dropped, err)
	}
	return dropped, nil
}

func readable(item any) bool {
	text, err := json.Marshal(item)
	return err == nil && json.Unmarshal(text, new(event.Event)) == nil
}

// bareState reduces item, an unreadable event in parsed JSON, to its type, its state
// key, its sender and the readable part of the rest, and returns the result. It returns
// nil if item is no state event, or if even these three cannot be read. A state event
// must not be dropped: the room's earlier state would stay in force.
func bareState(item any) any {
	fields, ok := item.(map[string]any)
	if !ok {
		return nil
	}
	bare := map[string]any{"content": map[string]any{}}
	for _, name := range []string{"type", "state_key", "sender"} {
		if bare[name], ok = fields[name].(string); !ok {
			return nil
		}
	}
	for _, name := range []string{"event_id", "content", "origin_server_ts"} {
		before, had := bare[name]
		if bare[name] = fields[name]; readable(bare) {
			continue
		}
		if delete(bare, name); had {
			bare[name] = before
		}
	}
	if !readable(bare) {
		return nil
	}
	return bare
}

// dropUnreadable removes the unreadable events from all lists of events in tree, the
// parsed JSON of an answer, and returns their number. Of a state event it leaves what
// bareState can save. The lists have the same names in a sync and in a page of
// history.
func dropUnreadable(tree any) (dropped int) {
	object, ok := tree.(map[string]any)
	if !ok {
		return 0
	}
	for name, value := range object {
		list, isList := value.([]any)
		if !isList {
			dropped += dropUnreadable(value)
			continue
		}
		if name != "events" && name != "chunk" && name != "state" {
			continue
		}
		kept := make([]any, 0, len(list))
		for _, item := range list {
			if !readable(item) {
				dropped++
				if item = bareState(item); item == nil {
					continue
				}
			}
			kept = append(kept, item)
		}
		object[name] = kept
	}
	return dropped
}
