package announce

import (
	"time"

	"heraut/sources"
)

// outageFor is how long items that a host lacks may come back: then it is taken
// as it is.
const outageFor = 30 * 24 * time.Hour

// count takes in how many items the host has now. When more than a tenth of
// them, and more than one, are missing at once, or all are, that is an outage:
// nothing is concluded from what is missing until it is back.
func (h *Host) count(now sources.HostNow, at time.Time) {
	h.down = now.Down
	missing := h.Items - now.Items
	shrunk := missing > max(1, h.Items/10) || missing > 0 && now.Items == 0
	switch {
	case !shrunk:
		h.Items, h.Shrunk = now.Items, time.Time{}
	case h.Shrunk.IsZero():
		h.Shrunk = at
	case at.Sub(h.Shrunk) > outageFor:
		h.Items, h.Shrunk = now.Items, time.Time{}
	}
}

// outage tells that what the host lacks may come back.
func (h *Host) outage() bool { return h.down || !h.Shrunk.IsZero() }

// same tells that h and other are kept alike.
func (h Host) same(other Host) bool {
	h.down, other.down = false, false
	return h == other
}
