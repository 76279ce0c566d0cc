package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/fetch"
	"heraut/matrix"
)

type doctorCommand struct {
	configured
	JSON bool `name:"json" help:"Écrit un objet JSON."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (doctorCommand) Help() string {
	return `
Essaie tout ce dont le service a besoin : configuration, fichiers, place, serveur, compte, appareil,
clés, salons, sources, adresses d’écoute, et ce que le service lui-même dit de sa santé. Une ligne pour
chacun : bon, ou ce qui ne va pas, suivi de la commande ou du geste qui y remédie. Rien n’est changé
(un fichier vide est créé puis retiré dans le répertoire d’état) ; le robot peut fonctionner en même
temps. À lancer sous le compte du robot.
État de sortie : 0 si tout est bon, 1 sinon, 2 la configuration est fausse.`
}

// Run checks everything that the service needs (configuration, state, homeserver,
// sources), and prints the findings with remedies, as text or as one JSON object. The
// error means that the configuration is wrong, that a finding is a fault, or that the
// JSON cannot be written.
func (c doctorCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, remarks, err := loadConfig(c.Config, env)
	if err != nil {
		return err
	}
	d := &doctor{config: config, file: c.Config, program: os.Args[0]}
	if !c.JSON {
		d.out = std.out
	}
	for _, remark := range remarks {
		d.warn("configuration", remark.String(), "")
	}
	session := d.state(ctx)
	d.service(ctx)
	d.homeserver(ctx, session)
	for _, s := range config.Sources {
		if s.Kind != "sill" && s.Kind != "catalogue" {
			d.source(ctx, "source "+s.Name, s.URL, s.Kind == "ecosystems")
		}
	}
	d.source(ctx, "catalogue", config.Catalogue.SILL.URL, false)
	for _, other := range config.Catalogues {
		d.source(ctx, "catalogue "+other.Name, other.URL, false)
	}
	if c.JSON {
		out := json.NewEncoder(std.out)
		out.SetEscapeHTML(false)
		if err := out.Encode(doctorReport{!d.wrong(), d.findings}); err != nil {
			return err
		}
	}
	if d.wrong() {
		return reported{errors.New("something is wrong")}
	}
	return nil
}

// doctorReport is the JSON that «bot doctor --json» prints.
type doctorReport struct {
	OK       bool      `json:"ok"` // no finding is a fault
	Findings []finding `json:"findings"`
}

// finding is the result of «bot doctor» for one checked part: good, a warning or a
// fault, with a sentence and a command that helps.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // ok, warning or fault
	// Text is in French: what is wrong and what to do; empty or a remark if State is ok.
	Text string `json:"text,omitempty"`
	// Command is a line for a shell that mends it, or shows more; empty if there is none.
	Command string `json:"command,omitempty"`
	Cause   string `json:"cause,omitempty"` // the technical error
}

// doctor is the collector of the findings of «bot doctor». If out is not nil, it also
// prints each finding at once.
type doctor struct {
	config  *Config
	file    string // the configuration file, as the operator named it
	program string // the program, as the operator called it
	owner   string // the account of the state directory, if it is not this process's
	// exits says how the bot left the rooms that it knows, by id and by alias. Some
	// homeservers tell a banned account nothing.
	exits    map[string]chat.Exit
	out      io.Writer
	findings []finding
}

func (d *doctor) wrong() bool {
	return slices.ContainsFunc(d.findings, func(f finding) bool { return f.State == "fault" })
}

func (d *doctor) add(f finding) {
	d.findings = append(d.findings, f)
	if d.out == nil {
		return
	}
	switch {
	case f.State == "ok" && f.Text == "":
		fmt.Fprintf(d.out, "%s : bon\n", f.What)
	case f.State == "ok":
		fmt.Fprintf(d.out, "%s : bon (%s)\n", f.What, f.Text)
	case f.Cause != "":
		fmt.Fprintf(d.out, "%s : %s (%s)\n", f.What, f.Text, f.Cause)
	default:
		fmt.Fprintf(d.out, "%s : %s\n", f.What, f.Text)
	}
	if f.Command != "" {
		fmt.Fprintf(d.out, "    %s\n", f.Command)
	}
}

func (d *doctor) good(what, text string) { d.add(finding{What: what, State: "ok", Text: text}) }

func (d *doctor) warn(what, text, command string) {
	d.add(finding{What: what, State: "warning", Text: text, Command: command})
}

func (d *doctor) fault(what, text, command string, cause error) {
	f := finding{What: what, State: "fault", Text: text, Command: command}
	if cause != nil {
		f.Cause = strings.Join(strings.Fields(cause.Error()), " ")
	}
	d.add(f)
}

// say adds a finding about the part called what to d: a fault with its remedy if err is
// not nil, otherwise that the part is in order.
func (d *doctor) say(what string, err error) {
	if err == nil {
		d.good(what, "")
		return
	}
	text, command := d.remedy(err)
	d.fault(what, text, command, err)
}

// remedy returns a French sentence that says what the error err means and what to do,
// and a shell command that helps; the command may be empty. For an unknown error, the
// sentence is the error's text.
func (d *doctor) remedy(err error) (text, command string) {
	if text, command, ok := d.networkRemedy(err); ok {
		return text, command
	}
	for _, f := range findings {
		if errors.Is(err, f.err) {
			if len(f.command) > 0 {
				command = d.command(f.command...)
			}
			return f.sentence, command
		}
	}
	if known, ok := errors.AsType[*operatorError](explained(err)); ok {
		return d.named(known.sentence), ""
	}
	return strings.TrimSuffix(reasoned(err).Error(), " ("+err.Error()+")"), ""
}

// command returns a shell command that runs this program with args, the first of which
// is the subcommand, and the same configuration; with sudo -u if another account owns
// the state directory. It panics without args.
func (d *doctor) command(args ...string) string {
	words := []string{quoted(d.program), args[0], "--config", quoted(d.file)}
	if d.owner != "" {
		words = append([]string{"sudo", "-u", d.owner}, words...)
	}
	return strings.Join(append(words, args[1:]...), " ")
}

// botCommand matches a command of this program in a sentence.
var botCommand = regexp.MustCompile(`«[\s\x{a0}\x{202f}]bot (\w+)[\s\x{a0}\x{202f}]»`)

// named returns sentence with each command in it that is written as «bot» and one word,
// such as «bot login», replaced by a command that works here: with the path of this
// program and with its configuration.
func (d *doctor) named(sentence string) string {
	return botCommand.ReplaceAllStringFunc(sentence, func(words string) string {
		return "«\u202f" + d.command(botCommand.FindStringSubmatch(words)[1]) + "\u202f»"
	})
}

// findings are the sentences, and the arguments of this program for a command that
// helps, for errors about which doctor says something else than a start does.
var findings = []struct {
	err      error
	sentence string
	command  []string
}{
	{matrix.ErrLoggedOut, "il n’y a pas de session en cours : connectez le compte, puis relancez le robot", []string{"login"}},
	{matrix.ErrNotVerified, "l’appareil n’est pas vérifié, ses messages chiffrés seront refusés : mettez la clé de récupération en place, puis connectez le compte", []string{"login"}},
	{matrix.ErrDeviceKeys, "les clés de crypto.db ne sont pas celles que le serveur connaît pour cet appareil : arrêtez le robot, créez un nouvel appareil, puis relancez", []string{"login"}},
	{matrix.ErrKeysDamaged, "crypto.db est abîmé : arrêtez le robot, mettez crypto.db, crypto.db-wal et crypto.db-shm de côté, puis créez un nouvel appareil", []string{"login"}},
	{matrix.ErrNoAlias, "cette adresse ne désigne aucun salon : corrigez-la dans la configuration", []string{"check"}},
	{matrix.ErrBanned, "le robot en est banni : un modérateur doit d’abord lever le bannissement, puis l’inviter", nil},
	{matrix.ErrRemoved, "le robot en a été retiré : un modérateur peut l’inviter de nouveau", nil},
	{matrix.ErrInvited, "le robot y est invité et n’y est pas encore : s’il fonctionne, regardez dans son journal pourquoi", nil},
	{matrix.ErrNotIn, "le robot n’y est pas : invitez-le depuis ce salon", nil},
	{matrix.ErrNoSecretStorage, "le compte n’a plus de sauvegarde de ses clés de vérification sur le serveur : réinitialisez la sécurité du compte depuis un client, mettez le nouveau code dans le fichier, puis connectez le compte", []string{"login"}},
}

// skewed returns an error with a French sentence that says what to do about skew, the
// time by which the homeserver's clock is ahead of this machine's clock. It returns nil
// if the two clocks differ by at most a minute, in either direction.
func skewed(skew time.Duration) error {
	const sentence = "celle de cette machine %s de %s sur celle du serveur : réglez-la par NTP, sans quoi les rappels et les heures affichées seront faux"
	switch {
	case skew > time.Minute:
		return fmt.Errorf(sentence, "retarde", skew)
	case skew < -time.Minute:
		return fmt.Errorf(sentence, "avance", -skew)
	}
	return nil
}

func (d *doctor) homeserver(ctx context.Context, session matrix.Session) {
	config := d.config
	mc := matrixConfig(config, newPace(config.Pace))
	mc.Rooms = slices.DeleteFunc(mc.Rooms, func(room string) bool { return room == "" })
	x := matrix.Examine(ctx, mc, session)
	d.say("serveur "+config.Matrix.Homeserver.Host, x.Server)
	if x.Server != nil {
		return
	}
	if err := skewed(x.Skew); err != nil {
		d.fault("horloge", err.Error(), "sudo timedatectl set-ntp true", nil)
	} else {
		d.good("horloge", "")
	}
	if ways, err := matrix.Ways(ctx, mc); err == nil {
		d.ways(ways)
	}
	d.say("compte "+config.Matrix.User, x.Account)
	if x.Account != nil {
		return
	}
	d.say("appareil "+session.Device, x.Device)
	if x.Keys != nil {
		d.say("clés de l’appareil", x.Keys)
	}
	d.recoveryKey(x.RecoveryKey)
	for _, room := range mc.Rooms {
		d.room(room, x.Rooms[room])
	}
}

func (d *doctor) room(name string, x matrix.RoomExamination) {
	what := "salon " + name
	if errors.Is(x.Err, matrix.ErrNotIn) {
		switch d.exits[name] {
		case chat.ExitBanned:
			x.Err = matrix.ErrBanned
		case chat.ExitKicked:
			x.Err = matrix.ErrRemoved
		}
	}
	switch {
	case errors.Is(x.Err, matrix.ErrMayNotWrite):
		d.fault(what, fmt.Sprintf("le robot n’a pas le droit d’y écrire : son niveau est %d, il en faut %d ; un administrateur du salon doit le lui donner", x.Power, x.Needed), "", nil)
	case x.Err != nil:
		d.say(what, x.Err)
	default:
		d.good(what, fmt.Sprintf("niveau %d, il en faut %d pour écrire", x.Power, x.Needed))
	}
}

// source adds a finding on whether a source can be read: it reads the first byte at
// location, the source's address or file. If api is true, location is that of an API,
// and source requests the list of code hosts below it instead. what names the source in
// the finding.
func (d *doctor) source(ctx context.Context, what, location string, api bool) {
	err := func() error {
		getter, err := getterOf(d.config, location, fetch.Options{})
		if err != nil {
			return err
		}
		defer getter.Close()
		if api {
			location = strings.TrimRight(location, "/") + "/hosts?per_page=1"
		}
		answer, err := getter.Get(ctx, location, fetch.Validators{})
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if _, err := answer.Body.Read(make([]byte, 1)); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return nil
	}()
	if err == nil {
		d.good(what, "")
		return
	}
	text, command := d.remedy(err)
	if command == "" {
		command = strings.Join([]string{quoted(d.program), "read", quoted(location)}, " ")
	}
	d.fault(what, text, command, err)
}
