package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"heraut/chat"
)

const (
	// maxReading bounds the requests whose bodies are in memory at the same time.
	maxReading = 32
	// burst times PerMinute is the number of requests that a hook accepts in a
	// minute; later ones are told to wait.
	burst = 10
	// onceWithin is how long the store remembers a delivery's key.
	onceWithin = 24 * time.Hour
)

// usage is the answer to GET, for any address.
const usage = `POST a message here: JSON {"text": "…"}, a form payload=…, plain text or Markdown,
or the webhook of Slack, Mattermost, Alertmanager, Grafana, GitHub, GitLab and others.

    curl -d '{"text":"It works"}' ADDRESS

The answer is 200 "ok" once the message is stored.

Publiez ici un message : du JSON {"text": "…"}, un formulaire payload=…, du texte ou du Markdown,
ou le webhook de Slack, Mattermost, Alertmanager, Grafana, GitHub, GitLab et d’autres.
`

// Handler returns the HTTP handler for tools' requests (POST), at the path /h/ followed
// by a hook's secret. A GET there answers with the usage, whatever the secret. Any
// other path or method gets status 404.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /h/{secret}", s.post)
	mux.HandleFunc("GET /h/{secret}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, usage)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusNotFound, notFound) })
	return mux
}

const notFound = "no hook answers here\n"

func answer(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the sender is gone, so nobody can be told
}

// post answers a tool's HTTP request: it checks the secret, the limits, the body and
// the signature, stores a delivery, unless it repeats one, and wakes Run. It counts the
// outcome in s.counts, but only logs an error of the store, after which the sender gets
// status 503. It never logs the request's address or body.
func (s *Service) post(w http.ResponseWriter, r *http.Request) {
	h, ok := s.lookUp(r.PathValue("secret"))
	if !ok {
		s.counts.Unknown.Add(1)
		answer(w, http.StatusNotFound, notFound)
		return
	}
	now := s.Now()
	if wait := s.limits.take(h.ID, now); wait > 0 {
		s.later(w, wait, tooFast)
		return
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	default:
		s.later(w, time.Second, "many requests are being read: try again")
		return
	}
	body, ok := s.readBody(w, r, h)
	if !ok {
		return
	}
	d := Delivery{Hook: h.ID, Body: body, At: now}
	switch fresh, err := s.accept(r.Context(), d, deliveryKey(r.Header)); {
	case errors.Is(err, ErrFull):
		s.later(w, time.Minute, fmt.Sprintf("this hook is full for now: %d messages wait to be posted", MaxWaiting))
		return
	case errors.Is(err, chat.ErrNotFound): // removed since the look-up
		s.counts.Unknown.Add(1)
		answer(w, http.StatusNotFound, notFound)
		return
	case err != nil:
		s.Log.Error().Err(err).Int64("hook", h.ID).Msg("A request could not be stored")
		w.Header().Set("Retry-After", "10")
		answer(w, http.StatusServiceUnavailable, "the message could not be stored: try again\n")
		return
	case !fresh:
		s.counts.Repeated.Add(1)
	}
	s.counts.Accepted.Add(1)
	answer(w, http.StatusOK, "ok")
	s.wake.Set()
}

// readBody returns the body of the request r to the hook h. If the body is too large,
// compressed, unreadable or not signed as h demands, readBody answers the request,
// counts the refusal in s.counts and returns false.
func (s *Service) readBody(w http.ResponseWriter, r *http.Request, h Hook) (body Body, ok bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		s.counts.TooLarge.Add(1)
		answer(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes\n", s.MaxBody))
		return body, false
	} else if err != nil {
		s.counts.Unreadable.Add(1)
		answer(w, http.StatusBadRequest, "the body did not arrive whole\n")
		return body, false
	}
	if h.Signing != "" && !signed(r.Header, data, h.Signing) {
		s.counts.Unsigned.Add(1)
		answer(w, http.StatusForbidden, "the signature is missing or wrong\n")
		return body, false
	}
	body = BodyOf(r.Header, data)
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		s.counts.Unreadable.Add(1)
		answer(w, http.StatusBadRequest, "the body is compressed: send it as it is\n")
		return body, false
	}
	if err := Check(body); err != nil {
		s.counts.Unreadable.Add(1)
		answer(w, http.StatusBadRequest, err.Error()+"\n")
		return body, false
	}
	return body, true
}

// accept stores a delivery and the time of the hook's last use. If key is not empty,
// and the hook took in a delivery with the same key within onceWithin (a day), accept
// stores nothing and fresh is false. The error is ErrFull if too many deliveries wait
// for the hook, chat.ErrNotFound if it was deleted, or that of the store.
func (s *Service) accept(ctx context.Context, d Delivery, key string) (fresh bool, err error) {
	err = s.Store.Do(ctx, func(ctx context.Context) error {
		var err error
		fresh, err = s.Store.AddDelivery(ctx, d, key, d.At.Add(-onceWithin))
		if err != nil || !fresh {
			return err
		}
		return s.Store.UseHook(ctx, d.Hook, d.At)
	})
	return fresh, err
}

// tooFast is the answer to a sender of too many requests in a minute.
const tooFast = "too many requests"

// later answers a request with status 429 and the text why, and counts it in s.counts.
// The header Retry-After asks the sender to wait that long, in whole seconds.
func (s *Service) later(w http.ResponseWriter, wait time.Duration, why string) {
	s.counts.Limited.Add(1)
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(wait.Round(time.Second)/time.Second))))
	answer(w, http.StatusTooManyRequests, why+"\n")
}

// deliveryKey returns the key that the sender of a request gives it in the headers h: a
// sender that gets no answer sends the request again with the same key, by which the
// bot recognises a repetition. The result is empty if the headers have no key, or only
// one of more than 200 bytes.
func deliveryKey(h http.Header) string {
	for _, name := range []string{
		"Idempotency-Key", "X-Github-Delivery", "X-Gitea-Delivery", "X-Forgejo-Delivery", "X-Gogs-Delivery",
		"X-Gitlab-Event-Uuid", "Webhook-Id", "X-Amz-Sns-Message-Id", "X-Atlassian-Webhook-Identifier",
	} {
		if key := h.Get(name); key != "" && len(key) <= 200 {
			return name + " " + key
		}
	}
	return ""
}

// signed reports whether a request carries a valid signature or token for the signing
// secret. It accepts GitHub's, Gitea's and Sentry's signature (HMAC-SHA256 of the
// body), GitLab's token, and that of standardwebhooks.com.
func signed(h http.Header, data []byte, secret string) bool {
	key := []byte(secret)
	if encoded, isEncoded := strings.CutPrefix(secret, "whsec_"); isEncoded { // standardwebhooks.com
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			key = decoded
		}
	}
	mac := func(parts ...[]byte) []byte {
		m := hmac.New(sha256.New, key)
		for _, p := range parts {
			m.Write(p)
		}
		return m.Sum(nil)
	}
	if token := h.Get("X-Gitlab-Token"); token != "" {
		return hmac.Equal([]byte(token), []byte(secret))
	}
	for _, name := range []string{"X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature", "Sentry-Hook-Signature", "X-Hub-Signature"} {
		given, err := hex.DecodeString(strings.TrimPrefix(h.Get(name), "sha256="))
		if err == nil && len(given) == sha256.Size {
			return hmac.Equal(given, mac(data))
		}
	}
	for given := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(given, "v1,"))
		if err == nil && hmac.Equal(sum, mac([]byte(h.Get("Webhook-Id")+"."+h.Get("Webhook-Timestamp")+"."), data)) {
			return true
		}
	}
	return false
}

// Serve accepts tools' HTTP requests on the listener until ctx ends; then it lets
// running requests finish for up to three seconds and returns nil. An error means that
// the listener failed.
func (s *Service) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	// Shutdown lets running requests finish, so that senders learn what the bot
	// stored.
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(listener)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve webhooks: %w", err)
}

// limiter counts the requests of each hook in the current minute, to refuse those
// beyond a number, its field most.
type limiter struct {
	most int

	mu    sync.Mutex
	hooks map[int64]*minute
}

type minute struct {
	began time.Time
	n     int
}

func newLimiter(most int) *limiter { return &limiter{most: most, hooks: map[int64]*minute{}} }

// take counts a request, made at the time now, to the hook with that id, and returns 0.
// If the hook had too many requests in this minute, take counts nothing and returns how
// long the sender has to wait.
func (l *limiter) take(hook int64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.hooks[hook]
	if m == nil || now.Sub(m.began) >= time.Minute || now.Before(m.began) {
		m = &minute{began: now}
		l.hooks[hook] = m
	}
	if m.n >= l.most {
		return m.began.Add(time.Minute).Sub(now)
	}
	m.n++
	return 0
}
