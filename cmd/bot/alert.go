package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"heraut/alert"
	"heraut/health"
)

// Alert is the section alert of the configuration: the ways besides Matrix by which
// operators learn of troubles, and after how long.
type Alert struct {
	// After is how long a trouble lasts before it is told.
	After time.Duration `yaml:"after"`
	Mail  AlertMail     `yaml:"mail"`
	// Webhook is off if it has no address.
	Webhook AlertWebhook `yaml:"webhook"`
	// Command is a program and its arguments; empty: none.
	Command []string `yaml:"command"`
}

// AlertMail is the configuration of alerts by mail: an SMTP server, the sender and the
// recipients. An empty To means no alerts by mail.
type AlertMail struct {
	Server string `yaml:"server"` // host:port
	TLS    string `yaml:"tls"`    // starttls, tls or none
	User   string `yaml:"user"`
	// PasswordFile holds User's password.
	PasswordFile string   `yaml:"password_file"`
	From         string   `yaml:"from"`
	To           []string `yaml:"to"`
}

// AlertWebhook is the configuration of alerts by HTTP: the address that gets them, and
// in which form.
type AlertWebhook struct {
	Kind string `yaml:"kind"` // one of alert.Kinds
	URL  string `yaml:"url"`
	// URLFile holds the address, if that is a secret.
	URLFile string `yaml:"url_file"`
	// TokenFile holds a bearer token.
	TokenFile string `yaml:"token_file"`
}

// checkAlert records in r the faults of a, the configuration's section alert, and
// resolves the file paths in a, which are relative to the configuration file.
func (r *reader) checkAlert(a *Alert) {
	r.atLeast("alert.after", a.After, 0)
	if m := &a.Mail; len(m.To) > 0 || m.Server != "" {
		oneOf(r, "alert.mail.tls", m.TLS, "starttls", "tls", "none")
		if host, port, err := net.SplitHostPort(m.Server); err != nil || host == "" || port == "" {
			r.fault("alert.mail.server", "le serveur d’envoi et son port sont attendus, par exemple smtp.example.org:587")
		}
		if len(m.To) == 0 {
			r.fault("alert.mail.to", "au moins une adresse est attendue, par exemple [exploitation@example.org]")
		}
		for i, address := range append([]string{m.From}, m.To...) {
			if _, err := mail.ParseAddress(address); err != nil {
				at := "alert.mail.from"
				if i > 0 {
					at = item("alert.mail.to", i-1)
				}
				r.fault(at, fmt.Sprintf("« %s » n’est pas une adresse mail", address))
			}
		}
		m.PasswordFile = r.oneLineFile("alert.mail.password_file", m.PasswordFile)
		if (m.User == "") != (m.PasswordFile == "") {
			r.fault("alert.mail.user", "user et password_file vont ensemble : donnez les deux, ou aucun")
		}
	}
	w := &a.Webhook
	if w.URL != "" && w.URLFile != "" {
		r.fault("alert.webhook.url", "l’adresse est donnée deux fois ; gardez url ou url_file")
	}
	w.URLFile = r.oneLineFile("alert.webhook.url_file", w.URLFile)
	w.TokenFile = r.oneLineFile("alert.webhook.token_file", w.TokenFile)
	oneOf(r, "alert.webhook.kind", w.Kind, alert.Kinds...)
	if w.URL != "" {
		if u, err := url.Parse(w.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			r.fault("alert.webhook.url", "une adresse http ou https est attendue")
		}
	}
	if len(a.Command) > 0 {
		a.Command[0] = r.path("alert.command", a.Command[0])
		if info, err := os.Stat(a.Command[0]); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			r.fault("alert.command", fmt.Sprintf("« %s » n’est pas un programme qui puisse être lancé", a.Command[0]))
		}
	}
}

// oneLineFile returns the path file, which may be relative to the configuration file,
// in a form that can be opened from the working directory; "" if file is empty. If the
// file cannot be read or does not hold exactly one line, it records a fault at path,
// the key in the configuration.
func (r *reader) oneLineFile(path, file string) string {
	if file == "" {
		return ""
	}
	file = r.path(path, file)
	if _, err := readLine(file); err != nil {
		r.fault(path, fmt.Sprintf("ce fichier ne donne pas une ligne (%v)", err))
	}
	return file
}

// readLine returns the content of a file that must be exactly one line, without the
// line end. The error means that the file cannot be read, is empty or has several
// lines.
func readLine(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	line := strings.TrimRight(string(data), "\r\n")
	if line == "" || strings.ContainsAny(line, "\r\n") {
		return "", fmt.Errorf("%s: one line is expected", file)
	}
	return line, nil
}

// alertChannels returns the channels for alerts that the configuration sets up; none if
// it sets up none. It reads their secrets from files. The error means that such a file
// cannot be read or is not one line; do not use the channels then.
func alertChannels(config *Config) (channels []alert.Channel, err error) {
	read := func(file string) string {
		if file == "" {
			return ""
		}
		line, lineErr := readLine(file)
		err = errors.Join(err, lineErr)
		return line
	}
	if m := config.Alert.Mail; len(m.To) > 0 {
		channels = append(channels, &alert.Mail{
			Server: m.Server, TLS: m.TLS, User: m.User, Password: read(m.PasswordFile), From: m.From, To: m.To, Authorities: config.Network.CAFile.pool,
		})
	}
	if w := config.Alert.Webhook; w.URL != "" || w.URLFile != "" {
		address := w.URL + read(w.URLFile)
		channels = append(channels, alert.NewWebhook(alert.Webhook{Kind: w.Kind, URL: address, Token: read(w.TokenFile), HTTP: &http.Client{Transport: config.transport()}}))
	}
	if c := config.Alert.Command; len(c) > 0 {
		channels = append(channels, alert.Command(c))
	}
	return channels, err
}

// newAlarm returns the Alarm that sends the monitor's troubles to the operators,
// through the configured channels, once its Run is called. The error means that a file
// with a secret cannot be read.
func newAlarm(config *Config, monitor *health.Monitor, log zerolog.Logger) (*alert.Alarm, error) {
	channels, err := alertChannels(config)
	if err != nil {
		return nil, err
	}
	return alert.New(alert.Options{
		Channels: channels, Monitor: monitor, After: config.Alert.After, Files: alertFiles(config.State),
		Bot: config.Matrix.User, Host: hostName(), Log: log,
	}), nil
}

// alertFiles returns the paths of the files that remember which alerts were sent. The
// first is in state, the state directory. The second, for times when the state
// directory cannot be written, is in systemd's RuntimeDirectory, if there is one.
func alertFiles(state string) []string {
	files := []string{filepath.Join(state, "alerts.json")}
	if dir, _, _ := strings.Cut(os.Getenv("RUNTIME_DIRECTORY"), ":"); dir != "" {
		files = append(files, filepath.Join(dir, "alerts.json"))
	}
	return files
}

// hostName returns the name of this machine; «cette machine» if the system does not say
// it.
func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "cette machine"
	}
	return host
}

// alertCommand holds the subcommands of «bot alert», such as «bot alert test».
type alertCommand struct {
	Test alertTestCommand `cmd:"" help:"Envoie une alerte d’essai par chaque voie configurée."`
}

type alertTestCommand struct{ configured }

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (alertTestCommand) Help() string {
	return `
Envoie un message d’essai par chaque voie de la section alert de la configuration : mail, webhook,
commande. Une ligne pour chacune : envoyée, ou ce qui ne va pas. Le robot peut fonctionner en même
temps.
État de sortie : 0 si tout est parti, 1 sinon, 2 la configuration est fausse ou n’a aucune voie.`
}

var errNoChannel = errors.New("la section alert ne donne aucune voie : renseignez alert.mail, alert.webhook ou alert.command")

// Run sends a test message through each configured channel for alerts, in 30 seconds at
// most for each, and prints for each whether it was sent. The error means that the
// configuration is wrong or has no channel, that a secret cannot be read, or, already
// printed, that a channel failed.
func (c alertTestCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	channels, err := alertChannels(config)
	if err != nil {
		return err
	}
	if len(channels) == 0 {
		return &operatorError{statusUsage, errNoChannel.Error(), errNoChannel}
	}
	var failed error
	for _, channel := range channels {
		err := sendTest(ctx, channel, config)
		if err != nil {
			fmt.Fprintf(std.out, "%s : rien n’est parti (%v)\n", channel.Name(), err)
			failed = errors.Join(failed, err)
			continue
		}
		fmt.Fprintf(std.out, "%s : envoyée\n", channel.Name())
	}
	if failed != nil {
		return reported{failed}
	}
	return nil
}

func sendTest(ctx context.Context, channel alert.Channel, config *Config) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return channel.Send(ctx, alert.TestMessage(config.Matrix.User, hostName(), time.Now().In(config.Timezone)))
}
