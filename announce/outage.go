package announce

import (
	"time"

	"heraut/sources"
)

// outageFor is how long the missing items of a host may come back. After that they
// count as deleted.
const outageFor = 30 * 24 * time.Hour

// count records in h the state of the code host that a reading at the time at found.
// The host counts as out of order if the source says that it is down, or if it lost all
// its items since it was last in order, or several of them that are more than a tenth:
// its missing items do not count as deleted until they are back or outageFor has
// passed.
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
