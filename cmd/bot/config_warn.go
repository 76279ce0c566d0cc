package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// warn records in r remarks about values of the configuration c that are allowed but
// probably a mistake: values of the example, the address of a web client, secrets that
// others may read, missing files. root is the syntax tree of the file.
func (r *reader) warn(root ast.Node, c *Config) {
	r.warnExample(root)
	r.warnWebClient(c)
	r.warnSecrets(c)
	r.warnMissingFiles(c)
}

// encoding records in r a fault if data, the configuration file, is in UTF-16 or has
// zero bytes, and otherwise a remark for the first line that is not UTF-8.
func (r *reader) encoding(data []byte) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) || bytes.IndexByte(data, 0) >= 0 {
		r.faults = append(r.faults, Remark{r.file, 1, "ce fichier n’est pas en UTF-8, mais sans doute en UTF-16 ; enregistrez-le en UTF-8, par exemple par : iconv -f UTF-16 -t UTF-8 " + r.file + " -o " + r.file + ".utf8"})
		return
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			r.remarks = append(r.remarks, Remark{r.file, i + 1, "cette ligne n’est pas en UTF-8, et ses accents seront perdus ; enregistrez le fichier en UTF-8, par exemple par : iconv -f WINDOWS-1252 -t UTF-8 " + r.file + " -o " + r.file + ".utf8"})
			return
		}
	}
}

// exampleValues are the values of config.example.yaml that no operator may leave in
// place. Whoever needs such an address in a test writes another one under example.org.
var exampleValues = []string{
	"Direction de l’exemple", "robot@example.org", "https://matrix.example.org", "@heraut:example.org", "@camille:example.org",
	"example.org", "forge.example.org", "#bluehats:example.org", "#experts:example.org",
}

// warnExample records in r a remark for each value in root, the file's syntax tree,
// that comes from config.example.yaml and that the operator should have replaced, such
// as robot@example.org.
func (r *reader) warnExample(root ast.Node) {
	ast.Walk(scalars(func(n ast.ScalarNode) {
		if value := text(n); slices.Contains(exampleValues, value) {
			r.remarks = append(r.remarks, Remark{r.file, line(n, 0), fmt.Sprintf("« %s » vient de l’exemple ; mettez votre valeur, ou retirez cette ligne", value)})
		}
	}), root)
}

// scalars is a visitor for ast.Walk: a function that it calls for each single value in
// a YAML tree, as opposed to mappings and lists.
type scalars func(ast.ScalarNode)

// Visit calls f for the node n if that is a single value; the keys of a mapping are no
// values. ast.Walk calls Visit for each node, and goes on with the visitor that Visit
// returns: f, or nil for an entry of a mapping, whose value Visit has walked already.
func (f scalars) Visit(n ast.Node) ast.Visitor {
	if m, ok := n.(*ast.MappingValueNode); ok { // the key is no value
		if m.Value != nil {
			ast.Walk(f, m.Value)
		}
		return nil
	}
	if s, ok := n.(ast.ScalarNode); ok {
		f(s)
	}
	return f
}

// webClients are hosts that serve a web client rather than the Matrix API.
var webClients = regexp.MustCompile(`^(app|web|client|element|chat|riot|cinny|schildi|fluffy)\.|^(www\.)?tchap\.(gouv\.fr|incubateur\.net)$|^www\.`)

func (r *reader) warnWebClient(c *Config) {
	u := c.Matrix.Homeserver
	if u == nil {
		return
	}
	switch {
	case strings.Contains(u.Path, "/_matrix"):
		r.remark("matrix.homeserver", fmt.Sprintf("retirez le chemin ; l’adresse du serveur s’arrête avant /_matrix : %s://%s", u.Scheme, u.Host))
	case webClients.MatchString(u.Hostname()):
		r.remark("matrix.homeserver", fmt.Sprintf("« %s » semble l’adresse d’un client web ; celle du serveur commence souvent par https://matrix.", u))
	}
}

// warnSecrets records in r a remark for each file with a secret that all accounts of
// the machine may read, among them the configuration file if it holds one.
func (r *reader) warnSecrets(c *Config) {
	if r.file != "" && c.holdsSecret() {
		r.warnReadable("", r.file)
	}
	r.warnReadable("matrix.password_file", c.Matrix.PasswordFile)
	r.warnReadable("matrix.token_file", c.Matrix.TokenFile)
	r.warnReadable("matrix.recovery_key_file", c.Matrix.RecoveryKeyFile)
	r.warnReadable("alert.mail.password_file", c.Alert.Mail.PasswordFile)
	r.warnReadable("alert.webhook.url_file", c.Alert.Webhook.URLFile)
	r.warnReadable("alert.webhook.token_file", c.Alert.Webhook.TokenFile)
	for i := range c.Visio {
		r.warnReadable(item("visio", i)+".client_secret_file", c.Visio[i].ClientSecretFile)
	}
	for i := range c.Webhooks.Hooks {
		r.warnReadable(item("webhooks.hooks", i)+".secret_file", c.Webhooks.Hooks[i].SecretFile)
		r.warnReadable(item("webhooks.hooks", i)+".signing_file", c.Webhooks.Hooks[i].SigningFile)
	}
}

// holdsSecret reports whether the configuration file itself may hold a secret: a
// password, a recovery key, the proxy's password, the signing secret of a webhook, the
// address of alerts, a token in another address or the code of a conference. It
// is also true if the recovery key comes from the environment, or if the password does
// and the configuration names no file for it.
func (c *Config) holdsSecret() bool {
	if c.Matrix.Password != "" && c.Matrix.PasswordFile == "" || c.Matrix.RecoveryKey != "" || c.Network.Proxy.hasPassword() {
		return true
	}
	for _, h := range c.Webhooks.Hooks {
		if h.Signing != "" && h.SigningFile == "" {
			return true
		}
	}
	return slices.ContainsFunc(c.secretTexts(), secretText.holdsSecret)
}

func (r *reader) warnReadable(path, file string) {
	if file == "" {
		return
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o004 == 0 {
		return
	}
	sentence := fmt.Sprintf("ce secret est lisible par tous les comptes de la machine ; lancez : chmod o-rwx %s", quoted(file))
	if path == "" {
		r.remarks = append(r.remarks, Remark{r.file, 0, sentence})
		return
	}
	r.remark(path, sentence)
}

// warnMissingFiles records in r a remark for each catalogue and source of the
// configuration whose file cannot be opened; web addresses are not tried.
func (r *reader) warnMissingFiles(c *Config) {
	r.warnMissing("catalogue.sill.url", c.Catalogue.SILL.URL)
	for i, other := range c.Catalogues {
		r.warnMissing(item("catalogues", i)+".url", other.URL)
	}
	for i, s := range c.Sources {
		if s.URL != c.Catalogue.SILL.URL && s.URL != "" {
			r.warnMissing(item("sources", i)+".url", s.URL)
		}
	}
}

func (r *reader) warnMissing(path, location string) {
	file, isFile := strings.CutPrefix(location, "file://")
	if !isFile && strings.Contains(location, "://") || file == "" {
		return
	}
	f, err := os.Open(file)
	switch {
	case err == nil:
		_ = f.Close()
	case os.IsNotExist(err):
		r.remark(path, fmt.Sprintf("le fichier %s n’existe pas", file))
	case os.IsPermission(err):
		r.remark(path, fmt.Sprintf("le fichier %s n’est pas lisible par ce compte", file))
	default:
		r.remark(path, fmt.Sprintf("le fichier %s ne se lit pas (%v)", file, cause(err)))
	}
}

// cause returns the error inside an error of os.Open, without the path of the file, for
// sentences that name the path already. It returns any other error unchanged.
func cause(err error) error {
	if wrapped, ok := err.(*fs.PathError); ok { //nolint:errorlint // os.Open returns it unwrapped
		return wrapped.Err
	}
	return err
}

// quoted returns a path or another text as one word for a shell; in single quotes, and
// cleaned as a path, if it has characters that the shell might interpret.
func quoted(path string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./@%+=:,-]+$`).MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(filepath.Clean(path), "'", `'\''`) + "'"
}
