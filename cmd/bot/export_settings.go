package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"heraut/announce"
	"heraut/chat"
	"heraut/rooms"
	"heraut/storage"
)

// exportSettings writes the configuration and what was set in the chat as one
// file that serves as config.yaml. It holds no secret.
func exportSettings(ctx context.Context, config *Config, db *storage.DB, w io.Writer) error {
	e := exporter{config: config, names: map[string]bool{}, comments: yaml.CommentMap{}}
	for _, s := range config.Sources {
		e.sources = append(e.sources, s)
		e.names[s.Name] = true
	}
	if err := e.read(ctx, db); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	file, err := yaml.MarshalWithOptions(e.file(), yaml.WithComment(e.comments), yaml.UseSingleQuote(false))
	if err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	if _, err := fmt.Fprintln(w, "# Réglages de Héraut, ceux du fichier et ceux faits depuis les salons."); err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

// exporter merges what the file declares with what was set in the chat.
type exporter struct {
	config   *Config
	sources  []Source
	names    map[string]bool // of sources
	rooms    []exportedRoom
	relays   []Relay
	comments yaml.CommentMap
}

// exportedRoom is a room of the file, and what it is called.
type exportedRoom struct {
	Room
	id    chat.RoomID
	title string
}

func (e *exporter) read(ctx context.Context, db *storage.DB) error {
	aliases, err := db.Aliases(ctx)
	if err != nil {
		return err
	}
	for _, r := range e.config.Rooms {
		id, ok := aliases[r.Room]
		if !ok {
			id = chat.RoomID(r.Room)
		}
		e.rooms = append(e.rooms, exportedRoom{Room: r, id: id})
	}
	if err := e.readRooms(ctx, db); err != nil {
		return err
	}
	watches, err := db.Watches(ctx)
	if err != nil {
		return err
	}
	for _, w := range watches {
		if err := e.watch(w); err != nil {
			return err
		}
	}
	e.relays = slices.Clone(e.config.Relays)
	opened, err := db.Relays(ctx)
	if err != nil {
		return err
	}
	for _, r := range opened {
		if slices.ContainsFunc(e.relays, func(other Relay) bool { return other.Name == r.Name }) {
			continue
		}
		from := make([]string, len(r.From))
		for i, room := range r.From {
			from[i] = string(room)
		}
		e.relays = append(e.relays, Relay{Name: r.Name, From: from, To: string(r.To), Themes: r.Themes, MayWiden: r.MayWiden})
	}
	return nil
}

// readRooms adds the rooms that the bot serves, and what was set in them.
func (e *exporter) readRooms(ctx context.Context, db *storage.DB) error {
	chosen, err := db.Chosen(ctx)
	if err != nil {
		return err
	}
	known, err := db.Rooms(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(known, func(a, b chat.Room) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, r := range known {
		served := r.Joined && r.MovedTo == "" && (r.InvitedBy != "" || chosen[r.ID].SetUp)
		if e.find(r.ID) == nil && (!served || r.Direct || r.Kind == "m.space" || r.Notices) {
			continue
		}
		e.room(r.ID).title = r.Name
	}
	for id, c := range chosen {
		if e.find(id) == nil {
			continue // the bot is not there any more
		}
		set(&e.room(id).Room, c.Settings)
	}
	return nil
}

// set gives r what was set in the chat, unless the file says otherwise.
func set(r *Room, s rooms.Settings) {
	r.Language = cmp.Or(r.Language, s.Language)
	r.Prefix = cmp.Or(r.Prefix, s.Prefix)
	r.Role = cmp.Or(r.Role, s.Role)
	r.Quiet = cmp.Or(r.Quiet, s.Quiet)
	r.Moderator = cmp.Or(r.Moderator, s.Moderator)
}

func (e *exporter) find(id chat.RoomID) *exportedRoom {
	i := slices.IndexFunc(e.rooms, func(r exportedRoom) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return &e.rooms[i]
}

// room finds or adds a room.
func (e *exporter) room(id chat.RoomID) *exportedRoom {
	if r := e.find(id); r != nil {
		return r
	}
	e.rooms = append(e.rooms, exportedRoom{Room: Room{Room: string(id)}, id: id})
	return &e.rooms[len(e.rooms)-1]
}

// watch adds a watch that a room set. A feed that the room gave becomes a source.
func (e *exporter) watch(w announce.Watch) error {
	if e.find(w.Room) == nil {
		return nil // the bot is not there any more
	}
	watch := Watch{Source: w.Source, Paused: w.Paused}
	if strings.Contains(w.Source, "://") {
		watch.Source = e.feed(w.Source)
	}
	if err := watch.Filter.UnmarshalText([]byte(w.Filter)); err != nil {
		return fmt.Errorf("read the filter of a watch: %w", err)
	}
	if err := watch.Rhythm.UnmarshalText([]byte(w.Rhythm)); err != nil {
		return fmt.Errorf("read the rhythm of a watch: %w", err)
	}
	r := e.room(w.Room)
	for i := range r.Watches {
		if r.Watches[i].Source == watch.Source && r.Watches[i].Filter.String() == w.Filter {
			return nil // the file declares it
		}
	}
	r.Watches = append(slices.Clone(r.Watches), watch)
	return nil
}

// feed is the name of the source that reads an address.
func (e *exporter) feed(address string) string {
	for _, s := range e.sources {
		if s.Kind == "feed" && s.URL == address {
			return s.Name
		}
	}
	name := ""
	for n := 1; name == "" || e.names[name]; n++ {
		name = fmt.Sprintf("flux-%d", n)
	}
	e.names[name] = true
	e.sources = append(e.sources, Source{Name: name, Kind: "feed", URL: address, Every: everyByDefault["feed"]})
	return name
}

// file is the whole configuration, in the order of config.example.yaml.
func (e *exporter) file() yaml.MapSlice {
	c := e.config
	account := yaml.MapSlice{{Key: "homeserver", Value: c.Matrix.Homeserver.String()}, {Key: "user", Value: c.Matrix.User}}
	if c.Matrix.PasswordFile != "" {
		account = append(account, yaml.MapItem{Key: "password_file", Value: absolute(c.Matrix.PasswordFile)})
	} else {
		e.comment("$.matrix", "Le mot de passe n’est pas écrit ici : donnez-le par password_file, ou HERAUT_MATRIX_PASSWORD.")
	}
	account = append(account, yaml.MapItem{Key: "recovery_key_file", Value: absolute(c.Matrix.RecoveryKeyFile)})
	return yaml.MapSlice{
		{Key: "preset", Value: string(c.Preset)},
		{Key: "about", Value: yaml.MapSlice{{Key: "run_by", Value: c.About.RunBy}, {Key: "contact", Value: c.About.Contact}}},
		{Key: "matrix", Value: account},
		{Key: "state", Value: absolute(c.State)},
		{Key: "language", Value: c.Language},
		{Key: "timezone", Value: c.Timezone.String()},
		{Key: "prefix", Value: c.Prefix},
		{Key: "links", Value: c.Links},
		{Key: "operators", Value: texts(c.Operators)},
		{Key: "bots", Value: patterns(c.Bots)},
		{Key: "answer_within", Value: c.AnswerWithin.String()},
		{Key: "pace", Value: yaml.MapSlice{{Key: "per_second", Value: c.Pace.PerSecond}, {Key: "burst", Value: c.Pace.Burst}}},
		{Key: "limits", Value: yaml.MapSlice{{Key: "person", Value: c.Limits.Person.String()}, {Key: "room", Value: c.Limits.Room.String()}}},
		{Key: "invitations", Value: yaml.MapSlice{{Key: "servers", Value: patterns(c.Invitations.Servers)}}},
		{Key: "fetch", Value: yaml.MapSlice{{Key: "allow_private", Value: texts(c.Fetch.AllowPrivate)}}},
		{Key: "http", Value: yaml.MapSlice{{Key: "listen", Value: c.HTTP.Listen}}},
		{Key: "log", Value: yaml.MapSlice{{Key: "level", Value: c.Log.Level}, {Key: "format", Value: c.Log.Format}}},
		{Key: "catalogue", Value: yaml.MapSlice{{Key: "sill", Value: yaml.MapSlice{
			{Key: "url", Value: absolute(c.Catalogue.SILL.URL)}, {Key: "every", Value: c.Catalogue.SILL.Every.String()},
			{Key: "max_loss", Value: fmt.Sprintf("%d%%", c.Catalogue.SILL.MaxLoss)},
		}}}},
		{Key: "quiet", Value: yaml.MapSlice{
			{Key: "nights", Value: c.Quiet.Nights}, {Key: "weekends", Value: c.Quiet.Weekends}, {Key: "holidays", Value: c.Quiet.Holidays},
		}},
		{Key: "sources", Value: e.sourceList()},
		{Key: "rooms", Value: e.roomList()},
		{Key: "relays", Value: e.relayList()},
	}
}

func (e *exporter) sourceList() []yaml.MapSlice {
	list := make([]yaml.MapSlice, len(e.sources))
	for i, s := range e.sources {
		list[i] = yaml.MapSlice{
			{Key: "name", Value: s.Name}, {Key: "kind", Value: s.Kind}, {Key: "url", Value: absolute(s.URL)},
			{Key: "every", Value: s.Every.String()}, {Key: "settle", Value: s.Settle.String()},
		}
	}
	return list
}

func (e *exporter) roomList() []yaml.MapSlice {
	list := make([]yaml.MapSlice, len(e.rooms))
	for i := range e.rooms {
		r := &e.rooms[i]
		room := yaml.MapSlice{{Key: "room", Value: r.Room.Room}}
		for _, s := range []struct {
			key   string
			value any
			set   bool
		}{
			{"language", r.Language, r.Language != ""},
			{"prefix", r.Prefix, r.Prefix != ""},
			{"role", r.Role, r.Role != ""},
			{"quiet", r.Quiet, r.Quiet != ""},
			{"moderator", r.Moderator, r.Moderator != 0},
		} {
			if s.set {
				room = append(room, yaml.MapItem{Key: s.key, Value: s.value})
			}
		}
		var watches []yaml.MapSlice
		for j := range r.Watches {
			w := &r.Watches[j]
			watches = append(watches, yaml.MapSlice{
				{Key: "source", Value: w.Source}, {Key: "filter", Value: w.Filter.String()},
				{Key: "rhythm", Value: w.Rhythm.String()}, {Key: "paused", Value: w.Paused},
			})
		}
		if watches != nil {
			room = append(room, yaml.MapItem{Key: "watches", Value: watches})
		}
		if r.title != "" {
			e.comment(fmt.Sprintf("$.rooms[%d].room", i), r.title)
		}
		list[i] = room
	}
	return list
}

func (e *exporter) relayList() []yaml.MapSlice {
	list := make([]yaml.MapSlice, len(e.relays))
	for i, r := range e.relays {
		list[i] = yaml.MapSlice{
			{Key: "name", Value: r.Name}, {Key: "from", Value: texts(r.From)}, {Key: "to", Value: r.To},
			{Key: "themes", Value: texts(r.Themes)}, {Key: "may_widen", Value: r.MayWiden},
		}
	}
	return list
}

// comment puts a line above what stands at path.
func (e *exporter) comment(path, text string) {
	text = strings.Join(strings.Fields(text), " ")
	e.comments[path] = []*yaml.Comment{yaml.HeadComment(" " + text)}
}

// absolute is an address, or a path that does not depend on where the file is.
func absolute(path string) string {
	if strings.Contains(path, "://") {
		return path
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// texts is a list that is written [] when it is empty.
func texts[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

func patterns(all Patterns) []string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = p.text
	}
	return list
}

// String is the rate as UnmarshalText reads it.
func (r Rate) String() string {
	for unit, per := range rateUnits {
		if per == r.Per {
			return fmt.Sprintf("%d/%s", r.Count, unit)
		}
	}
	return "0"
}
