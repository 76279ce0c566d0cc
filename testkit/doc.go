// Package testkit gives tests and the demo real parts: their own homeserver
// (Dendrite or Synapse), people with Matrix clients (on mautrix or on
// matrix-js-sdk), a proxy that makes faults between the bot and its homeserver, and
// the bot as a child process.
//
//	h := testkit.StartHomeserver(t)
//	p := testkit.NewProxy(t, h.URL)
//	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: p.URL, Account: h.Account(t, "heraut")})
//	camille := h.Person(t, "camille", testkit.ClientOptions{Encrypted: true})
//
// Functions with a testing.TB end the test on failure and clean up after it. The
// others also serve programs, which stop what they start.
//
// Production packages never import it.
package testkit
