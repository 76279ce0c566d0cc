package commands_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
	"heraut/commands"
	"heraut/locale/localetest"
	"heraut/queue"
)

// said returns a message event of a person with the given level.
func said(level chat.Level, room chat.RoomID, body string) chat.Event {
	return chat.Event{Room: room, Level: level, Message: &chat.Message{Body: body}}
}

// ask sends a line of Camille's, with the given level, and returns the answer's
// text.
func (k *talk) ask(level chat.Level, room chat.RoomID, body string) string {
	k.t.Helper()
	answer := k.answer(k.happen(said(level, room, body)))
	if err := localetest.Check(answer.HTML); err != nil {
		k.t.Errorf("%s: %v", body, err)
	}
	return bare(answer.HTML)
}

func (k *talk) must(level chat.Level, room chat.RoomID, body string, wants ...string) {
	k.t.Helper()
	got := k.ask(level, room, body)
	for _, want := range wants {
		if !strings.Contains(got, want) {
			k.t.Errorf("%s: got %q, want %q in it", body, got, want)
		}
	}
}

// in puts the bot into a room.
func (k *talk) in(r chat.Room) {
	k.t.Helper()
	r.Joined = true
	if err := k.db.SaveRoom(k.t.Context(), r); err != nil {
		k.t.Fatal(err)
	}
}

// TestReplacedRoomsHaveNames lists a room that an upgrade replaced, and one that the bot
// does not know.
func TestReplacedRoomsHaveNames(t *testing.T) {
	joined := func(_ *talk, p *commands.Parts) {
		p.Admin.Joined = func(context.Context) ([]chat.RoomID, error) {
			return []chat.RoomID{salon, "!old:example.org", "!other:example.org"}, nil
		}
	}
	talkingWith(t, commands.Limits{}, joined, func(_ *testing.T, k *talk) {
		facts := chat.RoomFacts{Version: "11", Name: "BlueHats", JoinRule: "invite"}
		k.in(chat.Room{ID: salon, Members: 12, RoomFacts: facts})
		facts.Name = "Anciens"
		k.in(chat.Room{ID: "!old:example.org", Members: 9, MovedTo: salon, RoomFacts: facts})
		k.must(chat.LevelOperator, direct, "!bot salons", "BlueHats : salon privé, 12",
			"Anciens : salon remplacé par un nouveau, je m’y tais", "!other:example.org : salon que je ne lis pas, je m’y tais")
		k.must(chat.LevelOperator, direct, "!salon langue en")
		k.must(chat.LevelOperator, direct, "!bot rooms", "Anciens : room replaced by a new one, where I am silent")
	})
}

func TestSettingsFromTheChat(t *testing.T) {
	const member, moderator, operator = chat.LevelMember, chat.LevelModerator, chat.LevelOperator
	talking(t, commands.Limits{}, func(_ *testing.T, k *talk) {
		k.in(chat.Room{ID: salon, RoomFacts: chat.RoomFacts{Version: "11", Name: "BlueHats", JoinRule: "invite"}})
		k.must(member, salon, "!salon", "langue : français (par défaut)", "préfixe des commandes : !", "niveau des modérateurs : 50 (par défaut)")
		k.must(member, salon, "!salon langue en", "Seuls les modérateurs", "!salon langue")
		k.must(moderator, salon, "!salon langue de", "ne convient pas")
		k.must(moderator, salon, "!salon langue en", "Noted: language: English")
		k.must(moderator, salon, "!room quiet 22h-7h holidays", "quiet hours: 22:00-07:00 feries")
		k.must(moderator, salon, "!room role News of free software", "News of free software")
		k.must(member, salon, "!help", "Here: News of free software")
		k.must(moderator, salon, "!room prefix ?", "start with this sign: ?help")
		k.must(moderator, salon, "?room", "language: English (set here)", "prefix of commands: ? (set here)")
		k.must(moderator, salon, "?room moderation 75", "Only the bot’s operators")
		k.must(operator, salon, "?room moderation 75", "level of moderators: 75")
		k.must(operator, salon, "?salon prefixe défaut", "(by default)")
		k.must(moderator, english, "!salon langue fr", "is set by the bot’s configuration")
		k.must(moderator, salon, "!salon langue français", "C’est noté : langue : français")

		// From another room, for operators alone.
		k.must(moderator, direct, "!salon #salon:example.org langue en", "Seuls les exploitants")
		k.must(operator, direct, "!salon #autre:example.org langue en", "Je ne suis dans aucun salon")
		k.must(operator, direct, "!salon !inconnu:example.org", "Je ne suis dans aucun salon")
		k.must(operator, direct, "!salon https://matrix.to/#/%21salon:example.org?via=a", "Réglages de BlueHats", "langue : français (réglé ici)")
		k.must(operator, direct, "!salon #salon:example.org langue en", "pour BlueHats")
		if got := k.book.Of(salon); got.Language != "en" || got.Prefix != "!" || got.Moderator != 75 || got.Quiet != "22:00-07:00 feries" {
			k.t.Errorf("the settings are %+v", got)
		}
		if !k.book.SetUp(salon) {
			k.t.Error("an operator set the room up, and it does not count as set up")
		}
		k.must(operator, direct, "!bot journal 3", "@camille:example.org, BlueHats : langue, « fr », puis « en »", "langue, « en », puis « fr »")
		k.must(operator, english, "!bot log", "give the command !bot log in a direct message")
		k.must(operator, salon, "!bot log 2", "BlueHats")
	})
}

func TestOperatorsSeeHowTheBotDoes(t *testing.T) {
	const operator = chat.LevelOperator
	talking(t, commands.Limits{}, func(_ *testing.T, k *talk) {
		k.in(chat.Room{ID: salon, InvitedBy: camille, Members: 12, Encrypted: true, RoomFacts: chat.RoomFacts{Version: "11", Name: "<b>Salon</b> @room", JoinRule: "invite"}})
		k.in(chat.Room{ID: "!espace:example.org", RoomFacts: chat.RoomFacts{Version: "11", Name: "Espace", Kind: "m.space", JoinRule: "invite"}})
		err := k.db.SaveDeclined(k.t.Context(), chat.Declined{
			Room: "!loin:example.com", By: "@lou:example.com", Server: "example.com", Why: chat.DeclinedServer, At: time.Now(),
		})
		if err != nil {
			k.t.Fatal(err)
		}
		k.must(operator, direct, "!bot etat", "Tout va bien", "appareil vérifié", "12 logiciels", "1 servi", "1 laissé en silence")
		k.must(operator, direct, "!bot salons", "&lt;b&gt;Salon&lt;/b&gt;", "salon privé sécurisé, 12", "Espace : espace, je m’y tais",
			"@lou:example.com : son serveur n’est pas de ceux")
		k.must(operator, direct, "!bot sources", "aucune source")
		k.must(operator, direct, "!bot securite", "Appareil HERAUT : vérifié", "1 sur 2", "@camille:example.org")
		k.must(operator, direct, "!bot", "!bot etat", "!bot quitter")
		k.must(operator, direct, "!aide", "!bot")
		k.must(chat.LevelModerator, direct, "!bot etat", "Seuls les exploitants du robot peuvent donner la commande !bot etat", "floss@example.org")
		if help := k.ask(chat.LevelModerator, direct, "!aide"); strings.Contains(help, "!bot") {
			k.t.Errorf("a moderator is shown !bot: %s", help)
		}
		lines := strings.Count(k.answer(k.happen(said(operator, direct, "!bot etat"))).HTML, "<br>")
		if lines != 7 {
			k.t.Errorf("the status has %d lines, want 8", lines+1)
		}
	})
}

func TestConfirmations(t *testing.T) {
	const operator = chat.LevelOperator
	const quit = "!bot quitter #salon:example.org"
	yes := func(k *talk, target chat.EventID, e chat.Event) chat.EventID {
		e.Reaction = &chat.Reaction{Target: target, Key: "✅"}
		return k.happen(e)
	}
	tests := map[string]struct {
		confirm func(k *talk, command chat.EventID)
		left    bool
	}{
		"by a reaction": {func(k *talk, command chat.EventID) {
			yes(k, k.answer(command).id, chat.Event{Room: direct, Level: operator})
		}, true},
		"by a reaction in an encrypted room, then a word": {func(k *talk, command chat.EventID) {
			yes(k, k.answer(command).id, chat.Event{Room: direct, Level: chat.LevelMember}) // as reactions in rooms are
			if len(k.left) > 0 {
				k.t.Error("a reaction of unknown origin was followed")
			}
			k.happen(said(operator, direct, "!oui"))
		}, true},
		"by a word":            {func(k *talk, _ chat.EventID) { k.happen(said(operator, direct, "!oui")) }, true},
		"by a word in English": {func(k *talk, _ chat.EventID) { k.happen(said(operator, direct, "yes")) }, true},
		"not at all":           {func(*talk, chat.EventID) {}, false},
		"by another word":      {func(k *talk, _ chat.EventID) { k.happen(said(operator, direct, "!non")) }, false},
		"in another room":      {func(k *talk, _ chat.EventID) { k.happen(said(operator, english, "!oui")) }, false},
		"too late":             {func(k *talk, _ chat.EventID) { time.Sleep(6 * time.Minute); k.happen(said(operator, direct, "!oui")) }, false},
		"with the rights gone": {func(k *talk, _ chat.EventID) { k.happen(said(chat.LevelModerator, direct, "!oui")) }, false},
		"after the command was": {func(k *talk, command chat.EventID) {
			k.happen(redaction(direct, command))
			k.happen(said(operator, direct, "!oui"))
		}, false},
		"by somebody else": {func(k *talk, command chat.EventID) {
			other := said(operator, direct, "!oui")
			other.Sender = dominique
			k.happen(other)
			yes(k, k.answer(command).id, chat.Event{Room: direct, Level: operator, Sender: dominique})
		}, false},
		"on another message": {func(k *talk, _ chat.EventID) {
			yes(k, k.answer(k.happen(said(operator, direct, "!aide"))).id, chat.Event{Room: direct, Level: operator})
		}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				k.in(chat.Room{ID: salon, RoomFacts: chat.RoomFacts{Name: "BlueHats"}})
				command := k.happen(said(operator, direct, quit))
				k.expect(command, "Je vais quitter BlueHats")
				test.confirm(k, command)
				if got := len(k.left) == 1 && k.left[0] == salon; got != test.left {
					t.Errorf("it left %q", k.left)
				}
				k.happen(said(operator, direct, "!oui")) // works only once
				if test.left && len(k.left) != 1 {
					t.Errorf("it left %q", k.left)
				}
			})
		})
	}
}

func TestAllWatchesAreRemoved(t *testing.T) {
	watches := func(k *talk, p *commands.Parts) {
		p.Watches = announce.NewAnnouncer(announce.Options{
			Store: k.db, Queue: queue.NewOutbox(k.db), Rooms: k.book, Zone: time.UTC, Log: zerolog.Nop(),
		})
		p.Watches.Declare(salon, []announce.Watch{{Room: salon, Source: "depots", Rhythm: "immediat"}})
	}
	talkingWith(t, commands.Limits{}, watches, func(t *testing.T, k *talk) {
		for _, w := range []announce.Watch{{Room: salon, Source: "a"}, {Room: salon, Source: "b"}, {Room: english, Source: "a"}} {
			w.Rhythm, w.At = "immediat", time.Now()
			if _, err := k.db.AddWatch(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
		k.must(chat.LevelMember, salon, "!veille retirer tout", "Seuls les modérateurs")
		k.must(chat.LevelModerator, salon, "!veille retirer tout", "Les 2 veilles de ce salon vont être retirées")
		k.must(chat.LevelModerator, salon, "!oui", "Les 2 veilles de ce salon sont retirées")
		k.must(chat.LevelModerator, salon, "!veille retirer tout", "Ce salon n’a réglé aucune veille")
		if left, err := k.db.Watches(t.Context()); err != nil || len(left) != 1 || left[0].Room != english {
			t.Errorf("left: %+v, %v", left, err)
		}
		if changes, err := k.db.Changes(t.Context(), 10); err != nil || len(changes) != 2 || changes[0].Before != "b immediat" {
			t.Errorf("the log has %+v, %v", changes, err)
		}
	})
}

func redaction(room chat.RoomID, target chat.EventID) chat.Event {
	return chat.Event{Room: room, Redaction: &chat.Redaction{Target: target}}
}

func TestWhatIsKeptAboutPeople(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.in(chat.Room{ID: salon, InvitedBy: dominique, RoomFacts: chat.RoomFacts{Name: "BlueHats"}})
		k.must(chat.LevelModerator, salon, "!salon role Nouveautés", "C’est noté")
		k.say("!sill remplace photoshop") // yields a list to choose from
		k.must(chat.LevelMember, salon, "!mes-donnees", "en message direct")
		k.must(chat.LevelMember, direct, "!mes-donnees", "une liste où choisir", "un réglage que vous avez changé, « Nouveautés », BlueHats", "identifiants de vos messages")
		k.must(chat.LevelMember, direct, "!oublie-moi", "ne peut pas être annulé", "✅")
		k.must(chat.LevelMember, direct, "!oui", "effacé", "« une personne »")
		k.must(chat.LevelOperator, direct, "!bot journal", "une personne, BlueHats : rôle du robot, « Nouveautés »")
		if got := k.ask(chat.LevelMember, direct, "!mes-donnees"); strings.Contains(got, "liste") || strings.Contains(got, "réglage que") {
			t.Errorf("still kept: %s", got)
		}
		if k.book.Of(salon).Role != "Nouveautés" {
			t.Error("the room's setting is gone with the name")
		}
		all, err := k.db.DataOf(t.Context(), dominique)
		if err != nil || len(all) != 1 || all[0].Kind != "invitation" {
			t.Errorf("of somebody else there is %+v, %v", all, err)
		}
	})
}

// Rights come from the event's level alone, never from anything that people can
// write.
func TestNothingWrittenGivesRights(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.in(chat.Room{ID: salon})
		for name, e := range map[string]chat.Event{
			"an operator's name":         {Name: "Camille", Sender: "@mallory:example.org", Message: &chat.Message{Body: "!bot etat"}},
			"an operator's id as name":   {Name: string(camille), Sender: "@mallory:example.org", Message: &chat.Message{Body: "!bot etat"}},
			"a look-alike id":            {Sender: "@camil1e:example.org", Message: &chat.Message{Body: "!bot etat"}},
			"another server":             {Sender: "@camille:example.com", Message: &chat.Message{Body: "!bot etat"}},
			"an unverified device":       {Sender: camille, Trust: chat.TrustMember, Message: &chat.Message{Body: "!bot etat"}},
			"a text that says it":        {Sender: "@mallory:example.org", Message: &chat.Message{Body: "!bot etat @camille:example.org"}},
			"formatted as an operator's": {Sender: "@mallory:example.org", Message: &chat.Message{Body: "!bot etat", HTML: `<a href="https://matrix.to/#/@camille:example.org">Camille</a>`}},
		} {
			e.Room = salon
			if got := bare(k.answer(k.happen(e)).HTML); !strings.HasPrefix(got, "Seuls les exploitants") {
				t.Errorf("%s: %s", name, got)
			}
		}
		for name, body := range map[string]string{
			"quoted, with text before": "voici ce qu’il a écrit :\n!salon langue en",
			"quoted as clients do":     "> <@camille:example.org> !salon langue en",
			"relayed":                  "Question n° 4, de Camille : !salon langue en",
		} {
			e := said(chat.LevelMember, salon, body)
			if posts := k.answers(k.happen(e)); len(posts) != 0 {
				t.Errorf("%s: answered with %q", name, posts)
			}
		}
		if got := k.ask(chat.LevelMember, salon, "!salon langue en\n> <@camille:example.org> !salon langue en"); !strings.HasPrefix(got, "Seuls les modérateurs") {
			t.Errorf("a quote gave rights: %s", got)
		}
		e := chat.Event{Sender: camille, Room: salon, Trust: chat.TrustMember, Message: &chat.Message{Body: "!bot etat"}}
		if got := bare(k.answer(k.happen(e)).HTML); !strings.Contains(got, "votre appareil n’est pas vérifié") {
			t.Errorf("nothing is said of the device: %s", got)
		}
	})
}
