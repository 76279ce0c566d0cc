package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"
	"golang.org/x/term"
)

// The exit statuses that scripts rely on. An error chooses its own with a method
// ExitStatus() int; all others are statusFailure.
const (
	statusOK      = 0
	statusFailure = 1 // all other failures
	statusUsage   = 2 // the configuration or the command line is wrong
	statusRefused = 3 // the homeserver refuses the account
)

// stdio holds the standard input, output and error of a command.
type stdio struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// cli is the grammar of the command line for the parser (kong): the flags and the
// commands.
type cli struct {
	Help    helpFlag    `short:"h" help:"Affiche cette aide."`
	Version versionFlag `help:"Affiche la version et s’arrête."`

	Run       runCommand       `cmd:"" help:"Fait fonctionner le robot jusqu’à un signal d’arrêt."`
	Check     checkCommand     `cmd:"" help:"Vérifie la configuration sans se connecter à rien."`
	Login     loginCommand     `cmd:"" help:"Connecte le compte du robot et vérifie son appareil, une fois."`
	Logout    logoutCommand    `cmd:"" help:"Met fin à la session du robot et retire son appareil du compte."`
	Ask       askCommand       `cmd:"" help:"Répond à des lignes comme dans un salon, sans serveur."`
	Doctor    doctorCommand    `cmd:"" help:"Essaie tout ce dont le service a besoin, et dit quoi faire."`
	Export    exportCommand    `cmd:"" help:"Écrit la FAQ, tous les réglages en un fichier qui sert de configuration, ou la liste des flux."`
	Import    importCommand    `cmd:"" help:"Lit une liste de flux pour la configuration, ou ajoute des réponses à la FAQ."`
	Backup    backupCommand    `cmd:"" help:"Écrit une copie cohérente de bot.db, aussi pendant que le robot fonctionne."`
	Read      readCommand      `cmd:"" help:"Lit une liste, un catalogue ou un flux, et montre ce que liraient les salons."`
	Trust     trustCommand     `cmd:"" help:"Accepte la nouvelle identité de chiffrement d’une personne."`
	Catalogue catalogueCommand `cmd:"" help:"Lit un catalogue et dit ce que c’est."`
	Alert     alertCommand     `cmd:"" help:"Essaie les alertes."`
	Ready     readyCommand     `cmd:"" help:"Demande au service qui fonctionne s’il est prêt."`

	Man        manCommand        `cmd:"" hidden:"" help:"Écrit la page de manuel."`
	Completion completionCommand `cmd:"" hidden:"" help:"Écrit le complètement de bash ou de zsh."`
}

// run runs the command line args, without the program's name, with env to look up
// variables of the environment. It prints an error to std.err unless the person has
// read it already, and returns the exit status: 0 also after --help and --version.
func run(ctx context.Context, args []string, std stdio, env func(string) string) int {
	err := parseAndRun(ctx, args, std, env)
	if err == nil || errors.Is(err, errShown) {
		return statusOK
	}
	if !errors.As(err, new(reported)) {
		fmt.Fprintln(std.err, err)
	}
	return exitStatus(err)
}

func exitStatus(err error) int {
	var chosen interface{ ExitStatus() int }
	if errors.As(err, &chosen) {
		return chosen.ExitStatus()
	}
	return statusFailure
}

func parseAndRun(ctx context.Context, args []string, std stdio, env func(string) string) error {
	parser, err := kong.New(new(cli), kong.Name("bot"), kong.NoDefaultHelp(),
		kong.Writers(std.out, std.err))
	if err != nil {
		return fmt.Errorf("build the command line: %w", err)
	}
	if len(args) == 0 {
		return usageError{errNoCommand}
	}
	command, err := parser.Parse(args)
	switch {
	case errors.Is(err, errShown):
		return err
	case err != nil:
		return usageError{err}
	}
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(parser)
	return command.Run(std, environment(env))
}

// environment is a function that returns the value of the named variable of the
// environment, empty if it is not set, as os.Getenv does.
type environment func(string) string

var errNoCommand = errors.New("il manque la commande")

// usageError is the error for an invalid command line; the program then ends with the
// status for wrong usage.
type usageError struct{ error }

func (e usageError) Error() string {
	return fmt.Sprintf("bot : ligne de commande incomprise (%v)\nVoyez « bot --help ».", e.error)
}

func (e usageError) Unwrap() error { return e.error }
func (usageError) ExitStatus() int { return statusUsage }

// reported is a wrapper of an error that the person has already read in the log or the
// output; the program ends with that error's status and does not print it again.
type reported struct{ error }

func (e reported) Unwrap() error { return e.error }

// newLogger returns a logger that writes to w in c's level and format. The format
// console has colours if w is a terminal; any other is JSON.
func newLogger(c Log, w io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		level = zerolog.InfoLevel // unreachable: a checked configuration has a valid level
	}
	if c.Format == "console" {
		file, ok := w.(*os.File)
		w = zerolog.ConsoleWriter{Out: w, NoColor: !ok || !term.IsTerminal(int(file.Fd())), TimeFormat: time.DateTime}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
