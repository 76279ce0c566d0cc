package alert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
)

// Mail is a Channel that sends each message by mail, through an SMTP server. A TLS that
// is neither tls nor none counts as starttls.
type Mail struct {
	Server string // host:port
	// TLS is starttls, tls (from the first byte, port 465) or none.
	TLS            string
	User, Password string // empty: no authentication
	From           string
	To             []string
	// Authorities are trusted beside the system's; nil: none.
	Authorities *x509.CertPool
}

// Name returns the channel's name for logs, in French: «mail à» and the recipients.
func (m *Mail) Name() string { return "mail à " + strings.Join(m.To, ", ") }

// Send mails a message to all recipients. The error says which of the sender, the
// recipients and the server's address is wrong, or why the server did not take the
// mail.
func (m *Mail) Send(ctx context.Context, message Message) error {
	letter := mail.NewMsg()
	if err := letter.From(m.From); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := letter.To(m.To...); err != nil {
		return fmt.Errorf("recipients: %w", err)
	}
	letter.Subject("[Héraut] " + message.Title())
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	letter.SetDate()
	letter.SetMessageID()
	letter.SetBodyString(mail.TypeTextPlain, message.Text()+"\n")
	client, err := m.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		return fmt.Errorf("send a mail through %s: %w", m.Server, err)
	}
	return nil
}

func (m *Mail) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, fmt.Errorf("SMTP server: %w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("SMTP server: %w", err)
	}
	options := []mail.Option{
		mail.WithPort(number), mail.WithTimeout(sendWithin),
		mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: m.Authorities, MinVersion: tls.VersionTLS12}),
	}
	switch m.TLS {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("SMTP server: %w", err)
	}
	return client, nil
}
