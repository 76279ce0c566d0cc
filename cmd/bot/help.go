package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// errShown ends the parsing of a command line that asks for help or the version; the
// exit status is then 0.
var errShown = errors.New("shown")

type versionFlag bool

// BeforeReset prints the version and returns errShown, which ends the command line. The
// parser (kong) calls it for --version.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "bot", version())
	return errShown
}

// version returns a text with the bot's version, its commit if it is known, and the
// version of Go that built it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release()
	}
	words := []string{release()}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			words = append(words, s.Value)
		}
	}
	return strings.Join(append(words, info.GoVersion), " ")
}

// releaseVersion is the version of a release, such as "v0.2.0"; the linker sets it.
var releaseVersion string

// release returns the bot's version: the one set when a release is built, else that of
// the Go module, else "devel".
func release() string {
	if releaseVersion != "" {
		return releaseVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "devel"
}

// userAgent returns the User-Agent header of commands that read no configuration and
// so know no contact.
func userAgent() string { return "Heraut/" + release() }

type helpFlag bool

// BeforeReset prints the help of the selected command, or of the program if there is
// none, and returns errShown, which ends the command line. The parser (kong) calls it
// for --help.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if node := ctx.Selected(); node != nil {
		commandHelp(ctx.Stdout, node)
	} else {
		programHelp(ctx.Stdout, ctx.Model.Node)
	}
	return errShown
}

func programHelp(w io.Writer, program *kong.Node) {
	fmt.Fprint(w, `Héraut, robot pour Tchap et Matrix : il répond sur les logiciels libres du SILL.

Utilisation : bot COMMANDE [OPTION…] [ARGUMENT…]

Commandes :
`)
	rows := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, command := range program.Children {
		if command.Hidden {
			continue
		}
		fmt.Fprintf(rows, "  %s\t%s\n", command.Name, command.Help)
	}
	rows.Flush()
	fmt.Fprint(w, "\nOptions :\n")
	flagHelp(w, program.Flags)
	fmt.Fprint(w, `
Pour commencer : copiez config.example.yaml sous le nom config.yaml, adaptez-le, puis
  bot check     dit ce qui manque ou ne va pas, ligne par ligne ;
  bot login     connecte le compte et donne la clé de récupération ;
  bot run       met le robot au travail ;
  bot doctor    dit, à tout moment, ce qui manque au service.
Sans rien installer d’autre : bot ask '!sill gimp'.

« bot COMMANDE --help » explique une commande.
Les diagnostics sont écrits en français sur la sortie d’erreur. « run » et « login » y tiennent aussi
leur journal, en anglais ; ce qui les arrête y est dit en français.
`)
}

func commandHelp(w io.Writer, command *kong.Node) {
	usage := []string{"bot", command.Name}
	for _, flag := range command.Flags {
		usage = append(usage, "["+flagName(flag)+"]")
	}
	for _, argument := range command.Positional {
		usage = append(usage, argumentName(argument))
	}
	fmt.Fprintf(w, "Utilisation : %s\n\n%s\n", folded(usage), command.Help)
	if command.Detail != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(command.Detail))
	}
	if len(command.Positional) > 0 {
		fmt.Fprint(w, "\nArguments :\n")
		rows := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		for _, argument := range command.Positional {
			fmt.Fprintf(rows, "  %s\t%s\n", argumentName(argument), argument.Help)
		}
		rows.Flush()
	}
	fmt.Fprint(w, "\nOptions :\n")
	flagHelp(w, append(command.Flags, command.Parent.Flags...))
}

// folded returns the words, with spaces between them, in lines of at most 80 bytes,
// with all lines but the first indented by four more spaces. A longer word has a line
// of its own.
func folded(words []string) string {
	const width = 80
	var b strings.Builder
	length := 0
	for i, word := range words {
		switch {
		case i == 0:
		case length+len(word) > width:
			b.WriteString("\n    ")
			length = 0
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
		length += 1 + len(word)
	}
	return b.String()
}

func flagHelp(w io.Writer, flags []*kong.Flag) {
	rows := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, flag := range flags {
		short := "    "
		if flag.Short != 0 {
			short = fmt.Sprintf("-%c, ", flag.Short)
		}
		fmt.Fprintf(rows, "  %s%s\t%s\n", short, flagName(flag), flag.Help)
	}
	rows.Flush()
}

func flagName(flag *kong.Flag) string {
	if flag.PlaceHolder != "" {
		return "--" + flag.Name + " " + flag.PlaceHolder
	}
	return "--" + flag.Name
}

func argumentName(argument *kong.Positional) string {
	if argument.Required {
		return argument.Tag.PlaceHolder
	}
	return "[" + argument.Tag.PlaceHolder + "]"
}
