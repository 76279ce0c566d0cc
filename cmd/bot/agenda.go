package main

import (
	"github.com/rs/zerolog"

	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
	"heraut/storage"
)

// calendarNames returns the names of the configuration's calendars.
func calendarNames(config *Config) (names []string) {
	for _, s := range config.Sources {
		if s.Kind == string(sources.Calendar) {
			names = append(names, s.Name)
		}
	}
	return names
}

// newAgenda returns the part that reads calendars and announces their events. It
// reads the calendars that rooms give with guarded.
func newAgenda(
	config *Config, db *storage.DB, box *queue.Queue, book *rooms.Book, operators *rooms.Operators, announcer *announce.Announcer,
	guarded *fetch.Getter, log zerolog.Logger,
) (*agenda.Calendars, error) {
	var calendars []agenda.Settings
	for _, s := range config.Sources {
		if s.Kind != string(sources.Calendar) {
			continue
		}
		getter, err := getterOf(config, s.URL, fetch.Options{})
		if err != nil {
			return nil, err
		}
		calendars = append(calendars, agenda.Settings{Name: s.Name, Location: s.URL, Every: s.Every, Getter: getter})
	}
	return agenda.NewCalendars(agenda.Options{
		Store: db, Queue: box, Rooms: book, Zone: config.Timezone,
		Quiet:    func(room chat.RoomID) schedule.Quiet { return quietIn(config, book, room) },
		Declared: announcer.DeclaredWatches, Report: announcer.NoteReading, Guarded: guarded,
		Operators: sourceNotices(config, box, operators, log),
		Log:       log.With().Str("component", "agenda").Logger(),
	}, calendars), nil
}
