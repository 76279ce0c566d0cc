package matrix

import (
	"context"
	"fmt"
	"runtime/debug"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

// processKeys stores the keys and changes of devices in a sync, and starts requests for
// the changed devices. The encrypted messages to this device are one transaction:
// mautrix marks such a message as seen before it stores the key in it, and skips seen
// messages, so a crash in between would lose the key for ever. It skips messages that it
// cannot read; the error is that of the key database. With nothing new in the sync, it
// does not wait for the lock on the keys.
func (c *Client) processKeys(ctx context.Context, answer *mautrix.RespSync) error {
	if !c.machMu.TryLock() {
		if len(answer.DeviceLists.Changed)+len(answer.ToDevice.Events) == 0 {
			return nil // a large room's key is being shared; the other rooms do not wait for it
		}
		c.machMu.Lock()
	}
	defer c.machMu.Unlock()
	if err := c.devicesChanged(ctx, answer.DeviceLists.Changed); err != nil {
		return err
	}
	var sealed, others []*event.Event
	for _, evt := range answer.ToDevice.Events {
		evt.Type.Class = event.ToDeviceEventType
		if err := evt.Content.ParseRaw(evt.Type); err != nil {
			c.log.Debug().Err(err).Str("type", evt.Type.Type).Msg("A message to this device could not be read")
		} else if evt.Type == event.ToDeviceEncrypted {
			sealed = append(sealed, evt)
		} else {
			others = append(others, evt)
		}
	}
	if len(sealed) > 0 {
		err := c.keyTxn(ctx, func(ctx context.Context) {
			for _, evt := range sealed {
				c.toDevice(ctx, evt)
			}
		})
		if err != nil {
			return fmt.Errorf("store the keys that came: %w", err)
		}
	}
	for _, evt := range others { // mautrix answers some later, when the transaction would be over
		c.toDevice(ctx, evt)
	}
	c.mach.HandleOTKCounts(ctx, &answer.DeviceOTKCount)
	c.mach.MarkOlmHashSavePoint(ctx)
	return nil
}

// toDevice handles a message to the bot's device, such as one with a room's key. It logs
// and recovers from panics: otherwise the same sync would fail again and again.
func (c *Client) toDevice(ctx context.Context, evt *event.Event) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("type", evt.Type.Type).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("A message to this device could not be taken in")
		}
	}()
	c.mach.HandleToDeviceEvent(ctx, evt)
}
