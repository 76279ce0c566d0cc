// Package testkit gives tests and the demo real parts to work with: a
// homeserver of their own, people with Matrix clients, a proxy that makes
// faults between the bot and its homeserver, and the bot as a child process.
//
// Production packages never import it.
package testkit
