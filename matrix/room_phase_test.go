package matrix

import (
	"fmt"
	"testing"

	"heraut/chat"
)

// phaseChange is the result of a step; the zero value: the step changes nothing.
type phaseChange struct {
	to      phase
	effects roomEffect
}

var phases = []phase{phaseUnknown, phaseInvited, phaseSilent, phaseServed, phaseMuted, phaseMoved, phaseLeft, phaseKicked, phaseBanned}

// phaseTable gives the result of each step in each phase, in the order of phases.
var phaseTable = map[roomStep][9]phaseChange{
	stepInvite:    all(phaseChange{phaseInvited, effectReset | effectJoin}),
	stepInvalid:   {same, {phaseUnknown, effectUninvite}, same, same, same, same, same, same, same},
	stepEnter:     {{phaseServed, 0}, {phaseServed, effectGreet}, same, same, same, same, {phaseServed, 0}, {phaseServed, 0}, {phaseServed, 0}},
	stepUnwelcome: {same, {phaseSilent, effectUninvite | effectApologise}, same, same, same, same, same, same, same},
	stepPass:      {same, same, {phaseSilent, effectStale}, same, same, same, same, same, same},
	stepSetUp:     {same, same, {phaseServed, 0}, same, same, same, same, same, same},
	stepDrop:      {same, same, same, {phaseSilent, 0}, {phaseSilent, 0}, same, same, same, same},
	stepMute:      {same, same, same, {phaseMuted, 0}, same, same, same, same, same},
	stepUnmute:    {same, same, same, same, {phaseServed, 0}, same, same, same, same},
	stepQuit:      all(phaseChange{phaseLeft, effectReset}),
	stepLeave:     exits(phaseLeft, effectReset|effectWarn),
	stepKick:      exits(phaseKicked, effectReset|effectWarn|effectTell),
	stepBan:       exits(phaseBanned, effectReset|effectWarn|effectTell),
	stepUpgrade:   {same, {phaseUnknown, effectHandOver}, same, {phaseMoved, effectHandOver}, {phaseMoved, effectHandOver}, same, same, same, same},
}

// same stands for a step that changes nothing.
var same = phaseChange{to: "."}

// all returns the row of a step that has the same result in every phase.
func all(c phaseChange) (row [9]phaseChange) {
	for i := range row {
		row[i] = c
	}
	return row
}

// exits returns the row of a step out of a room; served is its effect on a served room.
func exits(to phase, served roomEffect) [9]phaseChange {
	out := phaseChange{to, effectReset}
	return [9]phaseChange{same, out, out, {to, served}, {to, served}, out, same, same, same}
}

// Every step has one result in every phase.
func TestNextPhase(t *testing.T) {
	for what, row := range phaseTable {
		for i, from := range phases {
			want := row[i]
			if want == same {
				want.to = from
			}
			if to, effects := nextPhase(from, what); to != want.to || effects != want.effects {
				t.Errorf("%q, %s: got %q with %09b, want %q with %09b", from, what, to, effects, want.to, want.effects)
			}
		}
	}
	for _, what := range exitSteps {
		if _, ok := phaseTable[what]; !ok {
			t.Errorf("the table has no row for %s", what)
		}
	}
}

// The fields of a stored room follow each step that takeStep carries out.
func TestRoomsFollowTheirPhase(t *testing.T) {
	stored := map[phase]chat.Room{
		phaseUnknown: {},
		phaseInvited: {InvitedBy: "@camille:example.org", Direct: true},
		phaseSilent:  {Joined: true},
		phaseServed:  {Joined: true, InvitedBy: "@camille:example.org"},
		phaseMuted:   {Joined: true, InvitedBy: "@camille:example.org", RoomFacts: chat.RoomFacts{Muted: true}},
		phaseMoved:   {Joined: true, MovedTo: "!new:example.org"},
		phaseLeft:    {RoomFacts: chat.RoomFacts{Exit: chat.ExitLeft}},
		phaseKicked:  {RoomFacts: chat.RoomFacts{Exit: chat.ExitKicked}},
		phaseBanned:  {RoomFacts: chat.RoomFacts{Exit: chat.ExitBanned}},
	}
	for _, from := range phases {
		before := stored[from]
		before.Name, before.Version, before.Encrypted = "Bluehats", "11", true
		setUp := from.serves()
		if got := phaseOf(before, setUp); got != from {
			t.Fatalf("%+v is %q, want %q", before, got, from)
		}
		for what := range phaseTable {
			t.Run(fmt.Sprint(from, " ", what), func(t *testing.T) {
				r := before
				effects := takeStep(&r, setUp, what)
				to, _ := nextPhase(from, what)
				served := setUp
				switch what { // the caller's part
				case stepInvite:
					r.InvitedBy = "@camille:example.org"
				case stepEnter:
					if to != from {
						r.Joined, r.Exit, served = true, "", true
					}
				case stepUnwelcome:
					r.Joined = r.Joined || to != from
				case stepUpgrade:
					if to == phaseMoved {
						r.MovedTo = "!new:example.org"
					}
				case stepMute:
					r.Muted = r.Muted || to != from
				case stepUnmute:
					r.Muted = r.Muted && to == from
				case stepSetUp:
					served = served || to != from
				case stepDrop:
					served = served && to == from
				}
				if got := phaseOf(r, served); got != to {
					t.Errorf("the row says %q, nextPhase %q: %+v", got, to, r)
				}
				if r.Name != "Bluehats" || !r.Encrypted {
					t.Errorf("name or encryption is lost: %+v", r)
				}
				if r.Version == "" != (effects.has(effectReset) || effects.has(effectStale)) {
					t.Errorf("facts: %+v", r.RoomFacts)
				}
			})
		}
	}
}
