package matrix

import (
	"errors"
	"net/http"
	"time"

	"go.mau.fi/util/retryafter"
	"maunium.net/go/mautrix"

	"heraut/queue"
)

// The states in which the bot cannot work until the operator acts.
var (
	// ErrUnreachable: nothing answers at the homeserver's address, or the server
	// answers that it is unavailable for now.
	ErrUnreachable = errors.New("the homeserver does not answer")
	// ErrNotMatrix: the server at that address is not a homeserver.
	ErrNotMatrix = errors.New("no Matrix homeserver answers at this address")
	// ErrNoPassword: the bot must log in, and no password is configured.
	ErrNoPassword = errors.New("a login is needed, and no password is configured")
	// ErrWrongPassword: the homeserver rejects the user and password.
	ErrWrongPassword = errors.New("the homeserver does not accept this user and password")
	// ErrIdentifier: the homeserver does not take the kind of name that the login gives.
	ErrIdentifier = errors.New("the homeserver does not take this user name to log in")
	// ErrNoPasswordLogin: the homeserver takes no logins with a password.
	ErrNoPasswordLogin = errors.New("the homeserver takes no logins with a password")
	// ErrNoBrowserLogin: the homeserver does not let a person log the bot in with a
	// browser.
	ErrNoBrowserLogin = errors.New("the homeserver offers no login with a browser")
	// ErrNotAuthorized: nobody allowed the login in time, or it was refused.
	ErrNotAuthorized = errors.New("the login was not allowed")
	// ErrTokenRefused: the homeserver does not accept a new token.
	ErrTokenRefused = errors.New("the homeserver does not accept the token")
	// ErrTokenWithoutDevice: the configured token belongs to no device.
	ErrTokenWithoutDevice = errors.New("the token belongs to no device")
	// ErrTokenInUse: another client made keys for the token's device.
	ErrTokenInUse = errors.New("the token's device has keys of another client")
	// ErrResetNeeded: the account's owner has to allow the upload of keys on a page of
	// the homeserver, which Paged names.
	ErrResetNeeded = errors.New("the owner of the account has to allow its keys on the homeserver's page")
	// ErrLoggedOut: the homeserver has ended the session.
	ErrLoggedOut = errors.New("the session was ended on the homeserver")
	// ErrAccountLocked: the account is locked or deactivated.
	ErrAccountLocked = errors.New("the account is locked or deactivated")
	// ErrTooManyLogins: the homeserver accepts no further login attempts for now.
	ErrTooManyLogins = errors.New("the homeserver wants no more attempts to log in for now")
	// ErrNoRecoveryKey: the account has verification keys, and the recovery key that
	// opens them is missing.
	ErrNoRecoveryKey = errors.New("the account has verification keys, and the recovery key is missing")
	// ErrWrongRecoveryKey: the recovery key does not open the account's keys.
	ErrWrongRecoveryKey = errors.New("the recovery key does not open the account's keys")
	// ErrNoSecretStorage: the account has verification keys, and stores no copy of them
	// that a recovery key would open.
	ErrNoSecretStorage = errors.New("the account has verification keys, and no secret storage")
	// ErrProxyRefuses: the proxy wants a user and a password.
	ErrProxyRefuses = errors.New("the proxy wants a user and a password")
	// ErrDeviceKeys: the homeserver's keys for this device differ from those in
	// crypto.db.
	ErrDeviceKeys = errors.New("the homeserver holds other keys for this device than crypto.db")
	// ErrKeysDamaged: crypto.db is not a database, or is corrupt.
	ErrKeysDamaged = errors.New("crypto.db is damaged")
	// ErrOtherAccount: the stored session belongs to another account than the
	// configured one.
	ErrOtherAccount = errors.New("the stored session is of another account")
)

// isStatus reports whether err is an answer of the homeserver with the HTTP status
// status; false for a nil err or a lost connection.
func isStatus(err error, status int) bool {
	he, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && he.IsStatus(status)
}

// answered returns the Matrix error (JSON with an errcode) with which the homeserver
// answered, and its HTTP status; nil and 0 if err is something else, such as a lost
// connection or an answer without such JSON.
func answered(err error) (*mautrix.RespError, int) {
	he, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || he.RespError == nil || he.Response == nil {
		return nil, 0
	}
	return he.RespError, he.Response.StatusCode
}

// stateErrors maps refusals that concern the account, not the request, to the time
// before a retry.
var stateErrors = map[string]time.Duration{
	"M_UNKNOWN_TOKEN":            5 * time.Second, // sync gets the same refusal, and decides
	"M_MISSING_TOKEN":            5 * time.Second,
	"invalid_grant":              5 * time.Second, // of OAuth 2.0, when a token cannot be refreshed; idem
	"invalid_client":             5 * time.Second,
	"M_USER_LOCKED":              time.Minute,
	"M_USER_DEACTIVATED":         time.Minute,
	"M_CONSENT_NOT_GIVEN":        time.Minute,
	"M_RESOURCE_LIMIT_EXCEEDED":  time.Minute,
	"ORG_MATRIX_EXPIRED_ACCOUNT": time.Minute,
}

// mayPass reports whether the request that failed with err may succeed later: the
// homeserver was out of reach, overloaded or faulty, or the account is in a state that
// may end. It returns false if the homeserver refuses this request as such, and if err
// is nil.
func mayPass(err error) bool {
	known, status := answered(err)
	return err != nil && (known == nil || status >= 500 || status == http.StatusTooManyRequests || stateErrors[known.ErrCode] > 0)
}

// sendError turns the error of a request to send into one of the queue's errors:
// *queue.NotNow if the same request may succeed later, *queue.Refused if the homeserver
// will never accept it. Its field Relation is set for the status 400 or 404, for which
// the message that the post refers to may be the reason. If the homeserver did not say
// whether it took the message, sendError returns err unchanged. A nil err stays nil.
func sendError(err error) error {
	if err == nil {
		return nil
	}
	answer, status := answered(err)
	switch {
	case isStatus(err, http.StatusTooManyRequests):
		return &queue.NotNow{After: min(retryAfter(err), probeWithin), Cause: err}
	case answer == nil || status >= 500:
		return err
	case stateErrors[answer.ErrCode] > 0:
		return &queue.NotNow{After: stateErrors[answer.ErrCode], Cause: err}
	}
	return &queue.Refused{Relation: status == http.StatusBadRequest || status == http.StatusNotFound, Cause: err}
}

// prepareError turns err, the error of a request that comes before the sending of a
// message, into one of the queue's errors; the message was certainly not sent. The
// result is a *queue.Refused, with Relation unset, if the homeserver forbids the
// request (M_FORBIDDEN), and otherwise a *queue.NotNow. A nil err stays nil.
func prepareError(err error) error {
	err = sendError(err)
	_, notNow := errors.AsType[*queue.NotNow](err)
	refused, isRefused := errors.AsType[*queue.Refused](err)
	switch {
	case err == nil, notNow:
		return err
	case isRefused && errors.Is(err, mautrix.MForbidden):
		refused.Relation = false
		return err
	}
	return &queue.NotNow{Lane: true, Cause: err}
}

// retryAfter returns how long the 429 answer in err asks to wait: from its body (in ms)
// or else from its header (whole seconds or a date). It returns a second if err asks for
// nothing, and 15 minutes at most.
func retryAfter(err error) time.Duration {
	wait := time.Duration(0)
	he, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok {
		return time.Second
	}
	if he.RespError != nil {
		if ms, ok := he.RespError.ExtraData["retry_after_ms"].(float64); ok {
			wait = time.Duration(ms) * time.Millisecond
		}
	}
	if he.Response != nil && wait == 0 {
		wait = retryafter.Parse(he.Response.Header.Get("Retry-After"), 0)
	}
	if wait <= 0 {
		return time.Second
	}
	return min(wait, 15*time.Minute)
}
