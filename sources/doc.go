// Package sources reads published data (lists of repositories, the API of ecosyste.ms,
// the free-software catalogue, feeds) and returns the news in it.
//
// A Source receives a Query and returns a Batch: items never seen (Fresh), the present
// form of items announced before (Again), and an opaque State, which comes back with
// the next Query. A source changes nothing itself: its caller stores the Batch whole or
// not at all, so a crash repeats a round.
//
// To add a source: implement Source in a file of its own, give it a Kind, and return it
// from New.
package sources
