package testkit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// Account is a Matrix account on a test's homeserver, with its password.
type Account struct {
	UserID   id.UserID
	Password string
}

// Account makes an account named localpart for a test, and ends the test on an error.
// The password derives from the name.
func (h *Homeserver) Account(t testing.TB, localpart string) Account {
	t.Helper()
	account, err := h.CreateAccount(t.Context(), localpart, "password of "+localpart)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// CreateAccount makes an account named localpart on the homeserver. The account has no
// device until a client logs in to it. A name that is taken is an error.
func (h *Homeserver) CreateAccount(ctx context.Context, localpart, password string) (Account, error) {
	user, token, err := h.register(ctx, localpart, password, false)
	if err != nil {
		return Account{}, fmt.Errorf("create account %s: %w", localpart, err)
	}
	// The registration logs in; log out, since tests count the devices of an
	// account.
	err = h.call(ctx, http.MethodPost, "/_matrix/client/v3/logout", token, struct{}{}, nil)
	if err != nil {
		return Account{}, fmt.Errorf("log out the new account %s: %w", localpart, err)
	}
	return Account{UserID: user, Password: password}, nil
}

// register makes an account and logs in to it, through the registration with a shared
// secret that Synapse documents and Dendrite also has. admin makes it an administrator.
// It returns the user id and the access token of the login. It tries again after a
// second, five times in all, while the homeserver fails (500), since Dendrite's database
// may be locked. It does not end a test: the error is that of the last request.
func (h *Homeserver) register(ctx context.Context, localpart, password string, admin bool) (user id.UserID, token string, err error) {
	for try := range 5 {
		if user, token, err = h.registerOnce(ctx, localpart, password, admin); err == nil {
			return user, token, nil
		}
		switch {
		case try > 0 && strings.Contains(err.Error(), "M_USER_IN_USE"): // only the login failed
			return h.login(ctx, Account{UserID: id.NewUserID(localpart, h.Name), Password: password})
		case !strings.Contains(err.Error(), ": 500 "):
			return "", "", err
		}
		select {
		case <-ctx.Done():
			return "", "", ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return "", "", err
}

// login logs in to an account by its password, and returns its user id and the access
// token of a new device.
func (h *Homeserver) login(ctx context.Context, account Account) (id.UserID, string, error) {
	client, err := h.loggedIn(ctx, account)
	if err != nil {
		return "", "", err
	}
	return client.UserID, client.AccessToken, nil
}

// loggedIn returns a client that is logged in to an account by its password, as a new
// device.
func (h *Homeserver) loggedIn(ctx context.Context, account Account) (*mautrix.Client, error) {
	client, err := mautrix.NewClient(h.URL, "", "")
	if err != nil {
		return nil, err
	}
	_, err = client.Login(ctx, passwordLogin(account))
	return client, err
}

// registerOnce is register without a second try.
func (h *Homeserver) registerOnce(
	ctx context.Context, localpart, password string, admin bool,
) (user id.UserID, token string, err error) {
	const path = "/_synapse/admin/v1/register"
	var offer struct {
		Nonce string `json:"nonce"`
	}
	if err := h.call(ctx, http.MethodGet, path, "", nil, &offer); err != nil {
		return "", "", err
	}
	role := "notadmin"
	if admin {
		role = "admin"
	}
	mac := hmac.New(sha1.New, []byte(h.SharedSecret))
	mac.Write([]byte(strings.Join([]string{offer.Nonce, localpart, password, role}, "\x00")))
	var made struct {
		UserID      id.UserID `json:"user_id"`
		AccessToken string    `json:"access_token"`
	}
	err = h.call(ctx, http.MethodPost, path, "", map[string]any{
		"nonce": offer.Nonce, "username": localpart, "password": password, "admin": admin,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	}, &made)
	return made.UserID, made.AccessToken, err
}

// Devices returns the ids of an account's devices. It logs in for this, and logs out
// again; that device is left out. It ends the test on an error.
func (h *Homeserver) Devices(t testing.TB, account Account) []id.DeviceID {
	t.Helper()
	devices, err := h.devices(t.Context(), account)
	if err != nil {
		t.Fatalf("list the devices of %s: %v", account.UserID, err)
	}
	return devices
}

func (h *Homeserver) devices(ctx context.Context, account Account) ([]id.DeviceID, error) {
	client, err := h.loggedIn(ctx, account)
	if err != nil {
		return nil, err
	}
	list, err := client.GetDevicesInfo(ctx)
	if err != nil {
		return nil, err
	}
	var devices []id.DeviceID
	for _, device := range list.Devices {
		if device.DeviceID != client.DeviceID {
			devices = append(devices, device.DeviceID)
		}
	}
	_, err = client.Logout(ctx)
	return devices, err
}

func passwordLogin(account Account) *mautrix.ReqLogin {
	return &mautrix.ReqLogin{
		Type:             mautrix.AuthTypePassword,
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(account.UserID)},
		Password:         account.Password,
		StoreCredentials: true,
	}
}

// call sends a request to the homeserver with the JSON of in, unless that is nil, and
// with the access token token unless that is empty. It decodes the JSON of the answer
// into the variable that out points to, unless out is nil. The error names a status
// other than 200.
func (h *Homeserver) call(ctx context.Context, method, path, token string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, h.URL+path, &body)
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var problem bytes.Buffer
		_, _ = problem.ReadFrom(resp.Body) // only for the error message
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, problem.String())
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
