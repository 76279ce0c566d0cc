package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// manCommand is the command that prints the manual page that packages install.
type manCommand struct{}

// Run prints the manual page of program, the grammar of the command line, in roff, the
// format that man reads. The error comes from printing.
func (manCommand) Run(std stdio, program *kong.Kong) error {
	return writeManual(std.out, manPage, program.Model)
}

// completionCommand is the command that prints a script by which a shell completes the
// bot's commands.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh" help:"L’interpréteur : bash ou zsh."`
}

// Run prints the completion script for the shell in the arguments, made from program,
// the grammar of the command line. The error comes from printing.
func (c completionCommand) Run(std stdio, program *kong.Kong) error {
	return writeManual(std.out, map[string]string{"bash": bashCompletion, "zsh": zshCompletion}[c.Shell], program.Model)
}

// installedName is the program's name in an installed package.
const installedName = "heraut"

// programWord matches the program's name before a command in help texts.
var programWord = regexp.MustCompile(`(^|[\s«(])bot `)

func writeManual(w io.Writer, text string, program *kong.Application) error {
	functions := template.FuncMap{
		"flag":     flagName,
		"argument": argumentName,
		"roff":     roffEscape,
		"installed": func(s string) string {
			return programWord.ReplaceAllString(s, "${1}"+installedName+" ")
		},
		"quoted": func(s string) string { return strings.ReplaceAll(s, "'", "’") },
	}
	manual, err := template.New("manual").Funcs(functions).Parse(text)
	if err != nil {
		return fmt.Errorf("parse the manual's template: %w", err)
	}
	return manual.Execute(w, struct {
		Name, Version string
		*kong.Application
	}{installedName, release(), program})
}

// roffEscape returns text in a form that roff prints literally, without taking a part
// of it for a command. It removes the spaces around text.
func roffEscape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(strings.TrimSpace(text))
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

const manPage = `.TH {{.Name}} 1 "" "Héraut {{.Version}}" "Manuel de Héraut"
.SH NOM
{{.Name}} \- robot pour Tchap et Matrix : logiciels libres, annonces, questions
.SH SYNOPSIS
.B {{.Name}}
.I COMMANDE
[OPTION…] [ARGUMENT…]
.SH COMMANDES
{{- range .Children}}{{if not .Hidden}}
.SS {{.Name}}{{range .Flags}}{{if ne .Name "help"}} [{{flag . | roff}}]{{end}}{{end}}{{range .Positional}} {{argument . | roff}}{{end}}
{{.Help | installed | roff}}
{{- if .Detail}}
.PP
.nf
{{.Detail | installed | roff}}
.fi
{{- end}}
{{- range .Flags}}{{if ne .Name "help"}}
.TP
.B {{flag . | roff}}
{{.Help | installed | roff}}
{{- end}}{{end}}
{{- end}}{{end}}
.SH FICHIERS
.TP
.B /etc/heraut/config.yaml
La configuration. L’exemple, commenté, est dans /usr/share/doc/heraut/config.example.yaml.
.TP
.B /var/lib/heraut
L’état : bot.db, crypto.db, la clé de récupération, et les copies de sauvegarde dans backups.
.SH VOIR AUSSI
/usr/share/doc/heraut/exploitation.md, le guide d’exploitation.
`

const bashCompletion = `# bash completion for {{.Name}}
_{{.Name}}() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local command=
	((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}
	case $previous in
	--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
	--lang) COMPREPLY=($(compgen -W "fr en" -- "$word")); return ;;
	esac
	case $command in
	"") COMPREPLY=($(compgen -W "{{range .Children}}{{if not .Hidden}}{{.Name}} {{end}}{{end}}--help --version" -- "$word")) ;;
{{- range .Children}}{{if not .Hidden}}
	{{.Name}}) COMPREPLY=($(compgen -W "{{range .Flags}}--{{.Name}} {{end}}--help" -- "$word") $(compgen -f -- "$word")) ;;
{{- end}}{{end}}
	esac
}
complete -o filenames -F _{{.Name}} {{.Name}}
`

const zshCompletion = `#compdef {{.Name}}
_{{.Name}}() {
	local context state line
	_arguments -C '1:commande:->command' '*::argument:->argument'
	case $state in
	command)
		local -a commands=(
{{- range .Children}}{{if not .Hidden}}
			'{{.Name}}:{{quoted .Help}}'
{{- end}}{{end}}
		)
		_describe commande commands ;;
	argument)
		case $words[1] in
{{- range .Children}}{{if not .Hidden}}
		{{.Name}}) _arguments{{range .Flags}} '--{{.Name}}[{{quoted .Help}}]{{if not .IsBool}}:valeur:_files{{end}}'{{end}} '*:fichier:_files' ;;
{{- end}}{{end}}
		esac ;;
	esac
}
_{{.Name}} "$@"
`
