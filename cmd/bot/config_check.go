package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"heraut/fetch"
	"heraut/rooms"
)

// check records in r the faults of all values of the configuration c. It resolves the
// file paths in c, reads secrets and languages, and fills values that derive from
// others.
func (r *reader) check(c *Config) {
	oneOf(r, "preset", c.Preset, PresetMatrix, PresetTchap)
	r.oneLine("about.run_by", c.About.RunBy, "dites qui exploite le robot, par exemple \"DINUM\"")
	r.oneLine("about.contact", c.About.Contact, "dites à qui écrire, par exemple \"floss@example.org\"")
	r.checkMatrix(&c.Matrix, c)
	r.checkLanguages(c)
	r.checkPrefix("prefix", c.Prefix)
	if links, err := parseBase(c.Links); err != nil {
		r.fault("links", err.Error())
	} else {
		c.Links = links.String()
	}
	r.checkPeople(c)
	r.atLeast("answer_within", c.AnswerWithin, time.Second)
	r.checkPace(c)
	r.checkFetch(c)
	r.checkNetwork(&c.Network)
	r.checkListen("http.listen", c.HTTP.Listen)
	r.checkPprof(c.HTTP)
	r.checkWebhooks(&c.Webhooks)
	oneOf(r, "log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf(r, "log.format", c.Log.Format, "console", "json")
	r.checkAlert(&c.Alert)
	r.place("catalogue.sill.url", &c.Catalogue.SILL.URL)
	r.atLeast("catalogue.sill.every", c.Catalogue.SILL.Every, time.Second)
	r.checkCatalogues(c)
	c.State = r.path("state", c.State)
	if c.Matrix.RecoveryKeyFile == "" {
		c.Matrix.RecoveryKeyFile = filepath.Join(c.State, "recovery-key")
	} else {
		c.Matrix.RecoveryKeyFile = r.path("matrix.recovery_key_file", c.Matrix.RecoveryKeyFile)
	}
	r.checkQuiet(c.Quiet)
	r.checkSources(c)
	r.checkVisio(c)
	r.checkRooms(c)
	r.checkRelays(c)
	r.checkQuestions(&c.Questions)
	r.checkHowTo(c.HowTo)
}

// checkPeople records in r the faults of the accounts and servers that the
// configuration c names: operators, other bots, and the servers that may invite the
// bot.
func (r *reader) checkPeople(c *Config) {
	for i, user := range c.Operators {
		if !validUser(string(user)) {
			r.fault(item("operators", i), fmt.Sprintf("« %s » n’est pas un identifiant complet ; écrivez par exemple \"@camille:example.org\"", user))
		}
	}
	for i, bot := range c.Bots {
		if !strings.HasPrefix(bot.text, "@") && !strings.HasPrefix(bot.text, "*") {
			r.fault(item("bots", i), fmt.Sprintf("« %s » ne peut désigner aucun compte ; commencez par @, par exemple \"@bot-*\"", bot))
		}
	}
	for i, server := range c.Invitations.Servers {
		if !serverName.MatchString(strings.ReplaceAll(server.text, "*", "x")) {
			r.fault(item("invitations.servers", i), fmt.Sprintf("« %s » n’est pas un nom de serveur ; écrivez par exemple example.org ou \"*.example.org\"", server))
		}
	}
}

func (r *reader) checkPace(c *Config) {
	if !(c.Pace.PerSecond >= 0 && c.Pace.PerSecond <= 1000) {
		r.fault("pace.per_second", "un nombre de 0 (sans limite) à 1000 est attendu")
	}
	if c.Pace.Burst < 1 || c.Pace.Burst > 1000 {
		r.fault("pace.burst", "un nombre de 1 à 1000 est attendu")
	}
}

func (r *reader) checkFetch(c *Config) {
	for i, host := range c.Fetch.AllowPrivate {
		if _, err := fetch.NewGuard([]string{host}); err != nil {
			r.fault(item("fetch.allow_private", i), fmt.Sprintf("« %s » n’est ni un nom d’hôte (forge.example.org), ni une adresse (10.1.2.3), ni un réseau (10.1.0.0/16)", host))
		}
	}
	if c.Fetch.FeedMaxMiB < 1 || c.Fetch.FeedMaxMiB > 64 {
		r.fault("fetch.feed_max_mib", "un nombre de 1 à 64 est attendu")
	}
}

func (r *reader) checkMatrix(m *Matrix, c *Config) {
	if m.Homeserver == nil {
		r.fault("matrix.homeserver", "donnez l’adresse du serveur, par exemple https://matrix.example.org")
	}
	if m.User == "" {
		r.fault("matrix.user", "donnez le compte du robot, par exemple \"@heraut:example.org\"")
	} else if login, err := loginName(m.User); err != nil {
		r.fault("matrix.user", err.Error())
	} else {
		if !strings.HasPrefix(m.User, "@") && strings.Contains(m.User, "@") {
			r.remark("matrix.user", fmt.Sprintf("l’adresse « %s » désigne le compte « %s » ; si Tchap en a créé un autre (un chiffre peut suivre), écrivez son identifiant complet", m.User, login))
		}
		if m.Mailbox == "" && login != m.User && !strings.HasPrefix(m.User, "@") && strings.Contains(m.User, "@") {
			m.Mailbox = m.User
		}
		m.User = login
	}
	if m.AccountSince != "" {
		if _, err := time.Parse(time.DateOnly, m.AccountSince); err != nil {
			r.fault("matrix.account_since", fmt.Sprintf("« %s » n’est pas une date ; écrivez par exemple 2026-03-01", m.AccountSince))
		}
	}
	r.checkAvatar(m)
	if m.Password != "" && m.PasswordFile != "" {
		r.fault("matrix.password", "le mot de passe est donné deux fois ; gardez password ou password_file")
	}
	if m.PasswordFile != "" {
		m.PasswordFile = r.path("matrix.password_file", m.PasswordFile)
	}
	if m.TokenFile != "" {
		m.TokenFile = r.path("matrix.token_file", m.TokenFile)
		if _, err := readLine(m.TokenFile); err != nil {
			r.remark("matrix.token_file", fmt.Sprintf("ce fichier ne donne pas un jeton, seul, sur une ligne (%v) ; il ne sert qu’au premier démarrage", err))
		}
	}
	if password := r.env("HERAUT_MATRIX_PASSWORD"); password != "" {
		m.Password = Secret(password)
	} else if m.PasswordFile != "" {
		m.Password = r.secret("matrix.password_file", m.PasswordFile)
	}
	if key := r.env("HERAUT_MATRIX_RECOVERY_KEY"); key != "" {
		m.RecoveryKey = Secret(key)
	}
}

// secret returns the password in a file, without the line end. path is the
// configuration's key for the file. If the file cannot be read, secret returns "" and
// records only a remark, since the bot needs the password at the first login alone. An
// empty file, or one with several lines, is a fault.
func (r *reader) secret(path, file string) Secret {
	data, err := os.ReadFile(file)
	if err != nil {
		r.remark(path, fmt.Sprintf("ce fichier ne se lit pas (%v) ; il ne sert qu’à la première connexion", err))
		return ""
	}
	s := strings.TrimRight(string(data), "\r\n")
	switch {
	case s == "":
		r.fault(path, "ce fichier est vide ; écrivez-y le mot de passe, seul, sur une ligne")
	case strings.ContainsAny(s, "\r\n"):
		r.fault(path, "ce fichier a plusieurs lignes ; laissez-y le mot de passe, seul, sur une ligne")
	}
	return Secret(s)
}

func (r *reader) checkPrefix(path, prefix string) {
	switch {
	case strings.HasPrefix(prefix, "/"):
		r.fault(path, "les messageries gardent « / » pour leurs propres commandes ; prenez par exemple \"!\"")
	case !rooms.ValidPrefix(prefix):
		r.fault(path, fmt.Sprintf("« %s » : un ou deux signes de ponctuation sont attendus, par exemple \"!\"", prefix))
	}
}

func (r *reader) checkListen(path, listen string) {
	if listen == "" {
		return
	}
	_, port, err := net.SplitHostPort(listen)
	n, errPort := strconv.Atoi(port)
	if err != nil || errPort != nil || n < 0 || n > 65535 {
		r.fault(path, fmt.Sprintf("« %s » : une adresse et un port sont attendus, par exemple 127.0.0.1:8480, ou \"\" pour ne rien ouvrir", listen))
	}
}

// checkPprof records a fault if h.Pprof is on and h.Listen is not an address of this
// machine alone (loopback): profiles show the bot's memory.
func (r *reader) checkPprof(h HTTP) {
	if !h.Pprof {
		return
	}
	host, _, err := net.SplitHostPort(h.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		r.fault("http.pprof", "les profils montrent la mémoire du robot ; ne les ouvrez que si http.listen est sur cette machine, par exemple 127.0.0.1:8480")
	}
}

// oneLine checks a required value that must be one line, such as one that goes into an
// HTTP header. It records a fault at path if value has control characters such as a
// line break or if it is blank; for a blank one, missing is the end of the fault's
// sentence.
func (r *reader) oneLine(path, value, missing string) {
	switch {
	case strings.TrimSpace(value) == "":
		r.fault(path, "cette valeur est obligatoire ; "+missing)
	case strings.ContainsFunc(value, unicode.IsControl):
		r.fault(path, "une seule ligne est attendue, sans caractère de contrôle")
	}
}

func (r *reader) atLeast(path string, d, least time.Duration) {
	if d < least {
		r.fault(path, fmt.Sprintf("la durée est trop courte ; %v au moins", least))
	}
}

func oneOf[T ~string](r *reader, path string, value T, allowed ...T) {
	if slices.Contains(allowed, value) {
		return
	}
	words, last := make([]string, len(allowed)), len(allowed)-1
	for i, a := range allowed {
		words[i] = string(a)
	}
	r.fault(path, fmt.Sprintf("%s n’est pas possible ; choisissez %s ou %s", said(value), strings.Join(words[:last], ", "), words[last]))
}

// said returns a value between French quotation marks for a message; «une valeur vide»,
// without marks, for an empty value.
func said[T ~string](value T) string {
	if value == "" {
		return "une valeur vide"
	}
	return fmt.Sprintf("« %s »", value)
}

// parseBase parses an http or https address, and removes slashes at its end so that
// paths can be appended. The error is a French sentence for the operator: the address
// is wrong, has no scheme, or has a user, a query or a fragment.
func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || !webURL(u) && strings.Contains(s, "://"):
		return nil, fmt.Errorf("« %s » n’est pas une adresse ; écrivez par exemple https://matrix.example.org", s)
	case !webURL(u):
		return nil, fmt.Errorf("« %s » n’est pas une adresse complète ; commencez par https://", s)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("« %s » : retirez de l’adresse ce qui n’est pas le serveur et le chemin", s)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

// webURL reports whether u is an absolute http or https address with a host.
func webURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Opaque == ""
}

// maxAvatar bounds the account's picture, in bytes.
const maxAvatar = 1 << 20

// checkAvatar resolves the path m.Avatar of the account's picture, and records a fault
// if the file cannot be read, is no image or is larger than maxAvatar. It does nothing
// without a picture.
func (r *reader) checkAvatar(m *Matrix) {
	if m.Avatar == "" {
		return
	}
	m.Avatar = r.path("matrix.avatar", m.Avatar)
	image, err := os.ReadFile(m.Avatar)
	switch {
	case err != nil:
		r.fault("matrix.avatar", fmt.Sprintf("ce fichier ne se lit pas : %v", err))
	case len(image) > maxAvatar || !strings.HasPrefix(http.DetectContentType(image), "image/"):
		r.fault("matrix.avatar", "une image PNG ou JPEG de 1 Mio au plus est attendue")
	}
}

// path returns value, a file path relative to the configuration file or absolute, as
// one that can be opened. If value is blank, it returns "" and records a fault at the
// configuration's key path.
func (r *reader) path(path, value string) string {
	if strings.TrimSpace(value) == "" {
		r.fault(path, "un chemin est attendu")
		return ""
	}
	return r.near(value)
}

// place checks the value at the configuration's key path, a web address or a file path.
// It records a fault for a wrong address or a blank value, and resolves a path relative
// to the configuration file in place; an address and file:///… stay as they are.
func (r *reader) place(path string, value *string) {
	switch {
	case strings.HasPrefix(*value, "file:///"):
	case strings.Contains(*value, "://"):
		r.webAddress(path, *value)
	default:
		*value = r.path(path, *value)
	}
}

func (r *reader) webAddress(path, value string) {
	if u, err := url.Parse(value); err != nil || !webURL(u) {
		r.fault(path, fmt.Sprintf("« %s » : une adresse http ou https complète est attendue, par exemple https://code.gouv.fr/feed/feed.xml", value))
	}
}

func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
