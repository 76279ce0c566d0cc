package announce

import (
	"time"

	"heraut/sources"
)

// outageFor is how long the missing items of a host may come back. After that they
// count as deleted.
const outageFor = 30 * 24 * time.Hour

// count updates the number of items of the host. When more than a tenth of them, and
// more than one, disappear at once, or all do, the host is out of order: none of its
// missing items counts as deleted until it has recovered.
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

// outage reports whether the host is out of order, so that its missing items may come
// back.
func (h *Host) outage() bool { return h.down || !h.Shrunk.IsZero() }

// same reports whether h and other have the same stored form.
func (h Host) same(other Host) bool {
	h.down, other.down = false, false
	return h == other
}
