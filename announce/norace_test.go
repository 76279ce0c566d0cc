//go:build !race

package announce_test

const raceEnabled = false
