package announce

import (
	"time"

	"heraut/sources"
)

// outageFor is how long the missing items of a host may come back. After that they
// count as deleted.
const outageFor = 30 * 24 * time.Hour

// count records in h the state now of a code host, read at the time at: how many items
// it has. If more than a tenth of them disappear at once, and more than one, or all,
// the host counts as out of order, and its missing items do not count as deleted until
// it has recovered or outageFor has passed.
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

// outage reports whether the code host is out of order, so that missing items may come
// back.
func (h *Host) outage() bool { return h.down || !h.Shrunk.IsZero() }

// same reports whether h and other have the same stored fields, so that nothing has to
// be saved.
func (h Host) same(other Host) bool {
	h.down, other.down = false, false
	return h == other
}
