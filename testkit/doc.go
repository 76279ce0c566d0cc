// Package testkit gives tests and the demo real parts to work with: a
// homeserver of their own, Dendrite or Synapse, people with Matrix clients, on
// mautrix or on matrix-js-sdk, a proxy that makes faults between the bot and its
// homeserver, and the bot as a child process.
//
//	h := testkit.StartHomeserver(t)
//	p := testkit.NewProxy(t, h.URL)
//	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: p.URL, Account: h.Account(t, "heraut")})
//	camille := h.Person(t, "camille", testkit.ClientOptions{Encrypted: true})
//
// What takes a testing.TB ends the test when it fails and cleans up after it.
// The rest serves programs too, which stop what they started.
//
// Production packages never import it.
package testkit
