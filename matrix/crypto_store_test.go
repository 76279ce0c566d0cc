package matrix_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestDevicesAreTakenInWhole interrupts the write of a user's devices half-way, as a
// crash does: after the next start they are complete.
func TestDevicesAreTakenInWhole(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	t.Run("trust", func(t *testing.T) {
		agent := hs.Person(t, "verified", testkit.ClientOptions{CrossSigned: true})
		mend := bot.breaks(t, "INSERT ON crypto_cross_signing_keys")
		room := bot.invited(t, agent, testkit.Room{Encrypted: true})
		bot.say(t, room, "un")
		agent.Await(t, room, says("un"))
		mend()
		bot.restart(t)
		agent.Say(t, room, "me voici")
		if e := bot.next(t); e.Trust != chat.TrustVerified {
			t.Errorf("a verified device has the trust %v", e.Trust)
		}
	})
	t.Run("keys of rooms", func(t *testing.T) {
		agent := hs.Person(t, "two-devices", testkit.ClientOptions{Encrypted: true})
		room := bot.invited(t, agent, testkit.Room{Encrypted: true})
		bot.say(t, room, "avant")
		agent.Await(t, room, says("avant"))
		mend := bot.breaks(t, "DELETE ON crypto_megolm_outbound_session")
		other, err := hs.Login(t.Context(), agent.Account, testkit.ClientOptions{Encrypted: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(other.Close)
		hears(t, bot, agent.Say(t, room, "j’ai un autre appareil")) // the bot has seen the new device before
		mend()
		bot.restart(t)
		bot.say(t, room, "après")
		other.Await(t, room, says("après"))
	})
}

// TestIndicesAreNotListed: the bot never lists the indices below a message's own,
// which can claim to be in the billions.
func TestIndicesAreNotListed(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, agent, testkit.Room{Encrypted: true})
	for _, said := range []string{"un", "deux"} {
		hears(t, bot, agent.Say(t, room, said))
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(bot.dir, "crypto.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var sessions, tracked int
	err = db.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE ratchet_safety ->> 'next_index' > 0)
		FROM crypto_megolm_inbound_session WHERE room_id = $1`, room).Scan(&sessions, &tracked)
	if err != nil {
		t.Fatal(err)
	}
	if sessions != 1 || tracked != 0 {
		t.Errorf("of %d sessions, %d have a list of indices", sessions, tracked)
	}
}

// breaks makes writes of the bot to crypto.db fail at one point, until the test
// calls mend.
func (b *bot) breaks(t *testing.T, at string) (mend func()) {
	t.Helper()
	change := func(statement string) {
		t.Helper()
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.dir, "crypto.db")+"?_busy_timeout=10000")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	change("CREATE TRIGGER broken BEFORE " + at + " BEGIN SELECT RAISE(ABORT, 'broken'); END")
	return func() { change("DROP TRIGGER broken") }
}
