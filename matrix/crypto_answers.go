package matrix

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// answers holds the homeserver's answers to requests that mautrix is about to make.
// mautrix requests devices and one-time keys in the middle of work that needs the
// lock; one person's slow server would then block everybody's messages. The bot
// makes the requests earlier, without the lock, and the transport passes these
// answers to mautrix.
type answers struct {
	query, claim []byte // JSON; nil: an empty answer
}

type answersKey struct{}

// withAnswers returns a context in which requests for keys receive these answers
// instead of reaching the homeserver.
func withAnswers(ctx context.Context, a answers) context.Context {
	return context.WithValue(ctx, answersKey{}, a)
}

// prepared returns the prepared answer to a request; nil if there is none.
func prepared(r *http.Request) *http.Response {
	a, ok := r.Context().Value(answersKey{}).(answers)
	if !ok {
		return nil
	}
	var body []byte
	switch {
	case strings.HasSuffix(r.URL.Path, "/keys/query"):
		body = a.query
	case strings.HasSuffix(r.URL.Path, "/keys/claim"):
		body = a.claim
	default:
		return nil
	}
	if body == nil {
		body = []byte("{}")
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}

// keysWithin is how long the homeserver may wait for the keys of other servers, in
// ms.
const keysWithin = 10_000

// queryKeys requests people's devices and returns the raw answer.
func (c *Client) queryKeys(ctx context.Context, users []id.UserID) (answer json.RawMessage, err error) {
	request := &mautrix.ReqQueryKeys{DeviceKeys: mautrix.DeviceKeysRequest{}, Timeout: keysWithin}
	for _, user := range users {
		request.DeviceKeys[user] = mautrix.DeviceIDList{}
	}
	_, err = c.mx.MakeRequest(ctx, http.MethodPost, c.mx.BuildClientURL("v3", "keys", "query"), request, &answer)
	return answer, err
}

// claimKeys requests a one-time key of each device and returns the raw answer.
func (c *Client) claimKeys(ctx context.Context, devices mautrix.OneTimeKeysRequest) (answer json.RawMessage, err error) {
	request := &mautrix.ReqClaimKeys{OneTimeKeys: devices, Timeout: keysWithin}
	_, err = c.mx.MakeRequest(ctx, http.MethodPost, c.mx.BuildClientURL("v3", "keys", "claim"), request, &answer)
	return answer, err
}
