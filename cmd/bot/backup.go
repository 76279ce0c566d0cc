package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"heraut/storage"
)

type backupCommand struct {
	configured
	File string `arg:"" name:"fichier" placeholder:"FICHIER" help:"La copie, qui ne doit pas encore exister."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (backupCommand) Help() string {
	return `
Écrit une copie cohérente de bot.db, aussi pendant que le robot fonctionne. crypto.db ne se sauvegarde
pas : ses clés ne servent qu’une fois. La copie contient le jeton de session : traitez-la comme un mot
de passe, et gardez à côté la clé de récupération.
État de sortie : 0, 2 la configuration est fausse, 1 tout autre cas.`
}

// Run writes a copy of the bot's database to the file in the arguments, and prints that
// it is done. The bot may be running. The error, in French, says that the configuration
// is wrong, the database cannot be read, the file exists already or cannot be written.
func (c backupCommand) Run(ctx context.Context, std stdio, env environment) (err error) {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	db, err := openToRead(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.BackUp(ctx, c.File)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s existe déjà : donnez un autre nom, ou retirez-le", c.File)
	} else if err != nil {
		return fmt.Errorf("la copie n’a pas pu être écrite : vérifiez que son répertoire existe et que ce compte peut y écrire (%w)", err)
	}
	fmt.Fprintf(std.out, "%s : la copie est faite.\n", c.File)
	return nil
}

// openToRead opens bot.db in the configured state directory for reading only, so that
// the bot may run at the same time. The caller closes it. The error for a database that
// is missing, damaged, not readable or of another version is a French sentence that
// says what to do.
func openToRead(ctx context.Context, config *Config) (*storage.DB, error) {
	db, err := storage.OpenForReading(ctx, filepath.Join(config.State, "bot.db"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("le répertoire d’état %s n’a pas de base : le robot n’a encore jamais démarré", config.State)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("la base de %s n’est pas lisible par ce compte : lancez la commande sous celui du robot", config.State)
	case errors.Is(err, storage.ErrDamaged):
		return nil, explained(err)
	case errors.Is(err, storage.ErrOtherVersion):
		return nil, fmt.Errorf("la base de %s est d’une autre version du robot : démarrez celle-ci d’abord", config.State)
	}
	return db, err
}
