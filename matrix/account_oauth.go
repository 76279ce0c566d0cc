package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/oauth"

	"heraut/chat"
	"heraut/wait"
)

// Authorization holds what a person needs to let the bot log in (RFC 8628): the page to
// open in a browser that is logged in to the bot's account, and the code to enter there
// until Expires.
type Authorization struct {
	Page string
	Code string
	// Complete is the page with the code in its address; it may be empty.
	Complete string
	Expires  time.Time
}

// pollEvery is how often the homeserver is asked whether the login was allowed, if it
// names no interval (RFC 8628, section 3.2).
const pollEvery = 5 * time.Second

// clientPage describes the bot to the person who allows the login.
const clientPage = "https://code.gouv.fr/"

// LoginWays are the ways in which a homeserver lets the bot log in.
type LoginWays struct{ Password, Browser bool }

// Ways asks the homeserver in which ways the bot can log in: with a password, in a
// browser, or both. The error says that no homeserver can be used at the configured
// address. If only a way cannot be asked for, Password counts as offered and Browser as
// not.
func Ways(ctx context.Context, config Config) (ways LoginWays, err error) {
	c, err := New(config, nil, zerolog.Nop())
	if err != nil {
		return ways, err
	}
	if err := c.checkHomeserver(ctx); err != nil {
		return ways, err
	}
	ways.Password = c.offersPasswords(ctx)
	meta, err := c.mx.OAuthGetServerMetadata(ctx)
	ways.Browser = err == nil && meta != nil && meta.DeviceAuthorizationEndpoint != ""
	return ways, nil
}

// loginInBrowser logs in through a person who allows it in a browser: it passes the page
// and the code to config.Authorize, waits for the person, and stores the session. The
// error wraps ErrNotAuthorized if the person refuses or does nothing in time, and
// ErrNoBrowserLogin if the homeserver offers no such login, does not say, or does not
// register the bot as a client. It is the cause of ctx if ctx ends while it waits; other
// errors are those of keepAuthorized and of the request for the code.
func (c *Client) loginInBrowser(ctx context.Context) error {
	meta, err := c.mx.OAuthGetServerMetadata(ctx)
	if err != nil || meta == nil || meta.DeviceAuthorizationEndpoint == "" {
		return errors.Join(ErrNoBrowserLogin, err)
	}
	registered, err := c.mx.OAuthRegisterClient(ctx, &oauth.ClientMetadata{
		ApplicationType: oauth.ApplicationTypeNative, ClientName: c.config.DeviceName, ClientURI: clientPage,
		GrantTypes:              []oauth.GrantType{oauth.GrantTypeDeviceCode, oauth.GrantTypeRefreshToken},
		TokenEndpointAuthMethod: oauth.AuthMethodNone,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBrowserLogin, err)
	}
	code, err := c.mx.OAuthGenerateDeviceCode(ctx, oauth.GenerateDeviceCodeParams{
		ClientID: registered.ClientID, Scopes: oauth.ScopeList{oauth.ScopeClientAPI, oauth.ScopeDevice(c.mx.DeviceID)},
	})
	if err != nil {
		return fmt.Errorf("ask for a code: %w", err)
	}
	expires := time.Now().Add(code.ExpiresIn.Duration)
	c.config.Authorize(Authorization{Page: code.VerificationURI, Code: code.UserCode, Complete: code.VerificationURIComplete, Expires: expires})
	token, err := c.awaitAuthorization(ctx, registered.ClientID, code, expires)
	if err != nil {
		return err
	}
	return c.keepAuthorized(ctx, registered.ClientID, token)
}

// awaitAuthorization asks the homeserver again and again, at the interval that it
// states, until the person has allowed the login of the OAuth client with the device
// code, and returns the tokens. The error wraps ErrNotAuthorized if they refuse, or do
// nothing before expires, and is the cause of ctx if that ends. It keeps asking while
// the homeserver does not answer.
func (c *Client) awaitAuthorization(ctx context.Context, client string, code *oauth.DeviceCodeResponse, expires time.Time) (*oauth.TokenResponse, error) {
	every := cmp.Or(code.Interval.Duration, pollEvery)
	for time.Now().Before(expires) {
		wait.For(ctx, every)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		token, err := c.mx.OAuthPollDeviceCode(ctx, oauth.PollDeviceCodeParams{ClientID: client, DeviceCode: code.DeviceCode})
		if err == nil {
			return token, nil
		}
		switch answer, status := answered(err); {
		case answer == nil || status >= 500:
			c.log.Debug().Err(err).Msg("Whether the login was allowed could not be asked")
		case answer.ErrCode == "authorization_pending":
		case answer.ErrCode == "slow_down":
			every += pollEvery
		default:
			return nil, fmt.Errorf("%w: %w", ErrNotAuthorized, err)
		}
	}
	return nil, fmt.Errorf("%w: the code expired", ErrNotAuthorized)
}

// keepAuthorized checks that a token is for the bot's account and device, makes the
// client use it, and stores it together with the token that renews it, if there is one.
// client is the id of the bot at the authorization server. The error is one of whoIs, or
// says that the device is another one or the store failed; the client has no token after
// it.
func (c *Client) keepAuthorized(ctx context.Context, client string, token *oauth.TokenResponse) (err error) {
	c.bearer.set(token.AccessToken)
	defer func() {
		if err != nil {
			c.bearer.set("")
		}
	}()
	who, err := c.whoIs(ctx)
	if err != nil {
		return err
	}
	if who.DeviceID != c.mx.DeviceID {
		return fmt.Errorf("log in: the homeserver gave the device %s where %s was asked for", who.DeviceID, c.mx.DeviceID)
	}
	session := chat.OAuth{ClientID: client, RefreshToken: token.RefreshToken, Expires: time.Now().Add(token.ExpiresIn.Duration)}
	if token.RefreshToken == "" {
		session = chat.OAuth{}
	}
	c.refreshWith(session, token.AccessToken)
	return c.keepSession(ctx, who.UserID, token.AccessToken, session)
}

// refreshWith makes the client renew its access token, token, with the refresh token of
// session before it expires, and store and use each new one. Without a refresh token in
// session, which is then not one of OAuth 2.0, nothing is renewed.
func (c *Client) refreshWith(session chat.OAuth, token string) {
	c.mx.SaveNewToken = func(ctx context.Context, refresh, access string, expires time.Time) error {
		ctx = context.WithoutCancel(ctx) // the former refresh token is void
		if err := c.store.SaveCredentials(ctx, chat.UserID(c.mx.UserID), c.mx.DeviceID.String(), access); err != nil {
			return fmt.Errorf("store the refreshed session: %w", err)
		}
		a, err := c.store.Account(ctx)
		if err != nil {
			return err
		}
		a.OAuth = chat.OAuth{ClientID: session.ClientID, RefreshToken: refresh, Expires: expires}
		if err := c.store.SaveAccount(ctx, a); err != nil {
			return err
		}
		c.bearer.set(access)
		return nil
	}
	c.mx.OAuthSetTokens(session.ClientID, session.RefreshToken, token, session.Expires)
	if session.RefreshToken == "" {
		c.mx.AccessToken = "" // bearer alone knows it
	}
}

// isForm reports whether the HTTP request r is one of OAuth 2.0's own, such as the
// renewal of a token, by its content type. These must not carry the access token.
func isForm(r *http.Request) bool {
	return r.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
}
