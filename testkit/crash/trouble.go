package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// trouble is the kind of a change that people make to a room while the bot answers and
// crashes, such as muting or kicking it.
type trouble int

const (
	noTrouble trouble = iota
	mutes             // the bot may not write for a while
	kicks             // a member kicks the bot and invites it again
	opens             // anybody may join for a while
	demotes           // the power levels change, without an effect on the bot
	troubles
)

// during makes the change k to the room, calls do, and undoes the change: afterwards the
// bot is in the room and may write, and the power levels are as before. noTrouble changes
// nothing. in is the client of a person with power in the room. A kick is over before do:
// the bot is back in the room by then. Before a kick, during waits until answered reports
// that the bot has answered all commands in the room, since a bot outside of it owes no
// answers; after 20 seconds it leaves the kick out. The error joins those of all steps.
func (k trouble) during(ctx context.Context, in *testkit.Client, room id.RoomID, bot id.UserID, answered func() bool, do func() error) error {
	var before, after error
	switch k {
	case mutes:
		before, after = withPowers(ctx, in, room, map[string]any{"events_default": 50}, func() error {
			return errors.Join(do(), pause(ctx, 300*time.Millisecond))
		})
	case kicks:
		if await(ctx, 20*time.Second, answered) == nil {
			before = kick(ctx, in, room, bot)
		}
		after = do()
	case opens:
		before = joinRule(ctx, in, room, event.JoinRulePublic)
		after = errors.Join(do(), joinRule(ctx, in, room, event.JoinRuleInvite))
	case demotes:
		level := rand.IntN(40)
		before, after = withPowers(ctx, in, room, map[string]any{"users_default": level, "kick": 50 + level, "redact": 50}, do)
	default:
		after = do()
	}
	return errors.Join(before, after)
}

// withPowers gives the power levels of a room the values in powers, calls do, and gives
// them the values that they had before; a level that was absent is absent again. It calls
// do even if the first change fails, and then changes nothing. before is the error of the
// first change, after joins those of do and the second one.
func withPowers(ctx context.Context, in *testkit.Client, room id.RoomID, powers map[string]any, do func() error) (before, after error) {
	former := map[string]any{}
	before = changePowers(ctx, in, room, func(p map[string]any) {
		former = maps.Clone(p)
		maps.Copy(p, powers)
	})
	if after = do(); before != nil {
		return before, after
	}
	return nil, errors.Join(after, changePowers(ctx, in, room, func(p map[string]any) {
		for name := range powers {
			if level, had := former[name]; had {
				p[name] = level
			} else {
				delete(p, name)
			}
		}
	}))
}

// changePowers changes a room's power levels as clients do: it reads them, calls change
// with them, which alters the map, and sends all of them back.
func changePowers(ctx context.Context, in *testkit.Client, room id.RoomID, change func(map[string]any)) error {
	powers := map[string]any{}
	if err := in.StateEvent(ctx, room, event.StatePowerLevels, "", &powers); err != nil {
		return fmt.Errorf("read the power levels: %w", err)
	}
	change(powers)
	if _, err := in.SendStateEvent(ctx, room, event.StatePowerLevels, "", powers); err != nil {
		return fmt.Errorf("change the power levels: %w", err)
	}
	return nil
}

func joinRule(ctx context.Context, in *testkit.Client, room id.RoomID, rule event.JoinRule) error {
	if _, err := in.SendStateEvent(ctx, room, event.StateJoinRules, "", map[string]any{"join_rule": rule}); err != nil {
		return fmt.Errorf("change the join rule: %w", err)
	}
	return nil
}

// kick removes the bot from a room, invites it again, and waits for at most the time of
// patience until it is back.
func kick(ctx context.Context, in *testkit.Client, room id.RoomID, bot id.UserID) error {
	if _, err := in.KickUser(ctx, room, &mautrix.ReqKickUser{UserID: bot}); err != nil {
		return fmt.Errorf("kick the bot: %w", err)
	}
	if err := pause(ctx, rand.N(500*time.Millisecond)); err != nil {
		return err
	}
	if _, err := in.InviteUser(ctx, room, &mautrix.ReqInviteUser{UserID: bot}); err != nil {
		return fmt.Errorf("invite the bot again: %w", err)
	}
	err := await(ctx, patience, func() bool {
		member := map[string]any{}
		err := in.StateEvent(ctx, room, event.StateMember, string(bot), &member)
		return err == nil && member["membership"] == "join"
	})
	if err != nil {
		return fmt.Errorf("wait for the bot to come back to %s: %w", room, err)
	}
	return nil
}

// await calls the function so every 100 ms until so returns true. The error means that
// this took longer than patience, or that ctx ended.
func await(ctx context.Context, patience time.Duration, so func() bool) error {
	deadline := time.Now().Add(patience)
	for !so() {
		if time.Now().After(deadline) {
			return errors.New("it takes too long")
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
