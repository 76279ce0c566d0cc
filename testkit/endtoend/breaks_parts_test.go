package endtoend

import (
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestBreakParts has the rows of the break table that concern one part of the bot's
// work: its rooms, sources, queue, keys and process.
func TestBreakParts(t *testing.T) {
	once := []moment{midRun}
	private := []string{"127.0.0.1"}
	source := func(kind string) map[string]any {
		return map[string]any{"sources": []any{map[string]any{"name": "nouvelles", "kind": kind, "url": "http://127.0.0.1:1/x", "every": "1s"}}, "fetch.allow_private": private}
	}
	stuck := roomFault("posts do not leave", "queue_stuck", "attendent d’être envoyés", "attendent d’être envoyés", func(t *testing.T, d *deployment) func() {
		mend := behind(testkit.Sends, testkit.BadGateway)(t, d)
		d.owner.Say(t, d.room, "!sill gimp")
		return mend
	})
	stuck.after, stuck.blocks = 6*time.Minute, true
	breaks(t, []fault{
		roomFault("kicked from a room", "rooms_missing", "1 salon", "le robot en a été retiré", func(t *testing.T, d *deployment) func() {
			if _, err := d.owner.KickUser(t.Context(), d.room, &mautrix.ReqKickUser{UserID: d.account.UserID}); err != nil {
				t.Fatal(err)
			}
			return func() { d.owner.Invite(t, d.room, d.account.UserID) }
		}),
		roomFault("banned from a room", "rooms_missing", "1 salon", "le robot en est banni", func(t *testing.T, d *deployment) func() {
			if _, err := d.owner.BanUser(t.Context(), d.room, &mautrix.ReqBanUser{UserID: d.account.UserID}); err != nil {
				t.Fatal(err)
			}
			return func() {
				if _, err := d.owner.UnbanUser(t.Context(), d.room, &mautrix.ReqUnbanUser{UserID: d.account.UserID}); err != nil {
					t.Fatal(err)
				}
				d.owner.Invite(t, d.room, d.account.UserID)
			}
		}),
		roomFault("muted in a room", "rooms_closed", "1 salon", "n’a pas le droit d’y écrire", func(t *testing.T, d *deployment) func() {
			d.owner.SetPower(t, d.room, d.account.UserID, -1)
			d.owner.Say(t, d.room, "!sill gimp")
			return func() { d.owner.SetPower(t, d.room, d.account.UserID, 0) }
		}),
		{
			name: "a room is missing", when: once, set: map[string]any{"rooms": []any{map[string]any{"room": "#nowhere:heraut.test"}}},
			breaks: nothing, status: running, state: "rooms_missing", says: "1 salon", deaf: true, lasts: true, doctor: "ne désigne aucun salon",
		},
		{
			name: "a feed fails", when: once, set: source("feed"),
			breaks: nothing, status: running, state: "source_failing", says: "nouvelles", deaf: true, lasts: true, doctor: "la connexion est refusée",
		},
		{
			name: "a calendar fails", when: once, set: source("calendar"),
			breaks: nothing, status: running, state: "source_failing", says: "nouvelles", deaf: true, lasts: true, doctor: "la connexion est refusée",
		},
		{
			name: "no catalogue can be read", when: []moment{firstStart}, breaks: func(t *testing.T, d *deployment) func() {
				return andReload(t, d, configured(func(config map[string]any) {
					config["catalogue"] = map[string]any{"sill": map[string]any{"url": "absent.json"}}
				})(t, d))
			},
			status: running, state: "catalogue_old", says: "catalogue.sill.url", deaf: true, doctor: "absent.json",
		},
		stuck,
		{
			name: "the account is a year old", when: once, set: map[string]any{"preset": "tchap"}, breaks: func(t *testing.T, d *deployment) func() {
				mend := configured(func(config map[string]any) {
					section("matrix", "account_since", time.Now().AddDate(0, -11, -1).Format(time.DateOnly))(config)
					section("matrix", "mailbox", "robot@example.gouv.fr")(config)
				})(t, d)
				d.reload(t, "La configuration est rechargée")
				return andReload(t, d, mend)
			},
			status: running, state: "account_old", says: "robot@example.gouv.fr", doctor: "plus de onze mois", remark: true,
		},
		{
			name: "the process is frozen for 40 seconds", when: once, breaks: func(t *testing.T, d *deployment) func() {
				signalled(t, d, syscall.SIGSTOP)
				return func() {
					time.Sleep(40 * time.Second)
					signalled(t, d, syscall.SIGCONT)
				}
			},
			status: running,
		},
		{
			name: "the process is killed during an answer", when: once, breaks: func(t *testing.T, d *deployment) func() {
				killed := make(chan struct{})
				d.proxy.Add(testkit.Rule{Match: testkit.Sends, Times: 1, Do: testkit.AfterActing(testkit.Run(func() {
					d.bot.Kill()
					close(killed)
				}))})
				return func() {
					<-killed
					d.bot.Start(t)
				}
			},
			status: running,
		},
	})
}

// roomFault is a row about a room of the configuration.
func roomFault(name, state, says, doctor string, breaks func(*testing.T, *deployment) func()) fault {
	return fault{
		name: name, when: []moment{midRun}, status: running, state: state, says: says, doctor: doctor, deaf: true,
		prepare: func(t *testing.T, d *deployment) {
			d.owner = d.Person(t, "owner-"+d.account.UserID.Localpart(), testkit.ClientOptions{})
			d.room = d.owner.Room(t, testkit.Room{Alias: "declare-" + d.account.UserID.Localpart(), Public: true, Invite: []id.UserID{d.account.UserID}})
			d.rewrite(t, func(config map[string]any) { config["rooms"] = []any{map[string]any{"room": d.room.String()}} })
		},
		breaks: func(t *testing.T, d *deployment) func() {
			d.owner.AwaitMember(t, d.room, d.account.UserID, event.MembershipJoin)
			return breaks(t, d)
		},
	}
}

// andReload returns mend, followed by a reload of the configuration.
func andReload(t *testing.T, d *deployment, mend func()) func() {
	return func() {
		mend()
		d.reload(t, "La configuration est rechargée")
	}
}

func signalled(t *testing.T, d *deployment, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(d.bot.PID(), signal); err != nil {
		t.Fatal(err)
	}
}
