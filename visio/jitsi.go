package visio

import (
	"context"
	"crypto/rand"
	"math/big"
	"net/url"
	"strings"
)

// jitsi is the Provider of a Jitsi server, where the first visitor of a room's address
// creates the room. So a random address is all that a call needs.
type jitsi struct{ base *url.URL }

// Open returns a call at a random address of the server, without a request. Its Access
// is AccessAgents on a server of numerique.gouv.fr, else AccessLink. It never fails.
func (j jitsi) Open(context.Context) (Call, error) {
	access := AccessLink
	if strings.HasSuffix(j.base.Hostname(), ".numerique.gouv.fr") {
		access = AccessAgents // webconf.numerique.gouv.fr and its mirrors
	}
	return Call{URL: j.base.JoinPath(roomName()).String(), Access: access}, nil
}

// IsSlow returns false: Open asks no server.
func (j jitsi) IsSlow() bool { return false }

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
	// nameLetters and nameDigits give about 100 random bits, so that nobody guesses
	// a name. The State's web conference requires at least ten characters, three of
	// them digits (webconf.numerique.gouv.fr).
	nameLetters = 14
	nameDigits  = 6
)

// roomName returns a random name for a Jitsi room, of nameLetters letters and
// nameDigits digits, with a letter first.
func roomName() string {
	name := make([]byte, 0, nameLetters+nameDigits)
	for range nameLetters {
		name = append(name, letters[pick(len(letters))])
	}
	for range nameDigits {
		at := 1 + pick(len(name))
		name = append(name, 0)
		copy(name[at+1:], name[at:])
		name[at] = digits[pick(len(digits))]
	}
	return string(name)
}

// pick returns a random number in [0, n). It panics for an n below 1, and when the
// system gives no random numbers.
func pick(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand never fails on a system that works
	}
	return int(i.Int64())
}
