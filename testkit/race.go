//go:build race

package testkit

// raceDetector makes the bot a race-detecting one in tests that are.
const raceDetector = true
