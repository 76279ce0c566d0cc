package relay

import (
	"sync"
	"time"

	"heraut/chat"
)

// PingEvery is the shortest time between two pings of one person in one room by carried
// messages.
const PingEvery = time.Minute

// Ping is a person whom a carried message pings, and the room in which it does.
type Ping struct {
	Room chat.RoomID
	User chat.UserID
}

// Pings is the record of when carried messages last pinged each person in each room. A
// nil *Pings records nothing, and every carried message may ping. Pings is safe for
// concurrent use.
type Pings struct {
	mu   sync.Mutex
	last map[Ping]time.Time
}

// NewPings returns a Pings without any record.
func NewPings() *Pings { return &Pings{last: map[Ping]time.Time{}} }

// Due reports whether a carried message may ping that person at the time now: the last
// ping was PingEvery or longer ago. It records nothing.
func (p *Pings) Due(who Ping, now time.Time) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.last[who]) >= PingEvery
}

// Note records that carried messages pinged these people at the time now, and drops
// records too old to matter.
func (p *Pings) Note(now time.Time, who ...Ping) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w, at := range p.last {
		if now.Sub(at) >= PingEvery {
			delete(p.last, w)
		}
	}
	for _, w := range who {
		p.last[w] = now
	}
}

// ring makes p, a post for the asker of q, ring and ping them, and records the ping. It
// leaves p silent if a carried message pinged them in that room less than PingEvery
// ago; if the asker has left the room, p rings without a ping.
func (d *Carrier) ring(p *chat.Post, q Question) {
	who, now := Ping{Room: q.Origin, User: q.Asker}, d.Now()
	switch {
	case q.AskerLeft:
		p.Rings = true
	case d.Pings.Due(who, now):
		p.Rings, p.Mentions = true, []chat.UserID{q.Asker}
		d.Pings.Note(now, who)
	}
}
