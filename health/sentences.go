package health

import (
	"slices"
	"strings"
	"time"

	"heraut/locale"
)

// blocking lists the states in which the bot cannot do its work.
var blocking = []State{
	LoginRefused, SessionEnded, ProcessEnded, AccountDeactivated, AccountLocked, AccountExpired,
	ConsentNeeded, Quota, LoginPostponed, RateLimited, HomeserverSilent,
	KeysReplaced, DiskFull, StateUnwritable, DatabaseUnreadable, QueueStuck,
	Starting,
}

// Blocks reports whether the trouble keeps the bot from its work: the bot is not ready
// then. Other troubles leave a part of the bot without effect, and the rest works.
func (t Trouble) Blocks() bool { return slices.Contains(blocking, t.State) }

// Sentence describes the trouble and its remedy in one line of plain text in the
// language lang. Times are in the given zone.
func (t Trouble) Sentence(lang string, zone *time.Location) string {
	t.Since = t.Since.In(zone)
	if !t.Until.IsZero() {
		t.Until = t.Until.In(zone)
	}
	sentence, err := locale.Text(lang, "trouble "+string(t.State), t)
	if err != nil {
		return string(t.State) // unreachable: a test renders every sentence
	}
	return sentence
}

// Line returns a French sentence on one line, without no-break spaces, about the
// trouble and its remedy, as the log, the probes and the alerts show it. Times are in
// the given zone.
func (t Trouble) Line(zone *time.Location) string { return bare(t.Sentence(locale.Default, zone)) }

// Ended returns the French sentence, without no-break spaces, that says that troubles
// of the state are over.
func Ended(state State) string {
	sentence, err := locale.Text(locale.Default, "trouble-over "+string(state), nil)
	if err != nil {
		return string(state) // unreachable: a test renders every sentence
	}
	return bare(sentence)
}

func bare(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
