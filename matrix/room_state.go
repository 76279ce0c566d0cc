package matrix

import (
	"errors"

	"maunium.net/go/mautrix/event"
)

// parseState parses the content of a state event into evt.Content.Parsed. If mautrix
// cannot parse a membership or power-levels event, it still reads the fields on which
// rights and keys depend, without an error: otherwise the older state would stay in
// force. For other types, the error is mautrix's.
func parseState(evt *event.Event) error {
	switch evt.Type {
	case event.StatePowerLevels:
		// Always parse the raw content: after an error, mautrix leaves a partial
		// result.
		evt.Content.Parsed = readPowers(evt.Content.VeryRaw)
		return nil
	case event.StateMember:
		evt.Content.Parsed = nil
		if err := evt.Content.ParseRaw(evt.Type); err != nil {
			evt.Content.Parsed = readMember(evt.Content.Raw)
		}
		return nil
	}
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return err
	}
	return nil
}

// readMember reads the membership and the name alone from the content of a membership
// event. A membership that cannot be read counts as having left, so that the user gets
// no keys.
func readMember(content map[string]any) *event.MemberEventContent {
	member := &event.MemberEventContent{Membership: event.MembershipLeave}
	if membership, ok := content["membership"].(string); ok {
		member.Membership = event.Membership(membership)
	}
	member.Displayname, _ = content["displayname"].(string)
	return member
}
