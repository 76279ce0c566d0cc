package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/queue"
)

const (
	// devicesAgain is the time after which the bot again requests devices that their
	// server did not return.
	devicesAgain = 5 * time.Minute
	// firstPatience bounds a request for several people's devices; after it the bot
	// splits the request to find the slow ones.
	firstPatience = time.Second
	// onePatience bounds a request for one person's devices.
	onePatience = 40 * time.Second
	// sendPatience is how long a message waits for the members' devices before posts
	// of other rooms go first.
	sendPatience = time.Second
)

// devicesChanged marks the devices of users as out of date in the key database, counts
// the change, and starts a request to the homeserver for them. It ignores users whose
// devices the database does not track. Sync reports a change only once, so the mark
// stays until the answer is stored. If the bot's own account is among the users,
// watchVerified checks at once. The caller holds the lock on the encryption keys.
func (c *Client) devicesChanged(ctx context.Context, users []id.UserID) error {
	if len(users) == 0 {
		return nil
	}
	if slices.Contains(users, c.mx.UserID) {
		c.ownKeysChanged()
	}
	c.settleDevices(ctx) // the answers stored so far do not cover this change
	if err := c.keys.MarkTrackedUsersOutdated(ctx, users); err != nil {
		return fmt.Errorf("note whose devices changed: %w", err)
	}
	outdated, err := c.keys.GetOutdatedTrackedUsers(ctx)
	if err != nil {
		return fmt.Errorf("read whose devices changed: %w", err)
	}
	changed := slices.DeleteFunc(outdated, func(u id.UserID) bool { return !slices.Contains(users, u) })
	c.devices.change(changed)
	c.askDevices(changed)
	return nil
}

// askOutdated starts a request to the homeserver for all devices that the key database
// marks as out of date, such as those that a former process did not get. It only logs an
// error.
func (c *Client) askOutdated(ctx context.Context) {
	outdated, err := c.keys.GetOutdatedTrackedUsers(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error().Err(err).Msg("It could not be read whose devices changed")
		}
		return
	}
	c.askDevices(outdated)
}

// askDevices starts a request to the homeserver for the devices of these users, except
// those about whom it is already asking. It does not wait for the answer, which askGroup
// stores; Close ends the request.
func (c *Client) askDevices(users []id.UserID) {
	if users = c.devices.begin(users); len(users) > 0 {
		c.asks.Go(func() { c.askGroup(c.life, users, firstPatience) })
	}
}

// askGroup asks the homeserver for the devices of several users in one request, and
// stores them. If that takes longer than patience, or the answer cannot be parsed, it
// splits the group and tries again with twice the patience: in the end, only the users
// who cause the delay have to wait. At the end, even after a failure, it wakes the
// messages that wait for the devices of these users, and asks again about users whose
// devices changed meanwhile.
func (c *Client) askGroup(ctx context.Context, users []id.UserID, patience time.Duration) {
	if len(users) == 1 {
		patience = onePatience
	}
	changes := c.devices.changesOf(users)
	request, cancel := context.WithTimeout(ctx, patience)
	answer, err := c.queryKeys(request, users)
	late := request.Err() != nil && ctx.Err() == nil
	cancel()
	if err == nil {
		err = c.takeDevices(ctx, users, answer, changes)
	}
	_, wrong := unreadable(err)
	if half := len(users) / 2; half > 0 && (late || wrong) {
		c.asks.Go(func() { c.askGroup(ctx, users[:half], 2*patience) })
		c.askGroup(ctx, users[half:], 2*patience)
		return
	}
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Int("people", len(users)).Msg("Some people's devices could not be asked for: again before anything is encrypted for them")
	}
	again := c.devices.end(users, changes, !mayPass(err))
	for _, user := range users {
		c.arrived.add(waitsFor(user))
	}
	c.askDevices(again)
}

// takeDevices stores the devices of users from an answer of the homeserver, and removes
// the mark «out of date» from each user whose devices are complete. changes holds how
// many changes of devices were recorded for each user when the request began: a user
// with a newer change stays marked. If the answer cannot be parsed, takeDevices returns
// an error if it is about several users; if it is about one, it returns nil and the
// devices known before stay. Any other error is that of the key database.
func (c *Client) takeDevices(ctx context.Context, users []id.UserID, answer json.RawMessage, changes []int) error {
	c.machMu.Lock()
	defer c.machMu.Unlock()
	c.settleDevices(ctx)
	_, err := c.mach.FetchKeys(withAnswers(ctx, answers{query: answer}), users, true)
	if _, wrong := unreadable(err); wrong && len(users) == 1 {
		c.log.Warn().Msg("What somebody's devices have published cannot be read: on new ones they cannot read what is encrypted")
		var known map[id.DeviceID]*id.Device
		if known, err = c.keys.GetDevices(ctx, users[0]); err == nil && known == nil {
			err = c.keys.PutDevices(ctx, users[0], nil) // an empty row; otherwise the devices that were once readable stay
		}
	}
	if err != nil {
		return err
	}
	c.settleDevices(ctx)
	if stale := c.devices.changedSince(users, changes); len(stale) > 0 {
		if err := c.keys.MarkTrackedUsersOutdated(ctx, stale); err != nil {
			return fmt.Errorf("note whose devices changed: %w", err)
		}
	}
	return nil
}

// settleDevices removes the mark «out of date» from the users whose devices are now
// stored completely; it only logs an error. The caller holds the lock on the encryption
// keys.
func (c *Client) settleDevices(ctx context.Context) {
	if err := c.keys.settle(ctx); err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("It could not be noted that devices are known: they will be asked for again")
	}
}

// readyDevices waits until the bot knows the devices of a room's members, as far as
// their servers answer, and records that (deviceBook.ready): otherwise a new device
// could not read the next message, and a removed one could. It starts requests for
// missing ones. The error is a *queue.NotNow if that takes longer than sendPatience or
// the homeserver does not answer, or that of the key database.
func (c *Client) readyDevices(ctx context.Context, room id.RoomID, members []id.UserID) error {
	version := c.devices.version()
	missing, err := c.missingDevices(ctx, members)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		c.askDevices(missing)
		if !c.devices.wait(ctx, missing, sendPatience) {
			return &queue.NotNow{Lane: true, Cause: fmt.Errorf("the devices of %d members of %s are being asked for", len(missing), room)}
		}
		if missing = c.devices.unanswered(missing); len(missing) > 0 {
			return &queue.NotNow{Lane: true, Cause: fmt.Errorf("the devices of %d members of %s are not known", len(missing), room)}
		}
	}
	c.devices.ready(room, version)
	return nil
}

// missingDevices returns the members whose devices are unknown or out of date in the key
// database, leaving out those about whom the homeserver answered within devicesAgain. It
// asks for nothing; the error is that of the database.
func (c *Client) missingDevices(ctx context.Context, members []id.UserID) ([]id.UserID, error) {
	tracked, err := c.keys.FilterTrackedUsers(ctx, members)
	if err != nil {
		return nil, err
	}
	outdated, err := c.keys.GetOutdatedTrackedUsers(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[id.UserID]bool, len(tracked))
	for _, user := range tracked {
		known[user] = true
	}
	for _, user := range outdated {
		delete(known, user)
	}
	return c.devices.unanswered(slices.DeleteFunc(slices.Clone(members), func(u id.UserID) bool { return known[u] })), nil
}

// missingSessions returns the members' devices with which the bot has no encrypted
// channel (Olm session) yet, without its own device; an empty map if there are none. The
// bot needs a one-time key of each before it can send them a room's key.
func (c *Client) missingSessions(ctx context.Context, members []id.UserID) (mautrix.OneTimeKeysRequest, error) {
	list, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	rows, err := c.keyDB.Query(ctx, `
		SELECT user_id, device_id FROM crypto_device
		WHERE user_id IN (SELECT value FROM json_each($1)) AND NOT deleted AND NOT (user_id = $2 AND device_id = $3)
			AND NOT EXISTS (SELECT 1 FROM crypto_olm_session s WHERE s.sender_key = crypto_device.identity_key)`,
		string(list), c.mx.UserID, c.mx.DeviceID)
	if err != nil {
		return nil, fmt.Errorf("look for devices without a session: %w", err)
	}
	defer rows.Close()
	request := mautrix.OneTimeKeysRequest{}
	for rows.Next() {
		var user id.UserID
		var device id.DeviceID
		if err := rows.Scan(&user, &device); err != nil {
			return nil, err
		}
		if request[user] == nil {
			request[user] = map[id.DeviceID]id.KeyAlgorithm{}
		}
		request[user][device] = id.KeyAlgorithmSignedCurve25519
	}
	return request, rows.Err()
}
