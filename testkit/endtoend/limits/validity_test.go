package limits

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	mailpkg "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"heraut/testkit"
)

// TestAccountValidity: on a Synapse with the module of Tchap, the bot's account expires in
// mid-run and before a start. The bot asks for the mail that renews it, waits, and works
// again once the account is renewed.
func TestAccountValidity(t *testing.T) {
	mails, port := receiveMails(t)
	hs := testkit.StartSynapse(t, testkit.SynapseOptions{Validity: &testkit.AccountValidity{SMTPPort: port}})
	person := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, CrossSigned: true})
	for _, moment := range []string{"midrun", "start"} {
		account := hs.Account(t, "bot-"+moment)
		mailbox := "robot-" + moment + "@example.gouv.fr"
		hs.Administer(t, http.MethodPut, "/_synapse/admin/v2/users/"+string(account.UserID), map[string]any{
			"threepids": []map[string]string{{"medium": "email", "address": mailbox}},
		})
		bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Set: map[string]any{"matrix.mailbox": mailbox}})
		room := person.Room(t, testkit.Room{Encrypted: true})
		person.Invite(t, room, account.UserID)
		person.AwaitMember(t, room, account.UserID, "join")
		person.AwaitAnswer(t, room, account.UserID, person.Say(t, room, "!sill gimp"))
		if moment == "start" {
			bot.Stop()
		}
		expires := func(at time.Time) {
			hs.Administer(t, http.MethodPost, "/_synapse/client/email_account_validity/admin", map[string]any{
				"user_id": account.UserID, "expiration_ts": at.UnixMilli(), "enable_renewal_emails": true,
			})
		}
		expires(time.Now().Add(-time.Hour))
		if moment == "start" {
			if err := bot.Launch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		awaitReady(t, bot, http.StatusServiceUnavailable, mailbox)
		command := person.Say(t, room, "!sill vlc")
		awaitMail(t, mails, mailbox)
		expires(time.Now().AddDate(0, 1, 0)) // the page of the link, of 2021, fails on this Synapse
		awaitReady(t, bot, http.StatusOK, "ok")
		answer := person.AwaitAnswer(t, room, account.UserID, command)
		if !strings.Contains(testkit.Body(answer), "VLC") || len(testkit.Answers(person.History(t, room), account.UserID, command)) != 1 {
			t.Errorf("%s: the answer is %q, or is not the only one", moment, testkit.Body(answer))
		}
		for _, text := range []string{"Le compte du robot est expiré", "state=account_expired", "Le compte est renouvelé"} {
			if n := strings.Count(bot.Log(), text); n == 0 || text != "state=account_expired" && n != 1 {
				t.Errorf("%s: the log has %q %d times:\n%s", moment, text, n, bot.Log())
			}
		}
		bot.Stop()
	}
}

// awaitReady waits until /readyz has the status and a text.
func awaitReady(t *testing.T, bot *testkit.Bot, status int, text string) {
	t.Helper()
	said := ""
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		got, body, err := testkit.GetPage(t.Context(), bot.URL+"/readyz", "")
		if err != nil {
			continue
		}
		if said = body; got == status && strings.Contains(said, text) {
			return
		}
	}
	t.Fatalf("/readyz does not say %q: %q", text, said)
}

// awaitMail waits for the mail to an address, with the link that renews the account.
func awaitMail(t *testing.T, mails <-chan mail, to string) {
	t.Helper()
	for end := time.After(time.Minute); ; {
		select {
		case m := <-mails:
			text := decoded(t, m.text)
			link := regexp.MustCompile(`https?://\S+/email_account_validity/renew\?token=[A-Za-z0-9]+`).FindString(text)
			if m.to != to || link == "" {
				continue
			}
			return
		case <-end:
			t.Fatalf("no mail with a link came to %s", to)
		}
	}
}

// decoded returns the texts of a mail's parts, which Synapse encodes in base64.
func decoded(t *testing.T, text string) (all string) {
	t.Helper()
	message, err := mailpkg.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		all += string(content)
	}
}

// mail is one that arrived.
type mail struct{ to, text string }

// receiveMails starts a mail server and returns its port.
func receiveMails(t *testing.T) (<-chan mail, int) {
	t.Helper()
	mails := make(chan mail, 100)
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{mails: mails}, nil }))
	server.Domain = "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return mails, listener.Addr().(*net.TCPAddr).Port
}

// delivery is a session of the mail server.
type delivery struct {
	mails chan<- mail
	to    string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error      { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = to; return nil }
func (d *delivery) Reset()                                    {}
func (d *delivery) Logout() error                             { return nil }
func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err == nil {
		d.mails <- mail{d.to, string(text)}
	}
	return err
}
