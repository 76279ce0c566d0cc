package main

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/fetch"
	"heraut/schedule"
	"heraut/sources"
)

// newAnnouncer returns the Announcer that reads the configured sources and announces
// their news. It reads feeds whose addresses people give in the chat with guarded, the
// getter of guardedGetter. readers returns who may read a room. catalogueOf takes a
// catalogue's name and returns a function that returns the catalogue's present state.
// The error means that a configured source cannot be set up.
func newAnnouncer(
	s shared, guarded *fetch.Getter, readers func(ctx context.Context, room chat.RoomID) (chat.Readers, error), catalogueOf func(name string) func() catalogue.State,
) (*announce.Announcer, error) {
	announcer := announce.NewAnnouncer(announce.Options{
		Store: s.db, Queue: s.outbox, Rooms: s.book, Zone: s.config.Timezone, Feeds: guarded, Log: s.log,
		Calendars: calendarNames(s.config),
		Quiet:     func(room chat.RoomID) schedule.Quiet { return quietIn(s, room) },
		Private:   func(location string) bool { return fetch.IsPrivate(location, s.config.Fetch.AllowPrivate) },
		Readers:   readers,
		Operators: sourceNotices(s),
	})
	return announcer, addSources(s.config, announcer, catalogueOf)
}

// sourceNotices returns a function that tells the operators that a source is broken or
// works again: it stores posts to them, in the transaction of its context, and then
// writes the same sentence in French to the log. The function's error means that the
// sentence could not be rendered or the posts not stored; the log then has no line.
func sourceNotices(s shared) func(context.Context, announce.Notice) error {
	return func(ctx context.Context, n announce.Notice) error {
		say := func(lang string) (string, error) { return n.Say(lang, s.config.Timezone) }
		cause := fmt.Sprintf("source %s, works %t, since %d", n.Source, n.Works, n.Since.UnixMilli())
		if _, err := s.operators.Tell(ctx, s.outbox, chat.Cause(cause), say); err != nil {
			return err
		}
		text, err := say("fr")
		if err != nil {
			return err
		}
		s.log.Info().Str("source", n.Source).Msg(plainText(text))
		return nil
	}
}

// quietIn returns the quiet hours in force in a room, in which no news is posted at
// once: the room's own or else those of the configuration.
func quietIn(s shared, room chat.RoomID) schedule.Quiet {
	q, err := schedule.ParseQuiet(s.book.Of(room).Quiet, s.config.Timezone)
	if err != nil { // another version of the bot checked it when the room set it
		return quietHours(s.config)
	}
	return q
}

func quietHours(config *Config) schedule.Quiet {
	q := schedule.Quiet{Zone: config.Timezone, Weekends: config.Quiet.Weekends, Holidays: config.Quiet.Holidays}
	if from, to, _ := schedule.ParseNight(config.Quiet.Nights); from != to { // the configuration is checked
		q.Slots = []schedule.Slot{{From: from, To: to}}
	}
	return q
}

// guardedGetter returns a getter for addresses that people give in the chat, of at most
// feedMaxBytes. It reaches only public hosts, and those that the configuration allows,
// and uses no proxy. The caller closes it. The error means that fetch.allow_private is
// wrong.
func guardedGetter(config *Config) (*fetch.Getter, error) {
	return newGetter(config, fetch.Options{MaxBytes: config.feedMaxBytes()}, config.Fetch.AllowPrivate)
}

// feedMaxBytes returns the largest size of a feed that the bot reads, in bytes.
func (c *Config) feedMaxBytes() int64 { return int64(c.Fetch.FeedMaxMiB) << 20 }

// getterOf returns a getter with the given options for location, an address or a file
// that the operator configured. The address itself may be on any host. But its owner
// chooses where it redirects to, so the getter follows redirects only to public hosts,
// hosts that the configuration allows, and the address's own host. Behind a proxy, the
// proxy decides which hosts the bot reaches. The caller closes the getter. The error
// means that fetch.allow_private is wrong.
func getterOf(config *Config, location string, options fetch.Options) (*fetch.Getter, error) {
	options.UserAgent = config.userAgent()
	address, err := url.Parse(location)
	if err != nil || address.Host == "" { // a file
		return fetch.New(options), nil
	}
	if proxy, err := config.Network.Proxy.of(&http.Request{URL: address}); err != nil || proxy != nil {
		options.Transport = config.transport()
		return fetch.New(options), nil
	}
	host, err := idna.Lookup.ToASCII(address.Hostname())
	if err != nil {
		host = address.Hostname() // an IP address, or a name in a private network
	}
	return newGetter(config, options, append(slices.Clone(config.Fetch.AllowPrivate), host))
}

func newGetter(config *Config, options fetch.Options, allowPrivate []string) (*fetch.Getter, error) {
	guard, err := fetch.NewGuard(allowPrivate)
	if err != nil {
		return nil, fmt.Errorf("fetch.allow_private: %w", err)
	}
	options.UserAgent, options.Guard, options.Transport = config.userAgent(), guard, config.transport()
	return fetch.New(options), nil
}

// userAgent returns the User-Agent header of the bot's requests, with its version and
// the operator's contact.
func (c *Config) userAgent() string { return fetch.UserAgent(release(), c.About.Contact) }

// addSources adds the configuration's sources, except calendars, to the announcer.
// catalogueOf takes a catalogue's name and returns a function that returns the
// catalogue's present state. The error means that a source cannot be set up; the
// sources before it are added all the same.
func addSources(config *Config, announcer *announce.Announcer, catalogueOf func(name string) func() catalogue.State) error {
	for _, s := range config.Sources {
		if s.Kind == string(sources.Calendar) {
			continue // package agenda reads it
		}
		settings := sources.Settings{
			Name: s.Name, Kind: sources.Kind(s.Kind), Location: s.URL, Every: s.Every, Settle: s.Settle,
		}
		options := fetch.Options{}
		if settings.Kind == sources.Feed {
			options.MaxBytes = config.feedMaxBytes()
		}
		getter, err := getterOf(config, s.URL, options)
		if err != nil {
			return err
		}
		source, err := sources.New(settings, getter, catalogueOf(s.Name))
		if err != nil {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
		announcer.AddSource(settings, source)
	}
	return nil
}

// synced returns a function that waits for the first sync with the homeserver, then
// calls run and returns its error. The function returns nil if ctx ends before the
// sync. It waits because the ids of configured rooms are unknown before that sync, and
// run would leave these rooms out.
func (r *round) synced(run func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for r.client.LastSync().IsZero() {
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
		return run(ctx)
	}
}

// watchesOf returns the watches that the configuration gives the room r, as the
// announcer takes them; id is the room's id.
func watchesOf(r Room, id chat.RoomID) []announce.Watch {
	watches := make([]announce.Watch, len(r.Watches))
	for i := range r.Watches {
		w := &r.Watches[i]
		watches[i] = announce.Watch{Room: id, Source: w.Source, Filter: w.Filter.String(), Rhythm: w.Rhythm.String(), Remind: w.Remind, Label: w.Label, Paused: w.Paused}
	}
	return watches
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plainText returns an HTML message as plain text on one line: without tags, with its
// entities resolved and single spaces.
func plainText(message string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(message, " "))), " ")
}
