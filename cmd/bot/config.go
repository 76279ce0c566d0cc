package main

import (
	"net/url"
	"time"

	"heraut/catalogue"
	"heraut/chat"
)

// Config is the whole configuration, read from config.yaml, completed by the
// preset's defaults and checked. config.example.yaml explains every key to
// operators.
type Config struct {
	// Preset is where the defaults come from.
	Preset Preset `yaml:"preset"`
	About  About  `yaml:"about"`
	Matrix Matrix `yaml:"matrix"`
	// State is the directory of bot.db and crypto.db, absolute or relative to
	// the working directory, like every other path of a loaded Config.
	State string `yaml:"state"`
	// Language is "fr" or "en": that of rooms that ask for no other.
	Language string `yaml:"language"`
	// Timezone is where dates and times are said.
	Timezone *time.Location `yaml:"timezone"`
	// Prefix starts a command: one or two punctuation characters.
	Prefix string `yaml:"prefix"`
	// Links is the address that room and person links start with, without a
	// slash at the end.
	Links string `yaml:"links"`
	// Operators may do everything.
	Operators []chat.UserID `yaml:"operators"`
	// Bots are the senders that are never answered.
	Bots Patterns `yaml:"bots"`
	// AnswerWithin is the age beyond which a command is dropped.
	AnswerWithin time.Duration `yaml:"answer_within"`
	Pace         Pace          `yaml:"pace"`
	Limits       Limits        `yaml:"limits"`
	Invitations  Invitations   `yaml:"invitations"`
	Fetch        Fetch         `yaml:"fetch"`
	HTTP         HTTP          `yaml:"http"`
	Webhooks     Webhooks      `yaml:"webhooks"`
	Log          Log           `yaml:"log"`
	Catalogue    Catalogue     `yaml:"catalogue"`
	Quiet        Quiet         `yaml:"quiet"`
	Sources      []Source      `yaml:"sources"`
	Visio        []Visio       `yaml:"visio"`
	Rooms        []Room        `yaml:"rooms"`
	Relays       []Relay       `yaml:"relays"`
	Questions    Questions     `yaml:"questions"`
}

// Preset names a set of defaults.
type Preset string

// The presets.
const (
	PresetMatrix Preset = "matrix" // any Matrix server
	PresetTchap  Preset = "tchap"  // the French State's servers
)

// About tells people and sources who answers for the bot. Both are required.
type About struct {
	RunBy   string `yaml:"run_by"`
	Contact string `yaml:"contact"`
}

// Matrix is the bot's account.
type Matrix struct {
	// Homeserver is the client API's base, http or https.
	Homeserver *url.URL `yaml:"homeserver"`
	// User is what to log in with: a full user id or a localpart. An e-mail
	// address has become Tchap's localpart.
	User string `yaml:"user"`
	// Password is empty when it is to be asked for; it serves at the first login only.
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	// RecoveryKey is empty when RecoveryKeyFile is to be used.
	RecoveryKey Secret `yaml:"recovery_key"`
	// RecoveryKeyFile is read when it exists, and written when keys are made.
	RecoveryKeyFile string `yaml:"recovery_key_file"`
}

// Pace bounds what the bot sends to its homeserver.
type Pace struct {
	// PerSecond is in requests a second; 0 is no limit.
	PerSecond float64 `yaml:"per_second"`
	// Burst is how many requests may go at once.
	Burst int `yaml:"burst"`
}

// Limits bound how often the bot is asked, on the events' own times.
type Limits struct {
	Person Rate `yaml:"person"`
	Room   Rate `yaml:"room"`
}

// Invitations tell whose invitations are accepted.
type Invitations struct {
	// Servers are server names, with * for any run of characters. None means
	// the bot's own server.
	Servers Patterns `yaml:"servers"`
}

// Fetch is about reading sources.
type Fetch struct {
	// AllowPrivate are host names, addresses or networks that may be reached
	// although they are private.
	AllowPrivate []string `yaml:"allow_private"`
	// FeedMaxMiB is how large a feed may be.
	FeedMaxMiB int `yaml:"feed_max_mib"`
}

// HTTP is the operators' own server.
type HTTP struct {
	// Listen is host:port; empty is no server.
	Listen string `yaml:"listen"`
}

// Log is what goes to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // console or json
}

// Catalogue is where the free-software catalogue is read.
type Catalogue struct {
	SILL SILL `yaml:"sill"`
}

// SILL is the catalogue's source.
type SILL struct {
	// URL is an http or https address, or a file path.
	URL   string        `yaml:"url"`
	Every time.Duration `yaml:"every"`
	// MaxLoss is the share of the entries that a new version may lack without
	// being refused.
	MaxLoss Percent `yaml:"max_loss"`
}

// Quiet are the hours when nothing is announced at once.
type Quiet struct {
	// Nights are for example "20:00-08:00"; empty, there are none.
	Nights   string `yaml:"nights"`
	Weekends bool   `yaml:"weekends"`
	Holidays bool   `yaml:"holidays"` // France's
}

// Source is something that rooms may watch.
type Source struct {
	Name string `yaml:"name"`
	// Kind is ecosystems, repositories, sill, feed or calendar.
	Kind  string        `yaml:"kind"`
	URL   string        `yaml:"url"`
	Every time.Duration `yaml:"every"`
	// Settle is how old an item must be before it is announced.
	Settle time.Duration `yaml:"settle"`
}

// Visio is a service that makes video conferences. Rooms that choose none have the
// first.
type Visio struct {
	Name string `yaml:"name"`
	// Kind is jitsi, meet or link.
	Kind string `yaml:"kind"`
	URL  string `yaml:"url"`
	// Phone and PIN are those of a link.
	Phone string `yaml:"phone"`
	PIN   string `yaml:"pin"`
	// The others are Meet's. User is the e-mail address in whose name rooms are made.
	ClientID         string `yaml:"client_id"`
	ClientSecretFile string `yaml:"client_secret_file"`
	User             string `yaml:"user"`
	// AccessLevel is public, trusted or restricted.
	AccessLevel string `yaml:"access_level"`
}

// Room is a room that the bot serves.
type Room struct {
	// Room is a room id or an alias.
	Room string `yaml:"room"`
	// Language, Prefix, Role, Quiet and Moderator are empty, or 0, where the chat
	// may set them.
	Language string `yaml:"language"`
	Prefix   string `yaml:"prefix"`
	// Role is what the bot is there for.
	Role string `yaml:"role"`
	// Quiet is when nothing is announced at once: "20:00-08:00 weekends feries".
	Quiet string `yaml:"quiet"`
	// Moderator is the power level from which somebody moderates the room.
	Moderator int `yaml:"moderator"`
	// Visio is the name of the Visio that the room uses.
	Visio   string  `yaml:"visio"`
	Watches []Watch `yaml:"watches"`
}

// Watch is what a room is told of a source.
type Watch struct {
	Source string `yaml:"source"` // a Source's name
	Filter Filter `yaml:"filter"`
	Rhythm Rhythm `yaml:"rhythm"`
	// Remind is when the room is reminded of a calendar's events: "veille,1h".
	Remind string `yaml:"remind"`
	Label  string `yaml:"label"` // what the room calls it; empty: as it calls itself
	Paused bool   `yaml:"paused"`
}

// Relay joins asking rooms to a room of experts.
type Relay struct {
	Name   string   `yaml:"name"`
	From   []string `yaml:"from"` // room ids or aliases
	To     string   `yaml:"to"`
	Themes []string `yaml:"themes"`
	// MayWiden allows an audience wider than the question's.
	MayWiden bool `yaml:"may_widen"`
}

// Questions are what is said by itself of questions that were asked, and how long
// they are kept.
type Questions struct {
	// RemindAfter is in working hours, those that are not quiet; 0 is never.
	RemindAfter time.Duration `yaml:"remind_after"`
	// SolvedAfter is how long after the last message on an answered question its
	// asker is asked whether it is solved; 0 is never.
	SolvedAfter time.Duration `yaml:"solved_after"`
	// List is when the experts get the list of open questions, for example
	// "jeudi 11:00" or "quotidien 09:00"; empty is never.
	List string `yaml:"list"`
	// Keep is how long a closed question is kept.
	Keep time.Duration `yaml:"keep"`
}

// paris is the time zone of those who configure none.
func paris() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // time/tzdata is compiled in
	}
	return zone
}

// defaults returns the configuration that a file starts from.
func defaults(preset Preset) *Config {
	c := &Config{
		Preset:       preset,
		State:        "./data",
		Language:     "fr",
		Timezone:     paris(),
		Prefix:       "!",
		Links:        "https://matrix.to",
		Bots:         Patterns{mustPattern("@bot-*")},
		AnswerWithin: 15 * time.Minute,
		Pace:         Pace{Burst: 10},
		Fetch:        Fetch{FeedMaxMiB: 16},
		Limits:       Limits{Person: Rate{20, time.Minute}, Room: Rate{60, time.Minute}},
		HTTP:         HTTP{Listen: "127.0.0.1:8480"},
		Webhooks:     Webhooks{MaxBody: 256 << 10, PerMinute: 30},
		Quiet:        Quiet{Nights: "20:00-08:00", Weekends: true, Holidays: true},
		Log:          Log{Level: "info", Format: "console"},
		Questions: Questions{
			RemindAfter: 8 * time.Hour, SolvedAfter: 24 * time.Hour, List: "hebdo jeudi 11:00", Keep: 90 * 24 * time.Hour,
		},
		Catalogue: Catalogue{SILL: SILL{
			URL: catalogue.PublicSILL, Every: catalogue.DefaultEvery, MaxLoss: catalogue.DefaultMaxLoss,
		}},
	}
	if preset == PresetTchap {
		c.Links = "https://tchap.gouv.fr"
		c.Pace.PerSecond = 1 // what Tchap asks of bots
	}
	return c
}
