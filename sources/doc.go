// Package sources reads what the world publishes (lists of repositories, the API of
// ecosyste.ms, the free-software catalogue, feeds) and says what is new in it.
//
// A Source is asked with a Query and answers with a Batch: items never seen (Fresh), the
// present form of items that were announced (Again), and a State that only the source
// understands, which comes back with the next Query. A source changes nothing itself: its
// user stores the Batch whole or not at all, so a crash repeats a round.
//
// To add a source: implement Source in a file of its own, give it a Kind, and return it
// from New.
package sources
