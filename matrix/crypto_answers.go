package matrix

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
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
// holds none. For any other request, which has to go to the homeserver, found is false.
// The error says that the request or the answer is no JSON of its kind.
func prepared(r *http.Request) (answer *http.Response, found bool, err error) {
	a, ok := r.Context().Value(answersKey{}).(answers)
	if !ok {
		return nil, false, nil
	}
	var body []byte
	switch {
	case strings.HasSuffix(r.URL.Path, "/keys/query"):
		body = a.query
	case strings.HasSuffix(r.URL.Path, "/keys/claim"):
		if body, err = onlyClaimed(r, a.claim); err != nil {
			return nil, true, err
		}
	default:
		return nil, false, nil
	}
	if body == nil {
		body = []byte("{}")
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, true, nil
}

// onlyClaimed returns those one-time keys of answer that the request r claims; nil if
// answer is nil. mautrix panics on the key of a device that it did not ask for: since
// the bot asked, another room may have sent that device a message, or received one from
// it, so that mautrix needs no key of it any more. The error says that the body of r or
// answer is no JSON of its kind.
func onlyClaimed(r *http.Request, answer []byte) ([]byte, error) {
	if answer == nil {
		return nil, nil
	}
	var claims mautrix.ReqClaimKeys
	if err := json.NewDecoder(r.Body).Decode(&claims); err != nil {
		return nil, fmt.Errorf("read which one-time keys are claimed: %w", err)
	}
	var keys struct {
		OneTimeKeys map[id.UserID]map[id.DeviceID]json.RawMessage `json:"one_time_keys"`
	}
	if err := json.Unmarshal(answer, &keys); err != nil {
		return nil, fmt.Errorf("read the claimed one-time keys: %w", err)
	}
	for user, devices := range keys.OneTimeKeys {
		maps.DeleteFunc(devices, func(device id.DeviceID, _ json.RawMessage) bool {
			_, claimed := claims.OneTimeKeys[user][device]
			return !claimed
		})
	}
	return json.Marshal(keys)
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
