//go:build race

package testkit

// raceDetector makes testkit build the bot with the race detector if the tests run
// with it.
const raceDetector = true
