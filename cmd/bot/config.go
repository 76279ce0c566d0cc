package main

import (
	"net/url"
	"time"

	"heraut/catalogue"
	"heraut/chat"
)

// Config is the whole configuration: config.yaml, completed by the preset's defaults
// and checked. config.example.yaml explains every key to operators.
type Config struct {
	// Preset selects the defaults.
	Preset Preset `yaml:"preset"`
	About  About  `yaml:"about"`
	Matrix Matrix `yaml:"matrix"`
	// State is the directory of bot.db and crypto.db, absolute or relative to the
	// working directory, like every other path of a loaded Config.
	State string `yaml:"state"`
	// Language is the code of a language, for rooms that choose no other.
	Language string `yaml:"language"`
	// Languages is a directory with a folder for each further language; empty: none.
	Languages string `yaml:"languages"`
	// Timezone is the zone of all dates and times in messages.
	Timezone *time.Location `yaml:"timezone"`
	// Prefix starts a command: one or two punctuation characters.
	Prefix string `yaml:"prefix"`
	// Links is the address at the start of room and person links, without a slash at
	// the end.
	Links string `yaml:"links"`
	// Operators may give every command.
	Operators []chat.UserID `yaml:"operators"`
	// Bots matches the senders that the bot never answers.
	Bots Patterns `yaml:"bots"`
	// AnswerWithin is the age beyond which the bot drops a command.
	AnswerWithin time.Duration `yaml:"answer_within"`
	Pace         Pace          `yaml:"pace"`
	Limits       Limits        `yaml:"limits"`
	Invitations  Invitations   `yaml:"invitations"`
	Fetch        Fetch         `yaml:"fetch"`
	Network      Network       `yaml:"network"`
	HTTP         HTTP          `yaml:"http"`
	Webhooks     Webhooks      `yaml:"webhooks"`
	Log          Log           `yaml:"log"`
	Alert        Alert         `yaml:"alert"`
	Catalogue    Catalogue     `yaml:"catalogue"`
	// Catalogues are those besides the SILL.
	Catalogues []OtherCatalogue `yaml:"catalogues"`
	Quiet      Quiet            `yaml:"quiet"`
	Sources    []Source         `yaml:"sources"`
	Visio      []Visio          `yaml:"visio"`
	Rooms      []Room           `yaml:"rooms"`
	Relays     []Relay          `yaml:"relays"`
	Questions  Questions        `yaml:"questions"`
	HowTo      HowTo            `yaml:"howto"`
	Reactions  Reactions        `yaml:"reactions"`
}

// Preset is the name of a set of default values for the configuration, such as the one
// for Tchap.
type Preset string

// The presets.
const (
	PresetMatrix Preset = "matrix" // any Matrix server
	PresetTchap  Preset = "tchap"  // the French State's servers
)

// About is the section of the configuration that names the bot's operator, for people
// and for sources. Both fields are required.
type About struct {
	RunBy   string `yaml:"run_by"`
	Contact string `yaml:"contact"`
}

// Matrix is the section of the configuration about the bot's account: the homeserver,
// the login and the keys.
type Matrix struct {
	// Homeserver is the base of the client API, http or https.
	Homeserver *url.URL `yaml:"homeserver"`
	// User is the login name: a full user id or a localpart. Reading the file turns
	// an e-mail address into Tchap's localpart.
	User string `yaml:"user"`
	// DisplayName and Avatar (an image file) are the account's; empty: they stay as
	// they are.
	DisplayName string `yaml:"display_name"`
	Avatar      string `yaml:"avatar"`
	// Password serves at the first login only; if it is empty, login asks for it.
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	// TokenFile holds an access token to start with; empty: the bot logs in.
	TokenFile string `yaml:"token_file"`
	// Mailbox gets the account's mails; empty: the address that User was.
	Mailbox string `yaml:"mailbox"`
	// AccountSince is the day on which the account was made or last renewed, as
	// 2006-01-02; empty: the first login counts.
	AccountSince string `yaml:"account_since"`
	// RecoveryKey is the key itself; empty if RecoveryKeyFile holds it.
	RecoveryKey Secret `yaml:"recovery_key"`
	// RecoveryKeyFile is an existing file with the key, or the file to write the new
	// key to.
	RecoveryKeyFile string `yaml:"recovery_key_file"`
}

// Pace is the section of the configuration that limits how many requests a second the
// bot sends to the homeserver.
type Pace struct {
	// PerSecond is the number of requests a second; 0 sets no limit.
	PerSecond float64 `yaml:"per_second"`
	// Burst is the number of requests that may go at once.
	Burst int `yaml:"burst"`
}

// Limits is the section of the configuration that limits how often a person and a room
// may ask the bot. The times are those of the events, not of their handling.
type Limits struct {
	Person Rate `yaml:"person"`
	Room   Rate `yaml:"room"`
}

// Invitations is the section of the configuration that names the servers whose people
// may invite the bot.
type Invitations struct {
	// Servers lists server names, with * for any run of characters. An empty list
	// means the bot's own server.
	Servers Patterns `yaml:"servers"`
}

// Fetch is the section of the configuration with the limits for reading sources.
type Fetch struct {
	// AllowPrivate lists the private host names, addresses or networks that the bot
	// may reach nonetheless.
	AllowPrivate []string `yaml:"allow_private"`
	// FeedMaxMiB bounds the size of a feed, in MiB.
	FeedMaxMiB int `yaml:"feed_max_mib"`
}

// HTTP is the section of the configuration about the server for health checks and
// metrics.
type HTTP struct {
	// Listen is host:port; empty means no server.
	Listen string `yaml:"listen"`
	// Pprof also serves the profiles of the process, on a loopback address alone.
	Pprof bool `yaml:"pprof"`
}

// Log is the section of the configuration about the log, which goes to standard error:
// its level and format.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // console or json
}

// Quiet is the section of the configuration that sets the default quiet hours, in
// which the bot announces nothing at once.
type Quiet struct {
	// Nights is a range such as "20:00-08:00"; empty for none.
	Nights   string `yaml:"nights"`
	Weekends bool   `yaml:"weekends"`
	Holidays bool   `yaml:"holidays"` // France's
}

// Source is a source of news in the configuration, such as a feed or a list of
// repositories, which rooms may watch by its name.
type Source struct {
	Name string `yaml:"name"`
	// Kind is ecosystems, repositories, sill, catalogue, feed or calendar. A catalogue
	// has the name of one of Config.Catalogues, and no URL.
	Kind  string        `yaml:"kind"`
	URL   string        `yaml:"url"`
	Every time.Duration `yaml:"every"`
	// Settle is the least age of an item before its announcement.
	Settle time.Duration `yaml:"settle"`
}

// Visio is a video conference service in the configuration. Rooms that choose none use
// the first one.
type Visio struct {
	Name string `yaml:"name"`
	// Kind is jitsi, meet or link.
	Kind string `yaml:"kind"`
	URL  string `yaml:"url"`
	// Phone and PIN are for the kind link.
	Phone string `yaml:"phone"`
	PIN   string `yaml:"pin"`
	// The others are for the kind meet. User is the e-mail address in whose name the
	// service creates rooms.
	ClientID         string `yaml:"client_id"`
	ClientSecretFile string `yaml:"client_secret_file"`
	User             string `yaml:"user"`
	// AccessLevel is public, trusted or restricted.
	AccessLevel string `yaml:"access_level"`
}

// Room is a room in the configuration, in which the bot answers, with its settings and
// watches.
type Room struct {
	// Room is a room id or an alias.
	Room string `yaml:"room"`
	// Language, Prefix, Role, Quiet and Moderator are empty, or 0, if the chat may
	// set them.
	Language string `yaml:"language"`
	Prefix   string `yaml:"prefix"`
	// Role is the bot's purpose in the room.
	Role string `yaml:"role"`
	// Quiet holds the room's quiet hours: "20:00-08:00 weekends feries".
	Quiet string `yaml:"quiet"`
	// Moderator is the least power level of the room's moderators.
	Moderator int `yaml:"moderator"`
	// Visio is the name of the room's Visio.
	Visio string `yaml:"visio"`
	// Catalogues are the names of those that the room's searches use.
	Catalogues []string `yaml:"catalogues"`
	Watches    []Watch  `yaml:"watches"`
}

// Watch is a room's subscription to a source in the configuration: which of its news
// the room hears, and when.
type Watch struct {
	Source string `yaml:"source"` // a Source's name
	Filter Filter `yaml:"filter"`
	Rhythm Rhythm `yaml:"rhythm"`
	// Remind lists when to remind the room of a calendar's events: "veille,1h".
	Remind string `yaml:"remind"`
	Label  string `yaml:"label"` // the room's name for the source; empty: the source's own name
	Paused bool   `yaml:"paused"`
}

// Relay is a relay in the configuration: the bot carries questions from each of several
// rooms to the experts in another room, and the answers back.
type Relay struct {
	Name   string   `yaml:"name"`
	From   []string `yaml:"from"` // room ids or aliases
	To     string   `yaml:"to"`
	Themes []string `yaml:"themes"`
	// MayWiden allows an audience wider than the question's.
	MayWiden bool `yaml:"may_widen"`
}

// Questions is the section of the configuration about questions: the reminders and
// lists, whether a new question pings the experts, the files that go along, and how
// long the bot stores a question.
type Questions struct {
	// RemindAfter counts working hours, the hours outside quiet hours; 0 means
	// never.
	RemindAfter time.Duration `yaml:"remind_after"`
	// SolvedAfter is the time from the last message on an answered question until
	// the bot asks the asker whether it is solved; 0 means never.
	SolvedAfter time.Duration `yaml:"solved_after"`
	// List is the rhythm of the experts' list of open questions, for example "jeudi
	// 11:00" or "quotidien 09:00"; empty means never.
	List string `yaml:"list"`
	// PurgeAfter is how long the bot stores a closed question.
	PurgeAfter time.Duration `yaml:"keep"`
	// Ring makes a new question notify the experts.
	Ring bool `yaml:"ring"`
	// Files says which attached files go along with messages of questions.
	Files Files `yaml:"files"`
}

// Files is the part of the configuration that says which files the bot copies between
// two rooms with the same readers and the same encryption.
type Files struct {
	Carry bool `yaml:"carry"`
	// MaxMiB is the largest size.
	MaxMiB int `yaml:"max_mib"`
	// Types matches media types in any case, with * for any run of characters.
	Types Patterns `yaml:"types"`
}

// Reactions is the section of the configuration that says which reactions the bot puts
// on messages by itself.
type Reactions struct {
	// Choices: 1️⃣, 2️⃣… under its lists, except in busy rooms.
	Choices bool `yaml:"choices"`
	// Carried: 📨 on what it carried to another room.
	Carried bool `yaml:"carried"`
}

// HowTo is the section of the configuration with the files that replace the answers
// about the services themselves: file paths, by the codes of their languages.
type HowTo map[string]string

// paris returns the time zone Europe/Paris, the default of the configuration.
func paris() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // unreachable: time/tzdata is compiled in
	}
	return zone
}

// carriedTypes returns the media types of the files that the bot copies between rooms
// by default: pictures and documents without programs in them.
func carriedTypes() (types Patterns) {
	for _, t := range []string{
		"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv",
		"application/vnd.oasis.opendocument.*",
	} {
		types = append(types, mustPattern(t))
	}
	return types
}

// defaults returns a new configuration with the default values of the preset; the
// values of the configuration file then replace them.
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
		Alert:        Alert{After: 2 * time.Minute, Mail: AlertMail{TLS: "starttls", To: []string{}}, Webhook: AlertWebhook{Kind: "json"}, Command: []string{}},
		Log:          Log{Level: "info", Format: "console"},
		Reactions:    Reactions{Choices: true, Carried: true},
		Questions: Questions{
			RemindAfter: 8 * time.Hour, SolvedAfter: 24 * time.Hour, List: "hebdo jeudi 11:00", PurgeAfter: 90 * 24 * time.Hour, Ring: true,
			Files: Files{MaxMiB: 10, Types: carriedTypes()},
		},
		Catalogue: Catalogue{SILL: SILL{
			URL: catalogue.PublicSILL, Every: catalogue.DefaultEvery, MaxLoss: catalogue.DefaultMaxLoss,
		}},
	}
	if preset == PresetTchap {
		c.Links = "https://tchap.gouv.fr"
		c.Pace.PerSecond = 1 // the limit that Tchap sets for bots
	}
	return c
}
