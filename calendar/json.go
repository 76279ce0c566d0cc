package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// jsonEvent is an event in the JSON of the Agenda du Libre, a public calendar of
// free-software events (events.json).
type jsonEvent struct {
	ID          json.Number     `json:"id"`
	Title       string          `json:"title"`
	Start       string          `json:"start_time"`
	End         string          `json:"end_time"`
	PlaceName   string          `json:"place_name"`
	Address     string          `json:"address"`
	City        string          `json:"city"`
	URL         string          `json:"url"`
	Description string          `json:"description"`
	Region      json.RawMessage `json:"region"`
	Cancelled   bool            `json:"cancelled"`
}

// readJSON reads a list of events, alone or under "events" or "data" in an object. It
// skips items that are no events, and those beyond maxEvents. The error wraps
// ErrTruncated or ErrFormat, also if there are items but none is an event. data must
// not be empty.
func readJSON(data []byte, local *time.Location) (*Calendar, error) {
	var items []json.RawMessage
	if data[0] == '{' {
		var wrapped struct {
			Events []json.RawMessage `json:"events"`
			Data   []json.RawMessage `json:"data"`
		}
		if err := decodeJSON(data, &wrapped); err != nil {
			return nil, err
		}
		if wrapped.Events == nil && wrapped.Data == nil {
			return nil, ErrFormat
		}
		items = slices.Concat(wrapped.Events, wrapped.Data)
	} else if err := decodeJSON(data, &items); err != nil {
		return nil, err
	}
	calendar := &Calendar{local: local}
	for _, item := range items[:min(len(items), maxEvents)] {
		var e jsonEvent
		if json.Unmarshal(item, &e) != nil {
			continue
		}
		if event, ok := e.event(local); ok {
			calendar.single = append(calendar.single, event)
		}
	}
	if len(items) > 0 && len(calendar.single) == 0 {
		return nil, ErrFormat // a list of something else
	}
	return calendar, nil
}

func decodeJSON(data []byte, into any) error {
	err := json.NewDecoder(bytes.NewReader(data)).Decode(into)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ErrTruncated
	case err != nil:
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}

func (j jsonEvent) event(local *time.Location) (Event, bool) {
	z := &zones{resting: local}
	start, err := parseMoment(j.Start, nil, z)
	if err != nil {
		return Event{}, false
	}
	e := Event{
		UID: j.ID.String(), Title: oneLine(j.Title), URL: linkOf(strings.TrimSuffix(j.URL, ".json")),
		Text: plain(j.Description), AllDay: start.date, Cancelled: j.Cancelled,
		Start: start.instant(local).In(local),
	}
	var places []string
	for _, place := range []string{j.PlaceName, j.Address, j.City} {
		if place = oneLine(place); place != "" {
			places = append(places, place)
		}
	}
	e.Location = strings.Join(places, ", ")
	if region := regionOf(j.Region); region != "" {
		e.Categories = []string{region}
	}
	e.End = e.Start
	if end, err := parseMoment(j.End, nil, z); err == nil && end.instant(local).After(e.Start) {
		e.End = end.instant(local).In(local)
	} else if e.AllDay {
		e.End = e.Start.AddDate(0, 0, 1)
	}
	return e, true
}

// regionOf returns the name of a region from JSON that is the name itself, or an
// object with a name; empty for other JSON.
func regionOf(raw json.RawMessage) string {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return oneLine(name)
	}
	var object struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &object) == nil {
		return oneLine(object.Name)
	}
	return ""
}
