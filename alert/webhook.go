package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Kinds lists the values that Webhook.Kind may have: each is a form of request.
var Kinds = []string{"json", "ntfy", "mattermost", "healthchecks"}

// Webhook describes a Channel that sends each message in an HTTP request to an address,
// in the form that its Kind names; an unknown Kind counts as json. NewWebhook makes the
// Channel: a Webhook of the kind healthchecks is none by itself. HTTP must not be nil.
type Webhook struct {
	// Kind is json (the Message), ntfy (text, with its headers), mattermost (also Slack
	// and Rocket.Chat) or healthchecks (healthchecks.io: a sign of life every five
	// minutes, or a failure).
	Kind string
	URL  string // may hold a secret: it is not logged
	// Token goes with each request as a bearer token; empty: none.
	Token string
	HTTP  *http.Client
}

// healthchecks is a Webhook for healthchecks.io and services like it, which raise the
// alarm themselves when signs of life stop. It is a Pinger.
type healthchecks struct{ *Webhook }

// NewWebhook returns the Channel that w describes: a *Webhook, or for the kind
// healthchecks a Channel that is also a Pinger. It does not check w.
func NewWebhook(w Webhook) Channel {
	if w.Kind == "healthchecks" {
		return healthchecks{&w}
	}
	return &w
}

// Name returns the channel's name for logs, in French, with the kind and the host. It
// leaves out the rest of the address, which is often a secret.
func (w *Webhook) Name() string {
	host := ""
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Host
	}
	return "webhook " + w.Kind + " de " + host
}

// Send posts a message to the address, in the form of the webhook's kind. The error
// means that the server cannot be reached, or answers with a status of 300 or more; it
// does not show the address, which may be a secret.
func (w *Webhook) Send(ctx context.Context, m Message) error {
	switch w.Kind {
	case "ntfy":
		priority, tags := "high", "warning"
		if m.Event == End || m.Event == Test {
			priority, tags = "default", "white_check_mark"
		}
		// Headers are ASCII: ntfy decodes RFC 2047.
		return w.post(ctx, w.URL, "text/plain; charset=utf-8", []byte(m.Text()), map[string]string{
			"Title": mime.QEncoding.Encode("utf-8", m.Title()), "Priority": priority, "Tags": tags,
		})
	case "mattermost":
		return w.postJSON(ctx, map[string]any{"text": "**" + m.Title() + "**\n" + m.Text(), "username": "Héraut"})
	}
	return w.postJSON(ctx, m)
}

// Send reports a failure, with the text of m, to the service when a trouble begins or
// lasts, and a sign of life when it ends and for a test. The error means that the
// service cannot be reached, or answers with a status of 300 or more; it does not show
// the address.
func (h healthchecks) Send(ctx context.Context, m Message) error {
	if m.Event == End || m.Event == Test {
		return h.Ping(ctx, nil)
	}
	return h.Ping(ctx, &m)
}

// Ping reports a sign of life to the service if gravest is nil, else a failure with its
// text. The error means that the service cannot be reached, or answers with a status of
// 300 or more; it does not show the address.
func (h healthchecks) Ping(ctx context.Context, gravest *Message) error {
	if gravest == nil {
		return h.post(ctx, h.URL, "text/plain; charset=utf-8", []byte("ok"), nil)
	}
	return h.post(ctx, strings.TrimRight(h.URL, "/")+"/fail", "text/plain; charset=utf-8", []byte(gravest.Text()), nil)
}

func (w *Webhook) postJSON(ctx context.Context, body any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return w.post(ctx, w.URL, "application/json", content, nil)
}

func (w *Webhook) post(ctx context.Context, address, contentType string, body []byte, headers map[string]string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: the address is wrong", w.Name()) // err shows it
	}
	request.Header.Set("Content-Type", contentType)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	if w.Token != "" {
		request.Header.Set("Authorization", "Bearer "+w.Token)
	}
	response, err := w.HTTP.Do(request)
	if err != nil {
		if shown, ok := errors.AsType[*url.Error](err); ok {
			err = shown.Err // without the address
		}
		return fmt.Errorf("%s: %w", w.Name(), err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection can be used again
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s: status %d", w.Name(), response.StatusCode)
	}
	return nil
}
