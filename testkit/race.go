//go:build race

package testkit

// RaceDetector reports whether the tests run with the race detector: testkit then
// builds the bot with it.
const RaceDetector = true
