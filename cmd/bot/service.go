package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rs/zerolog"
	"golang.org/x/term"

	"heraut/health"
	"heraut/matrix"
)

// configured is the part of all commands that read the configuration file: its path.
type configured struct {
	Config string `default:"config.yaml" placeholder:"FICHIER" help:"La configuration ; config.yaml par défaut. Ses chemins partent de son répertoire."`
}

// load reads and checks the configuration, with secrets from the environment env, and
// puts its languages in force for the process. It writes the remarks to w: each is
// about a value that is allowed but probably a mistake. The error is of type Faults.
func (c configured) load(env environment, w io.Writer) (*Config, error) {
	config, remarks, err := loadConfig(c.Config, env)
	for _, remark := range remarks {
		fmt.Fprintln(w, "avertissement :", remark)
	}
	return config, err
}

type checkCommand struct{ configured }

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (checkCommand) Help() string {
	return `
Toutes les fautes sont dites d’un coup, chacune avec le fichier, la ligne et ce qu’il faudrait.
État de sortie : 0 si la configuration est juste, 2 sinon.`
}

// Run checks the configuration file and prints that there are no faults. The error, of
// type Faults, lists the faults; remarks go to standard error.
func (c checkCommand) Run(std stdio, env environment) error {
	if _, err := c.load(env, std.err); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s : la configuration est juste.\n", c.Config)
	return nil
}

type runCommand struct{ configured }

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (runCommand) Help() string {
	return `
Le premier démarrage se connecte avec le mot de passe configuré ; les suivants gardent la même
connexion et le même appareil. SIGTERM ou Ctrl-C l’arrête proprement. SIGHUP relit la configuration
sans l’arrêter ; le journal dit ce qui a changé, ou pourquoi elle n’est pas prise.
État de sortie : 0 arrêté par un signal, 2 la configuration est fausse, 3 le serveur refuse le
compte, 1 tout autre cas.`
}

// Run runs the bot until ctx ends, and reloads the configuration at each SIGHUP. The
// error is Faults for a wrong configuration; any other has been logged already. A stop
// by ctx is none.
func (c runCommand) Run(ctx context.Context, std stdio, env environment) error {
	hangups := make(chan os.Signal, 1) // before anything else: a hangup never ends the process
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	config, remarks, err := loadConfig(c.Config, env)
	if err != nil {
		return err
	}
	log := newLogger(config.Log, std.err)
	logRemarks(log, remarks)
	monitor, notify := health.NewMonitor(log, config.Timezone), notifier{log}
	notify.watchStatus(ctx, monitor)
	monitor.Enter(health.Trouble{State: health.Starting})
	s := &service{
		load:    func() (*Config, []Remark, error) { return loadConfig(c.Config, env) },
		serve:   serve,
		hangups: hangups, monitor: monitor, notify: notify, log: log,
		logger: func(l Log) zerolog.Logger { return newLogger(l, std.err) },
	}
	err = s.run(ctx, config)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // the signal came before the service had started
	}
	return report(log, explained(explainKeyDirectory(config, err)))
}

// logRemarks logs a warning for each remark on the configuration.
func logRemarks(log zerolog.Logger, remarks []Remark) {
	for _, remark := range remarks {
		log.Warn().Str("file", remark.File).Int("line", remark.Line).Str("remark", remark.Text).Msg("The configuration calls for a remark")
	}
}

type loginCommand struct {
	configured
	Browser bool `name:"navigateur" help:"Se connecte par un navigateur, sans mot de passe, là où le serveur le permet."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (loginCommand) Help() string {
	return `
Demande le mot de passe une fois (ou prend celui de la configuration, ou la première ligne de
l’entrée standard si ce n’est pas un terminal), garde la connexion dans le répertoire d’état,
vérifie l’appareil et affiche une fois la clé de récupération : conservez-la.
Là où le serveur n’accepte pas de mot de passe, ou avec --navigateur, affiche une adresse et un code :
ouvrez l’adresse dans un navigateur, connecté au compte du robot, et donnez le code.
État de sortie : 0, 2 la configuration est fausse, 3 le serveur refuse le compte, 1 tout autre cas.`
}

// Run logs the bot in to its account, with a password, which it asks for if none is
// configured, with a token or in a browser, and prints the recovery key, unless the
// configuration gives it. The error, with a French explanation where there is one, says
// why that failed; an error of the login itself has been logged.
func (c loginCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	if err := keyDirectory(config); err != nil {
		return explained(err)
	}
	password, inBrowser := string(config.Matrix.Password), c.Browser
	if password == "" && !inBrowser && config.Matrix.TokenFile == "" {
		// An error shows again, with its remedy, when the login fails.
		ways, err := matrix.Ways(ctx, matrixConfig(config, newPace(config.Pace)))
		inBrowser = err == nil && ways.Browser && !ways.Password
	}
	if password == "" && !inBrowser && config.Matrix.TokenFile == "" {
		fmt.Fprintf(std.err, "Mot de passe de %s : ", config.Matrix.User)
		if password, err = readPassword(ctx, std.in); err != nil {
			return err
		}
		fmt.Fprintln(std.err)
	}
	log := newLogger(config.Log, std.err)
	return report(log, explained(login(ctx, config, password, inBrowser, std.out, log)))
}

// keyDirectory returns an error that wraps errNoKeyDirectory if the bot could not write
// the recovery key because the directory for its file does not exist. It returns nil
// otherwise, and if the configuration holds the key itself. The state directory needs
// no check, since the start creates it.
func keyDirectory(config *Config) error {
	dir := filepath.Dir(config.Matrix.RecoveryKeyFile)
	if config.Matrix.RecoveryKey != "" || dir == filepath.Clean(config.State) {
		return nil
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", errNoKeyDirectory, dir)
	}
	return nil // other faults of the directory show when it is used
}

// explainKeyDirectory returns err, the error of a start. If a missing file caused err
// and the directory for the recovery key's file does not exist, it first wraps err in
// an error that says so: only the first start writes the key. A nil err stays nil.
func explainKeyDirectory(config *Config, err error) error {
	if missing := keyDirectory(config); missing != nil && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %w", missing, err)
	}
	return err
}

// report logs err, and returns it marked as reported, so that it is not printed again;
// it does nothing and returns nil for nil.
func report(log zerolog.Logger, err error) error {
	if err == nil {
		return nil
	}
	log.Error().Err(err).Msg("The command failed")
	return reported{err}
}

var errNoPassword = errors.New("aucun mot de passe n’a été donné")

// readPassword reads a password of one line from in, which a terminal does not show.
// The error is errNoPassword for an empty line or no input, the cause of ctx's end, or
// comes from reading.
func readPassword(ctx context.Context, in io.Reader) (string, error) {
	read := func() (string, error) {
		line, err := bufio.NewReader(in).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		before, err := term.GetState(int(file.Fd()))
		if err != nil {
			return "", fmt.Errorf("read the terminal’s state: %w", err)
		}
		defer term.Restore(int(file.Fd()), before) //nolint:errcheck // nothing is left to do
		read = func() (string, error) {
			line, err := term.ReadPassword(int(file.Fd()))
			return string(line), err
		}
	}
	var password string
	var err error
	done := make(chan struct{})
	go func() { // a read cannot be interrupted, so the goroutine ends with the process
		defer close(done)
		password, err = read()
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-done:
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("read the password: %w", err)
	case password == "":
		return "", errNoPassword
	}
	return password, nil
}
