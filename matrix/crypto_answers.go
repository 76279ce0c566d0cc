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

// answers holds answers of the homeserver about devices and one-time keys, for
// requests that mautrix is about to make. mautrix makes them while it holds the lock
// on the keys, so that one slow server would block all messages. The bot asks earlier,
// without the lock, and then gives mautrix these answers.
type answers struct {
	query, claim []byte // JSON; nil: an empty answer
}

type answersKey struct{}

// withAnswers returns a context for calls of mautrix in which its requests for devices
// and one-time keys get the answers a instead of going to the homeserver.
func withAnswers(ctx context.Context, a answers) context.Context {
	return context.WithValue(ctx, answersKey{}, a)
}

// prepared returns the answer to the request r for devices or one-time keys, if r has a
// context of withAnswers: the answer in that context, or an empty JSON object if it
// holds none. For any other request, which has to go to the homeserver, it returns nil.
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

// queryKeys asks the homeserver for the devices of these users, and returns the JSON of
// the answer. It stores nothing; takeDevices does.
func (c *Client) queryKeys(ctx context.Context, users []id.UserID) (answer json.RawMessage, err error) {
	request := &mautrix.ReqQueryKeys{DeviceKeys: mautrix.DeviceKeysRequest{}, Timeout: keysWithin}
	for _, user := range users {
		request.DeviceKeys[user] = mautrix.DeviceIDList{}
	}
	_, err = c.mx.MakeRequest(ctx, http.MethodPost, c.mx.BuildClientURL("v3", "keys", "query"), request, &answer)
	return answer, err
}

// claimKeys asks the homeserver for a one-time key of each of the devices, which
// encryption needs for a first message to it. It returns the JSON of the answer and
// stores nothing.
func (c *Client) claimKeys(ctx context.Context, devices mautrix.OneTimeKeysRequest) (answer json.RawMessage, err error) {
	request := &mautrix.ReqClaimKeys{OneTimeKeys: devices, Timeout: keysWithin}
	_, err = c.mx.MakeRequest(ctx, http.MethodPost, c.mx.BuildClientURL("v3", "keys", "claim"), request, &answer)
	return answer, err
}
