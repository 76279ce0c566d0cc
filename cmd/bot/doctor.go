package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"heraut/fetch"
	"heraut/matrix"
)

type doctorCommand struct{ configured }

// Help returns the text that kong adds to the one-line help.
func (doctorCommand) Help() string {
	return `
Essaie tout ce dont le service a besoin : répertoire d’état, serveur, compte, appareil, sources,
salons de la configuration, adresses où il écoute. Une ligne pour chacun : bon, ou ce qui ne va pas et que faire. Rien n’est
changé ; le robot peut fonctionner en même temps.
État de sortie : 0 si tout est bon, 1 sinon, 2 la configuration est fausse.`
}

// Run examines everything that the service needs.
func (c doctorCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	d := doctor{out: std.out}
	session := d.state(ctx, config)
	d.homeserver(ctx, config, session)
	for _, s := range config.Sources {
		if s.Kind != "sill" {
			d.say("source "+s.Name, d.source(ctx, config, s.URL, s.Kind == "ecosystems"))
		}
	}
	d.listeners(ctx, config)
	d.say("catalogue", d.source(ctx, config, config.Catalogue.SILL.URL, false))
	if d.wrong > 0 {
		return reported{errors.New("something is wrong")}
	}
	return nil
}

// doctor prints the findings and counts the faults.
type doctor struct {
	out   io.Writer
	wrong int
}

// say writes a line about one part: its fault, or that it has none.
func (d *doctor) say(what string, err error) {
	if err == nil {
		fmt.Fprintf(d.out, "%s : bon\n", what)
		return
	}
	d.wrong++
	for _, f := range findings {
		if errors.Is(err, f.err) {
			fmt.Fprintf(d.out, "%s : %s\n", what, f.sentence)
			return
		}
	}
	fmt.Fprintf(d.out, "%s : %v\n", what, explained(err))
}

// findings maps errors to sentences that differ from those at a start.
var findings = []struct {
	err      error
	sentence string
}{
	{errNeverStarted, "le robot n’a encore jamais démarré : lancez « bot login », puis « bot run »"},
	{errStateRights, "d’autres comptes de la machine peuvent le lire : chmod 700"},
	{matrix.ErrLoggedOut, "il n’y a pas de session en cours : lancez « bot login »"},
	{matrix.ErrNotVerified, "l’appareil n’est pas vérifié, ses messages chiffrés seront refusés : mettez la clé de récupération en place, puis relancez"},
	{matrix.ErrNoAlias, "cette adresse ne désigne aucun salon : corrigez la configuration"},
	{matrix.ErrNotIn, "le robot n’y est pas : invitez-le"},
	{matrix.ErrMayNotWrite, "le robot n’a pas le droit d’y écrire : donnez-lui le niveau qu’il faut"},
}

var (
	errNeverStarted = errors.New("the bot never started")
	errStateRights  = errors.New("others may read the state directory")
)

// state checks the state directory and reads its session.
func (d *doctor) state(ctx context.Context, config *Config) (session matrix.Session) {
	info, err := os.Stat(config.State)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = errNeverStarted
	case err == nil && info.Mode().Perm()&0o077 != 0:
		err = errStateRights
	}
	d.say("répertoire d’état", err)
	if err != nil && !errors.Is(err, errStateRights) {
		return session
	}
	db, err := openToRead(ctx, config)
	if err == nil {
		session.User, session.Device, session.Token, err = db.Credentials(ctx)
		err = errors.Join(err, db.Close())
	}
	d.say("base bot.db", err)
	_, err = os.Stat(config.Matrix.RecoveryKeyFile)
	if config.Matrix.RecoveryKey != "" {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("le fichier %s ne se lit pas : remettez-y votre copie ; « bot login » l’écrit si le compte n’a pas encore de clés",
			filepath.Base(config.Matrix.RecoveryKeyFile))
	}
	d.say("clé de récupération", err)
	return session
}

// skewed returns an error that says what to do about a difference between the
// clocks; nil if it is too small to matter.
func skewed(skew time.Duration) error {
	const sentence = "celle de cette machine %s de %s sur celle du serveur : réglez-la par NTP, sans quoi les rappels et les heures affichées seront faux"
	switch {
	case skew > time.Minute:
		return fmt.Errorf(sentence, "retarde", skew)
	case skew < -time.Minute:
		return fmt.Errorf(sentence, "avance", -skew)
	}
	return nil
}

func (d *doctor) homeserver(ctx context.Context, config *Config, session matrix.Session) {
	mc := matrixConfig(config, newPace(config.Pace))
	mc.Rooms = slices.DeleteFunc(mc.Rooms, func(room string) bool { return room == "" })
	x := matrix.Examine(ctx, mc, session)
	d.say("serveur "+config.Matrix.Homeserver.Host, x.Server)
	if x.Server != nil {
		return
	}
	d.say("horloge", skewed(x.Skew))
	d.say("compte "+config.Matrix.User, x.Account)
	if x.Account != nil {
		return
	}
	d.say("appareil "+session.Device, x.Device)
	for _, room := range mc.Rooms {
		d.say("salon "+room, x.Rooms[room])
	}
}

// source requests the beginning of a source's data. For an API, any answer suffices.
func (d *doctor) source(ctx context.Context, config *Config, location string, api bool) error {
	getter, err := getterOf(config, location, fetch.Options{})
	if err != nil {
		return err
	}
	defer getter.Close()
	if api {
		location = strings.TrimRight(location, "/") + "/hosts?per_page=1"
	}
	answer, err := getter.Get(ctx, location, fetch.Validators{})
	if err != nil {
		return reasoned(err)
	}
	defer answer.Body.Close()
	if _, err := answer.Body.Read(make([]byte, 1)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
