package main

import (
	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/schedule"
	"heraut/sources"
)

// calendarNames returns the names of the sources in the configuration that are
// calendars.
func calendarNames(config *Config) (names []string) {
	for _, s := range config.Sources {
		if s.Kind == string(sources.Calendar) {
			names = append(names, s.Name)
		}
	}
	return names
}

// newAgenda returns the service that reads calendars and announces their events. It
// reads the calendars of the configuration, which s holds, and reports each reading to
// announcer. It reads calendars whose addresses people give in the chat with guarded,
// the getter of guardedGetter. The error means that a configured calendar gets no
// getter.
func newAgenda(s shared, announcer *announce.Announcer, guarded *fetch.Getter) (*agenda.Calendars, error) {
	var calendars []agenda.Settings
	for _, source := range s.config.Sources {
		if source.Kind != string(sources.Calendar) {
			continue
		}
		getter, err := getterOf(s.config, source.URL, fetch.Options{})
		if err != nil {
			return nil, err
		}
		calendars = append(calendars, agenda.Settings{Name: source.Name, Location: source.URL, Every: source.Every, Getter: getter})
	}
	return agenda.NewCalendars(agenda.Options{
		Store: s.db, Queue: s.outbox, Rooms: s.book, Zone: s.config.Timezone,
		Quiet:    func(room chat.RoomID) schedule.Quiet { return quietIn(s, room) },
		Declared: announcer.DeclaredWatches, Report: announcer.NoteReading, Guarded: guarded,
		Guard: announcer.GuardFor, Operators: sourceNotices(s),
		Log: s.component("agenda"),
	}, calendars), nil
}
