package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"heraut/announce"
	"heraut/chat"
	"heraut/rooms"
	"heraut/sources"
	"heraut/storage"
)

// exportSettings writes the configuration and the settings that people made in the
// chat, from db, to w as one file that serves as config.yaml. It leaves out the bot's
// password and recovery key. The text leftOut replaces the proxy's password, the signing
// secrets of webhooks and, unless tokens is true, the secrets of secretTexts; readConfig
// refuses the file until they are filled in. The error comes from the database or w.
func exportSettings(ctx context.Context, config *Config, db *storage.DB, tokens bool, w io.Writer) error {
	e := exporter{config: config, tokens: tokens, names: map[string]bool{}, comments: yaml.CommentMap{}}
	e.sources = slices.Clone(config.Sources)
	for _, s := range config.Sources {
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

// exporter is the merger of the configuration file with the settings that people made
// in the chat, for «bot export settings» and «bot export opml».
type exporter struct {
	config   *Config
	tokens   bool // the export has the secrets of addresses, and codes
	sources  []Source
	names    map[string]bool // of sources
	rooms    []exportedRoom
	relays   []Relay
	hooks    []WebhookHook // created in the chat
	comments yaml.CommentMap
}

// exportedRoom is a room in the exported configuration, with the room's name for a
// comment.
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
	hooks, err := db.Hooks(ctx)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		// The file has no word for a paused hook, and does not get the secret of a
		// signed one: either would come back weaker than it was.
		if !h.Declared && !h.Paused && h.Signing == "" {
			e.hooks = append(e.hooks, WebhookHook{Name: h.Name, Room: string(h.Room), SHA256: h.Hash})
		}
	}
	return nil
}

// readRooms adds to e.rooms the rooms in which the bot answers, except direct
// messages, spaces and rooms of server notices. It gives all rooms of e.rooms their
// names, and the settings that people made in them where the configuration sets none.
// The error comes from the database.
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
			continue // the bot has left the room
		}
		set(&e.room(id).Room, c.Settings)
	}
	return nil
}

// set fills the fields of r that the configuration file leaves empty from the settings
// s, which people made in the chat. It does not touch the room's visio.
func set(r *Room, s rooms.Settings) {
	r.Language = cmp.Or(r.Language, s.Language)
	r.Prefix = cmp.Or(r.Prefix, s.Prefix)
	r.Role = cmp.Or(r.Role, s.Role)
	r.Quiet = cmp.Or(r.Quiet, s.Quiet)
	r.Moderator = cmp.Or(r.Moderator, s.Moderator)
	if len(r.Catalogues) == 0 && s.Catalogues != "" {
		r.Catalogues = strings.Split(s.Catalogues, ",")
	}
}

func (e *exporter) find(id chat.RoomID) *exportedRoom {
	i := slices.IndexFunc(e.rooms, func(r exportedRoom) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return &e.rooms[i]
}

// room returns the room with that id in e.rooms; it adds the room if it is not there
// yet. The pointer holds until the next room is added.
func (e *exporter) room(id chat.RoomID) *exportedRoom {
	if r := e.find(id); r != nil {
		return r
	}
	e.rooms = append(e.rooms, exportedRoom{Room: Room{Room: string(id)}, id: id})
	return &e.rooms[len(e.rooms)-1]
}

// watch adds a watch that people set in the chat to its room in the export, unless the
// file declares the same source and filter. The feed or calendar that it watches by
// address becomes a named source in e.sources. A watch of a room that the bot left is
// skipped. The error means that its stored filter or rhythm cannot be read.
func (e *exporter) watch(w announce.Watch) error {
	if e.find(w.Room) == nil {
		return nil // the bot has left the room
	}
	watch := Watch{Source: w.Source, Label: w.Label, Paused: w.Paused, Remind: w.Remind}
	if address, ok := strings.CutPrefix(w.Source, sources.CalendarPrefix); ok {
		watch.Source = e.source("calendar", "agenda", address)
	} else if sources.IsFeedAddress(w.Source) {
		watch.Source = e.source("feed", "flux", w.Source)
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

// source returns the name of the exported source that has the kind and the address. If
// there is none, it adds one to e.sources, with a new name made of short and a number,
// such as flux-1.
func (e *exporter) source(kind, short, address string) string {
	for _, s := range e.sources {
		if s.Kind == kind && s.URL == address {
			return s.Name
		}
	}
	name := ""
	for n := 1; name == "" || e.names[name]; n++ {
		name = fmt.Sprintf("%s-%d", short, n)
	}
	e.names[name] = true
	e.sources = append(e.sources, Source{Name: name, Kind: kind, URL: address, Every: everyByDefault[kind]})
	return name
}

// file returns the whole exported configuration as a value to encode in YAML, without
// passwords and with the keys in the order of config.example.yaml. It
// makes file paths absolute, also in e.sources, and adds comments to e.comments.
func (e *exporter) file() any {
	c := *e.config
	c.State, c.Languages, c.Matrix.Avatar = absolute(c.State), absoluteFile(c.Languages), absoluteFile(c.Matrix.Avatar)
	c.HowTo = maps.Clone(c.HowTo)
	for language, file := range c.HowTo {
		c.HowTo[language] = absoluteFile(file)
	}
	c.Visio = slices.Clone(c.Visio)
	for i := range c.Visio {
		c.Visio[i].ClientSecretFile = absoluteFile(c.Visio[i].ClientSecretFile)
	}
	c.Catalogue.SILL.URL = absolute(c.Catalogue.SILL.URL)
	c.Matrix.RecoveryKeyFile, c.Matrix.TokenFile = absolute(c.Matrix.RecoveryKeyFile), absoluteFile(c.Matrix.TokenFile)
	if c.Matrix.PasswordFile != "" {
		c.Matrix.PasswordFile = absolute(c.Matrix.PasswordFile)
	} else {
		e.comment("$.matrix", "Le mot de passe n’est pas écrit ici : donnez-le par password_file, ou HERAUT_MATRIX_PASSWORD.")
	}
	mail, hook := &c.Alert.Mail, &c.Alert.Webhook
	mail.PasswordFile, hook.URLFile, hook.TokenFile = absoluteFile(mail.PasswordFile), absoluteFile(hook.URLFile), absoluteFile(hook.TokenFile)
	if len(c.Alert.Command) > 0 {
		c.Alert.Command = append([]string{absolute(c.Alert.Command[0])}, c.Alert.Command[1:]...)
	}
	c.Network.CAFile.file = absoluteFile(c.Network.CAFile.file)
	c.Webhooks.Hooks = slices.Clone(c.Webhooks.Hooks)
	if c.Webhooks.Listen != "" {
		c.Webhooks.Hooks = append(c.Webhooks.Hooks, e.hooks...)
	}
	for i := range c.Webhooks.Hooks {
		h := &c.Webhooks.Hooks[i]
		if h.Signing != "" && h.SigningFile == "" {
			h.Signing = leftOut // without it, the hook would take unsigned messages
		}
		if h.SecretFile, h.SigningFile = absoluteFile(h.SecretFile), absoluteFile(h.SigningFile); h.SecretFile != "" {
			h.SHA256 = ""
		}
	}
	c.Catalogues = slices.Clone(c.Catalogues)
	for i := range c.Catalogues {
		c.Catalogues[i].URL = absolute(c.Catalogues[i].URL)
	}
	c.Sources, c.Relays, c.Rooms = e.sources, e.relays, make([]Room, len(e.rooms))
	for i := range c.Sources {
		c.Sources[i].URL = absoluteFile(c.Sources[i].URL)
	}
	for i, r := range e.rooms {
		c.Rooms[i] = r.Room
		if r.title != "" {
			e.comment(fmt.Sprintf("$.rooms[%d].room", i), r.title)
		}
	}
	if !e.tokens {
		c.maskSecrets()
	}
	c.Network.Proxy = c.Network.Proxy.masked()
	file, _ := written(reflect.ValueOf(&c).Elem())
	return file
}

// written returns v, a value of the configuration that can be set, in the form in which
// YAML holds it, and true. For a secret, which the export leaves out, it returns nil
// and false, unless leftOut replaces it.
func written(v reflect.Value) (any, bool) {
	switch x := v.Addr().Interface().(type) {
	case *Secret:
		return leftOut, string(*x) == leftOut
	case *Proxy:
		return x.whole(), true
	case *time.Duration:
		return x.String(), true
	case **time.Location:
		return (*x).String(), true
	case **url.URL:
		return (*x).String(), true
	case *Filter:
		return x.String(), true
	case *Rhythm:
		return x.String(), true
	case fmt.Stringer:
		return x.String(), true
	}
	switch v.Kind() {
	case reflect.Slice:
		list := make([]any, v.Len()) // encodes an empty list as []
		for i := range list {
			list[i], _ = written(v.Index(i))
		}
		return list, true
	case reflect.Struct:
		// These types omit empty fields, which mean «not set».
		sparse := v.Type() == reflect.TypeFor[Room]() || v.Type() == reflect.TypeFor[Matrix]() || v.Type() == reflect.TypeFor[WebhookHook]() || v.Type() == reflect.TypeFor[AlertMail]() || v.Type() == reflect.TypeFor[AlertWebhook]()
		var mapping yaml.MapSlice
		for i, key := range keys(v.Type()) {
			if value, ok := written(v.Field(i)); ok && (!sparse || !v.Field(i).IsZero()) {
				mapping = append(mapping, yaml.MapItem{Key: key, Value: value})
			}
		}
		return mapping, true
	case reflect.String:
		return v.String(), true
	}
	return v.Interface(), true
}

// comment sets the comment line above the value at a YAML path of the export, in
// e.comments, to text on one line.
func (e *exporter) comment(path, text string) {
	text = strings.Join(strings.Fields(text), " ")
	e.comments[path] = []*yaml.Comment{yaml.HeadComment(" " + text)}
}

// absoluteFile returns a file path as an absolute one, from the working directory, and
// a web address as it is. An empty path stays empty; absolute would turn it into the
// working directory.
func absoluteFile(path string) string {
	if path == "" {
		return ""
	}
	return absolute(path)
}

// absolute returns a file path as an absolute one, from the working directory, and a
// web address as it is. A path stays as it is if that directory is not known.
func absolute(path string) string {
	if strings.Contains(path, "://") {
		return path
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
