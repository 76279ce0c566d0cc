package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rs/zerolog"

	"heraut/matrix"
)

type logoutCommand struct {
	configured
	DeleteRecoveryKey bool `help:"Supprime aussi le fichier de la clé de récupération : gardez-en une copie."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (logoutCommand) Help() string {
	return `
Met fin à la session du robot : l’appareil est retiré du compte, et ses clés (crypto.db) sont supprimées
d’ici. bot.db reste, avec les réglages, les veilles et la FAQ, de même que la clé de récupération, qui
fera vérifier le prochain appareil. Le robot doit être arrêté. Pour désinstaller, ou avant de changer de
machine ; « bot login » connecte de nouveau le compte.
État de sortie : 0, 2 la configuration est fausse, 3 le serveur refuse le compte, 1 tout autre cas.`
}

// Run ends the bot's login session on the homeserver, so that its access token is worth
// nothing, and deletes crypto.db. Without a session it does neither, which is no error.
// In both cases it then deletes the file of the recovery key if the option says so. The
// error, with a French explanation where there is one, has been logged, except for a
// wrong configuration.
func (c logoutCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	log := newLogger(config.Log, std.err)
	return report(log, explained(logout(ctx, config, c.DeleteRecoveryKey, std.out, log)))
}

func logout(ctx context.Context, config *Config, deleteRecoveryKey bool, out io.Writer, log zerolog.Logger) (err error) {
	if _, err := os.Stat(config.State); err != nil { // openState would make the directory
		return fmt.Errorf("%w: %w", errStateUnusable, err)
	}
	db, closeState, err := openState(ctx, config.State, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()
	client, err := matrix.New(matrixConfig(config, newPace(config.Pace)), db, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	switch err := client.LogOut(ctx); {
	case errors.Is(err, matrix.ErrLoggedOut):
		fmt.Fprintln(out, "Il n’y avait pas de session en cours.")
	case err != nil:
		return err
	default:
		fmt.Fprintln(out, "La session est terminée : l’appareil est retiré du compte, et crypto.db est supprimé.")
	}
	if !deleteRecoveryKey {
		return nil
	}
	if err := os.Remove(config.Matrix.RecoveryKeyFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("delete the recovery key: %w", err)
	}
	fmt.Fprintf(out, "%s est supprimé.\n", config.Matrix.RecoveryKeyFile)
	return nil
}
