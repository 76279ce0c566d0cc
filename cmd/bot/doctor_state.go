package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"heraut/chat"
	"heraut/matrix"
	"heraut/storage"
)

// The free space below which doctor warns and below which it finds a fault, in bytes.
const (
	fewBytes    = 500 << 20
	tooFewBytes = 50 << 20
)

// state adds findings about the state directory, its files and its databases, and
// returns the session stored there, zero if it cannot be read. It sets d.exits, and
// d.owner if another account owns the directory. If the path is no directory or cannot
// be examined, that fault is the only finding.
func (d *doctor) state(ctx context.Context) (session matrix.Session) {
	dir := d.config.State
	info, err := os.Stat(dir)
	what := "répertoire d’état " + dir
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.fault(what, "il n’existe pas, le robot n’a encore jamais démarré : connectez le compte, puis lancez le robot", d.command("login"), nil)
		return session
	case errors.Is(err, fs.ErrPermission):
		d.fault(what, "il n’est pas lisible par ce compte : lancez cette commande sous celui du robot", "ls -ld "+quoted(dir), err)
		return session
	case err != nil:
		d.fault(what, "il ne se lit pas", "ls -ld "+quoted(dir), err)
		return session
	case !info.IsDir():
		d.fault(what, "ce n’est pas un répertoire : corrigez « state » dans la configuration", d.command("check"), nil)
		return session
	}
	owner, known := ownerOf(info)
	if known && owner != os.Geteuid() {
		d.owner = accountName(owner)
	}
	switch {
	case known && owner != os.Geteuid() && os.Geteuid() != 0:
		d.fault(what, fmt.Sprintf("il est au compte %s, et cette commande tourne sous %s : lancez-la sous celui du robot", accountName(owner), accountName(os.Geteuid())), d.command("doctor"), nil)
	case info.Mode().Perm()&0o077 != 0:
		d.fault(what, "d’autres comptes de la machine peuvent le lire", d.sudo("chmod 700 "+quoted(dir)), nil)
	default:
		d.good(what, "")
	}
	d.writable(dir, owner, known)
	d.space(dir)
	for _, name := range []string{"bot.db", "bot.db-wal", "crypto.db", "crypto.db-wal", "lock"} {
		d.secretFile(filepath.Join(dir, name), owner, known)
	}
	if d.config.Matrix.RecoveryKey == "" {
		d.secretFile(d.config.Matrix.RecoveryKeyFile, -1, false)
	}
	session = d.database(ctx, filepath.Join(dir, "bot.db"))
	d.keys(ctx, filepath.Join(dir, "crypto.db"), session)
	return session
}

// sudo returns a shell command with "sudo " before it, so that root runs it, for a
// change of files that another account owns. It returns the command unchanged if this
// process runs as root, or if d.owner is empty: the state directory belongs to this
// process's account.
func (d *doctor) sudo(command string) string {
	if os.Geteuid() == 0 || d.owner == "" {
		return command
	}
	return "sudo " + command
}

// writable adds a finding on whether the bot can create files in dir, its state
// directory: it creates a file and deletes it. This always succeeds for root, so if the
// directory's owner is known, writable also checks that the owner has all rights.
func (d *doctor) writable(dir string, owner int, known bool) {
	const what = "écriture dans le répertoire d’état"
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err == nil {
		_, err = f.WriteString("essai\n")
		err = errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
	}
	info, statErr := os.Stat(dir)
	switch {
	case errors.Is(err, syscall.EROFS):
		d.fault(what, "le système de fichiers est monté en lecture seule : remontez-le en écriture, après avoir lu le journal du système", "findmnt --target "+quoted(dir), err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		d.fault(what, "le disque est plein, ou le quota atteint : libérez de la place", "df -h "+quoted(dir), err)
	case errors.Is(err, fs.ErrPermission):
		d.fault(what, "ce compte ne peut pas y écrire", d.sudo("chmod u+rwx "+quoted(dir)), err)
	case err != nil:
		d.fault(what, "elle échoue", "ls -ld "+quoted(dir), err)
	case statErr == nil && known && info.Mode().Perm()&0o700 != 0o700:
		d.fault(what, "le compte du robot ne peut pas y écrire", d.sudo("chmod u+rwx "+quoted(dir)), nil)
	default:
		d.good(what, "")
	}
}

// space adds a finding on whether the file system of the directory dir has enough free
// bytes and room for files: a warning below fewBytes, a fault below tooFewBytes.
func (d *doctor) space(dir string) {
	const what = "place libre"
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		d.fault(what, "elle ne peut pas être lue", "df -h "+quoted(dir), err)
		return
	}
	free := s.Bavail * uint64(s.Bsize)
	text := fmt.Sprintf("%d Mio", free>>20)
	switch {
	case s.Files > 0 && s.Ffree == 0:
		d.fault(what, "le système de fichiers n’a plus d’inode : supprimez des fichiers", "df -i "+quoted(dir), nil)
	case free < tooFewBytes:
		d.fault(what, fmt.Sprintf("il ne reste que %s : libérez de la place avant que le robot ne s’arrête de recevoir", text), "df -h "+quoted(dir), nil)
	case free < fewBytes:
		d.warn(what, fmt.Sprintf("il ne reste que %s", text), "df -h "+quoted(dir))
	default:
		d.good(what, text)
	}
}

// secretFile adds a finding on whether a file with secrets can be read, belongs to
// owner, the state directory's account, and is closed to others. If known is false, it
// does not compare the owners. It adds none for an absent file.
func (d *doctor) secretFile(file string, owner int, known bool) {
	info, err := os.Stat(file)
	what := "fichier " + filepath.Base(file)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		d.fault(what, "il n’est pas lisible par ce compte : lancez cette commande sous celui du robot", "ls -l "+quoted(file), err)
		return
	}
	its, itsKnown := ownerOf(info)
	f, err := os.Open(file)
	if err == nil {
		err = f.Close()
	}
	switch {
	case known && itsKnown && its != owner:
		d.fault(what, fmt.Sprintf("il est au compte %s, et son répertoire à %s : rendez les fichiers au compte du robot", accountName(its), accountName(owner)),
			"sudo chown -R "+accountName(owner)+": "+quoted(filepath.Dir(file)), nil)
	case errors.Is(err, fs.ErrPermission), info.Mode().Perm()&0o400 == 0:
		d.fault(what, "il n’est pas lisible par ce compte", d.sudo("chmod u+rw "+quoted(file)), err)
	case err != nil:
		d.fault(what, "il ne s’ouvre pas", "ls -l "+quoted(file), err)
	case info.Mode().Perm()&0o077 != 0:
		d.fault(what, "d’autres comptes de la machine peuvent le lire", d.sudo("chmod 600 "+quoted(file)), nil)
	default:
		d.good(what, "")
	}
}

// database adds a finding about file, the bot's database bot.db: whether it is there,
// whole and of this version. It returns the login session stored there, zero if it
// cannot be read, and sets d.exits to how the bot left its rooms.
func (d *doctor) database(ctx context.Context, file string) (session matrix.Session) {
	const what = "base bot.db"
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.fault(what, "elle n’existe pas : si le robot a déjà servi, rétablissez une sauvegarde (« Sauvegarder » dans le guide) ; sinon, connectez le compte", d.command("login"), nil)
		return session
	case err == nil && info.Size() == 0:
		d.fault(what, "elle a été vidée, et ce qui fut réglé dans les salons est perdu : rétablissez une sauvegarde (« Sauvegarder » dans le guide), ou repartez de zéro en connectant le compte", d.command("login"), nil)
		return session
	}
	db, err := storage.OpenForReading(ctx, file)
	if err == nil {
		defer db.Close()
		if err = db.CheckIntegrity(ctx); err == nil {
			session.User, session.Device, session.Token, session.PickleKey, err = db.Session(ctx)
		}
		if err == nil {
			d.exits, err = exitsOf(ctx, db)
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		d.fault(what, "elle n’est pas lisible par ce compte : lancez cette commande sous celui du robot", d.command("doctor"), err)
	case errors.Is(err, storage.ErrOlderSchema):
		d.fault(what, "elle est d’une version plus ancienne du robot : démarrez celle-ci, qui la mettra à niveau après en avoir gardé une copie", d.start(), err)
	case errors.Is(err, storage.ErrNewerSchema):
		d.fault(what, "elle est d’une version plus récente du robot : remettez cette version en place, ou la copie d’avant la mise à jour", "ls -l "+quoted(file)+".v*", err)
	case errors.Is(err, chat.ErrNotFound):
		d.fault(what, "elle n’a pas de session : connectez le compte", d.command("login"), nil)
	case err != nil:
		d.say(what, err)
	default:
		d.good(what, "")
	}
	return session
}

// exitsOf returns how the bot left each room (kicked or banned, for example; empty for
// a room that it did not leave), by the ids of the rooms and by their aliases in the
// configuration. The error comes from the database.
func exitsOf(ctx context.Context, db *storage.DB) (map[string]chat.Exit, error) {
	rooms, err := db.Rooms(ctx)
	if err != nil {
		return nil, err
	}
	aliases, err := db.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	exits := map[string]chat.Exit{}
	for _, r := range rooms {
		exits[string(r.ID)] = r.Exit
	}
	for alias, id := range aliases {
		exits[alias] = exits[string(id)]
	}
	return exits, nil
}

// keys adds a finding on whether the encryption keys in file, crypto.db, can be read
// and belong to session, that of bot.db. It adds none if there is neither that file nor
// a session.
func (d *doctor) keys(ctx context.Context, file string, session matrix.Session) {
	const what = "clés crypto.db"
	keys, err := matrix.InspectKeys(ctx, file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && session.Token == "":
		// No login has made keys.
	case errors.Is(err, fs.ErrNotExist), err == nil && keys.Device == "" && session.Token != "":
		d.fault(what, "les clés de l’appareil ont disparu : arrêtez le robot, créez un nouvel appareil, puis relancez ; jamais d’ancien crypto.db", d.command("login"), nil)
	case err != nil:
		d.say(what, err)
	case keys.Device != "" && session.Token == "":
		d.fault(what, "elles sont celles d’un appareil que bot.db ne connaît pas : bot.db a été vidée ou remplacée ; rétablissez une sauvegarde, ou connectez le compte, ce qui crée un nouvel appareil", d.command("login"), nil)
	case keys.Device != session.Device:
		d.fault(what, "elles sont celles d’un autre appareil que celui de bot.db : arrêtez le robot, créez un nouvel appareil, puis relancez", d.command("login"), nil)
	default:
		d.good(what, "")
	}
}

// recoveryKey adds a finding about whether the recovery key opens the account's
// encrypted keys on the homeserver; err is the result of trying it, nil if it does. A
// missing or wrong key is a fault with the command that puts the right one in its file.
func (d *doctor) recoveryKey(err error) {
	const what = "clé de récupération"
	file := quoted(d.config.Matrix.RecoveryKeyFile)
	put := "sh -c 'umask 077; cat > \"$0\"' " + file
	if d.owner != "" {
		put = "sudo -u " + d.owner + " " + put
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		d.fault(what, "le fichier n’est pas lisible par ce compte", d.sudo("chmod u+rw "+file), err)
	case errors.Is(err, matrix.ErrNoRecoveryKey):
		d.fault(what, "elle manque : remettez votre copie dans le fichier (collez-la, puis Entrée et Ctrl-D)", put, err)
	case errors.Is(err, matrix.ErrWrongRecoveryKey):
		d.fault(what, "elle n’est pas celle du compte : mettez la bonne dans le fichier (collez-la, puis Entrée et Ctrl-D)", put, err)
	default:
		d.say(what, err)
	}
}

// ownerOf returns the id of the account that owns a file; known is false if the system
// does not say.
func ownerOf(info fs.FileInfo) (uid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// accountName returns the name of the account of this machine with that id, or the id
// if it has no name.
func accountName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}
