package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"heraut/chat"
	"heraut/health"
	"heraut/webhook"
)

var errNoWebhookListener = errors.New("the webhooks cannot be served (webhooks.listen)")

// hooks is the interface of the bot's webhooks, which accept requests of other tools
// and post them in rooms: openHooks, or noHooks if the configuration turns webhooks
// off.
type hooks interface {
	// declare declares the hooks that the configuration gives the room name, an id or an
	// alias, once its id, room, is known. A failure is only logged.
	declare(ctx context.Context, name string, room chat.RoomID)
	// listen opens the listener and serves it in g until ctx ends. The error wraps
	// errNoWebhookListener: the address cannot be opened.
	listen(ctx context.Context, g *errgroup.Group) error
	metrics() []health.Metric
	// commands returns the part that answers the commands on webhooks; nil if webhooks
	// are off.
	commands() *webhook.Service
	Run(ctx context.Context) error
	Move(ctx context.Context, from, to chat.RoomID) error
}

// newWebhooks returns the bot's webhooks: openHooks, or noHooks if the configuration
// turns them off. The error comes from the database, in which it reads the hooks and
// deletes those that the configuration no longer declares.
func newWebhooks(ctx context.Context, s shared) (hooks, error) {
	config := s.config.Webhooks
	if config.Listen == "" {
		return noHooks{}, nil
	}
	log := s.component("webhook")
	service, err := webhook.New(ctx, webhook.Options{
		Store: s.db, Queue: s.outbox, Book: s.book, Zone: s.config.Timezone, URL: config.URL, MaxBody: int64(config.MaxBody),
		PerMinute: config.PerMinute, Log: log,
	}, declaredHooks(s.config, ""))
	return openHooks{service, s.config, log}, err
}

// noHooks is the stand-in for the webhooks when the configuration turns them off. Its
// methods do nothing and return nil.
type noHooks struct{}

func (noHooks) declare(context.Context, string, chat.RoomID)         {}
func (noHooks) listen(context.Context, *errgroup.Group) error        { return nil }
func (noHooks) metrics() []health.Metric                             { return nil }
func (noHooks) commands() *webhook.Service                           { return nil }
func (noHooks) Run(context.Context) error                            { return nil }
func (noHooks) Move(context.Context, chat.RoomID, chat.RoomID) error { return nil }

// openHooks are the webhooks when the configuration turns them on: the service and the
// listener at which tools reach it.
type openHooks struct {
	*webhook.Service
	config *Config
	log    zerolog.Logger
}

func (h openHooks) commands() *webhook.Service { return h.Service }

func (h openHooks) declare(ctx context.Context, name string, room chat.RoomID) {
	for _, d := range declaredHooks(h.config, name) {
		if err := h.Declare(ctx, room, d); err != nil && ctx.Err() == nil {
			h.log.Error().Err(err).Str("webhook", d.Name).Msg("A webhook of the configuration could not be declared")
		}
	}
}

func (h openHooks) listen(ctx context.Context, g *errgroup.Group) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", h.config.Webhooks.Listen)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoWebhookListener, err)
	}
	g.Go(func() error { return h.Serve(ctx, listener) })
	return nil
}

// declaredHooks returns the webhooks that the configuration gives a room; room is the
// room's id or alias as written there. An empty room stands for all rooms. nil if there
// are none.
func declaredHooks(config *Config, room string) (all []webhook.Declaration) {
	for _, h := range config.Webhooks.Hooks {
		if room == "" || h.Room == room {
			all = append(all, webhook.Declaration{Name: h.Name, Room: h.Room, Hash: h.SHA256, Signing: string(h.Signing)})
		}
	}
	return all
}

// hookRooms returns the ids and aliases of the rooms to which the configuration gives
// webhooks, each once.
func hookRooms(config *Config) (names []string) {
	for _, h := range config.Webhooks.Hooks {
		if !slices.Contains(names, h.Room) {
			names = append(names, h.Room)
		}
	}
	return names
}

// metrics returns the metrics about webhooks, which read the service's counts at each
// scrape: how many requests were accepted or refused, by reason, and how many messages
// posted.
func (h openHooks) metrics() []health.Metric {
	counts := h.Counts()
	return []health.Metric{
		counter("webhooks_accepted", "Webhook requests that were answered ok.", &counts.Accepted),
		counter("webhooks_repeated", "Accepted webhook requests that had come before.", &counts.Repeated),
		counter("webhooks_unknown", "Webhook requests to no hook, or one that is paused.", &counts.Unknown),
		counter("webhooks_unreadable", "Webhook requests whose body cannot be read.", &counts.Unreadable),
		counter("webhooks_too_large", "Webhook requests whose body is too large.", &counts.TooLarge),
		counter("webhooks_limited", "Webhook requests that came too fast.", &counts.Limited),
		counter("webhooks_unsigned", "Webhook requests without the signature that their hook requires.", &counts.Unsigned),
		counter("webhooks_posted", "Messages posted for webhook requests, replies in threads too.", &counts.Posted),
		counter("webhooks_digests", "Posted messages that are digests.", &counts.Digests),
		counter("webhooks_edited", "Edits of posted messages for webhook requests.", &counts.Edited),
	}
}

// Webhooks is the section of the configuration about webhooks, the addresses at which
// other tools post messages into rooms.
type Webhooks struct {
	// Listen is host:port; empty switches webhooks off.
	Listen string `yaml:"listen"`
	// URL is the listener's public address, without a slash at the end.
	URL string `yaml:"url"`
	// MaxBody bounds the size of a body.
	MaxBody Size `yaml:"max_body"`
	// PerMinute bounds a hook's messages and edits in a minute; the remaining
	// deliveries come in a digest.
	PerMinute int           `yaml:"per_minute"`
	Hooks     []WebhookHook `yaml:"hooks"`
}

// WebhookHook is one webhook in the configuration: its room, its name and its secrets.
type WebhookHook struct {
	Name string `yaml:"name"`
	// Room is a room id or an alias.
	Room string `yaml:"room"`
	// SecretFile holds the last part of the address. SHA256 is its hash in
	// hexadecimal, given in place of the file or computed from it.
	SecretFile string `yaml:"secret_file"`
	SHA256     string `yaml:"secret_sha256"`
	// SigningFile holds the secret with which senders sign; empty if they need not
	// sign.
	SigningFile string `yaml:"signing_file"`
	Signing     Secret `yaml:"signing"`
}

// minSecret is the least number of characters of a secret: 128 bits in any alphabet
// that addresses use.
const minSecret = 22

func (r *reader) checkWebhooks(w *Webhooks) {
	if w.Listen == "" {
		if len(w.Hooks) > 0 {
			r.fault("webhooks.hooks", "les webhooks ne sont pas ouverts ; donnez webhooks.listen, par exemple 127.0.0.1:8481")
		}
		return
	}
	r.checkListen("webhooks.listen", w.Listen)
	switch base, err := parseBase(w.URL); {
	case w.URL == "":
		r.fault("webhooks.url", "donnez l’adresse où les outils joignent le robot, par exemple https://robot.example.org/")
	case err != nil:
		r.fault("webhooks.url", err.Error())
	default:
		if base.Scheme != "https" && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, base.Hostname()) {
			r.remark("webhooks.url", "en http, l’adresse secrète des webhooks passe en clair ; mettez un mandataire qui fait du https devant le robot")
		}
		w.URL = base.String()
	}
	if w.MaxBody < 1<<10 || w.MaxBody > 16<<20 {
		r.fault("webhooks.max_body", "une taille de 1KiB à 16MiB est attendue")
	}
	if w.PerMinute < 1 || w.PerMinute > 600 {
		r.fault("webhooks.per_minute", "un nombre de 1 à 600 est attendu")
	}
	names, hashes := map[string]bool{}, map[string]bool{}
	for i := range w.Hooks {
		r.checkHook(item("webhooks.hooks", i), &w.Hooks[i], names, hashes)
	}
}

func (r *reader) checkHook(at string, h *WebhookHook, names, hashes map[string]bool) {
	if !webhook.ValidName(h.Name) {
		r.fault(at+".name", fmt.Sprintf("%s : un nom court est attendu, par exemple supervision", said(h.Name)))
	}
	r.room(at+".room", h.Room)
	if key := h.Room + " " + strings.ToLower(h.Name); names[key] {
		r.fault(at+".name", fmt.Sprintf("%s est déjà pris dans ce salon ; donnez un autre nom", said(h.Name)))
	} else {
		names[key] = true
	}
	if h.SecretFile != "" {
		h.SecretFile = r.path(at+".secret_file", h.SecretFile)
		if secret, ok := r.hookSecret(at+".secret_file", h.SecretFile); ok {
			h.SHA256 = webhook.HashOf(secret)
		}
	} else if sum, err := hex.DecodeString(h.SHA256); err != nil || len(sum) != 32 {
		r.fault(at, "un secret est attendu : secret_file, un fichier qui le contient, ou secret_sha256, son empreinte")
	}
	h.SHA256 = strings.ToLower(h.SHA256)
	if h.SHA256 != "" && hashes[h.SHA256] {
		r.fault(at, "ce secret sert déjà à un autre webhook ; donnez à chacun le sien")
	}
	hashes[h.SHA256] = true
	if h.SigningFile != "" {
		h.SigningFile = r.path(at+".signing_file", h.SigningFile)
		if secret, ok := r.hookSecret(at+".signing_file", h.SigningFile); ok {
			h.Signing = Secret(secret)
		}
	}
}

// hookSecret returns the webhook's secret in a file, without surrounding spaces, and
// true. It returns false, and records a fault at path, if the file cannot be read, or
// if the secret is too short or cannot stand in an address.
func (r *reader) hookSecret(path, file string) (string, bool) {
	data, err := os.ReadFile(file)
	secret := strings.TrimSpace(string(data))
	switch {
	case err != nil:
		r.fault(path, fmt.Sprintf("ce fichier ne se lit pas (%v)", err))
	case strings.ContainsAny(secret, " \t\r\n/?#%"):
		r.fault(path, "ce fichier doit contenir le secret, seul, sur une ligne, sans espace ni / ? # %")
	case len(secret) < minSecret:
		r.fault(path, fmt.Sprintf("ce secret est trop court ; %d caractères au hasard au moins, par exemple ceux de : openssl rand -hex 16", minSecret))
	default:
		return secret, true
	}
	return "", false
}
