package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"heraut/matrix"
	"heraut/storage"
)

// operatorError is an error that only the operator can remedy. It holds a French
// sentence that says what to do, the exit status, and the cause, which it wraps.
type operatorError struct {
	status   int
	sentence string
	cause    error
}

func (e *operatorError) Error() string   { return fmt.Sprintf("%s (%v)", e.sentence, e.cause) }
func (e *operatorError) Unwrap() error   { return e.cause }
func (e *operatorError) ExitStatus() int { return e.status }

// explained returns an *operatorError that wraps err and says in French what to do, if
// err is an error that only the operator can remedy. It returns any other err
// unchanged, and nil for nil.
func explained(err error) error {
	for _, s := range states {
		if errors.Is(err, s.err) {
			sentence := s.sentence
			if paged, ok := errors.AsType[*matrix.Paged](err); ok && paged.Page != "" {
				sentence += " ; la page du compte : " + paged.Page
			}
			return &operatorError{s.status, sentence, err}
		}
	}
	if trouble, ok := matrix.TroubleOf(err); ok {
		trouble.Since = time.Now()
		return &operatorError{statusRefused, trouble.Line(time.Local), err}
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrPermission) {
		sentence := fmt.Sprintf("Le fichier %s n’est pas accessible au compte qui lance le robot : lancez « bot doctor » sous ce compte, qui dit à qui il est et comment le rendre, puis relancez", path.Path)
		return &operatorError{statusFailure, sentence, err}
	}
	return err
}

var states = []struct {
	err      error
	status   int
	sentence string
}{
	{matrix.ErrNoPassword, statusRefused, "Il faut se connecter de nouveau, et aucun mot de passe n’est configuré : lancez « bot login », ou renseignez matrix.password_file, puis relancez"},
	{matrix.ErrWrongPassword, statusRefused, "Le serveur refuse cet utilisateur et ce mot de passe : vérifiez matrix.user et le mot de passe ; trop d’essais bloquent le compte"},
	{matrix.ErrTooManyLogins, statusFailure, "Le serveur a reçu trop de tentatives de connexion : attendez un quart d’heure avant de relancer « bot login »"},
	{matrix.ErrIdentifier, statusUsage, "Le serveur ne connaît pas cette façon de nommer le compte : mettez dans matrix.user l’identifiant complet (\"@heraut:example.org\") ou sa partie locale, puis relancez"},
	{matrix.ErrNoPasswordLogin, statusUsage, "Le serveur n’accepte pas de mot de passe ici : lancez « bot login », qui propose une connexion par navigateur si le serveur en a une, ou donnez un jeton par matrix.token_file"},
	{matrix.ErrNoBrowserLogin, statusUsage, "Le serveur n’offre pas de connexion par navigateur : lancez « bot login » sans --navigateur"},
	{matrix.ErrNotAuthorized, statusFailure, "La connexion n’a pas été autorisée à temps : relancez « bot login » et donnez le code dans le navigateur"},
	{matrix.ErrTokenRefused, statusRefused, "Le serveur refuse le jeton de matrix.token_file : mettez-y un jeton neuf, pris par une connexion faite pour le robot, ou lancez « bot login »"},
	{matrix.ErrTokenWithoutDevice, statusUsage, "Le jeton de matrix.token_file n’est celui d’aucun appareil : prenez-en un par une connexion ordinaire, ou lancez « bot login »"},
	{matrix.ErrTokenInUse, statusUsage, "L’appareil du jeton de matrix.token_file a déjà des clés dans un autre client : prenez le jeton d’une connexion faite pour le robot, qui n’a servi à rien d’autre, ou lancez « bot login »"},
	{matrix.ErrResetNeeded, statusUsage, "Le serveur demande que le titulaire du compte autorise les nouvelles clés : connecté au compte du robot, ouvrez la page indiquée, autorisez-les, puis relancez dans les dix minutes"},
	{matrix.ErrLoggedOut, statusRefused, "Le serveur a mis fin à la session du robot : lancez « bot login » pour ouvrir une nouvelle session, puis relancez"},
	{matrix.ErrAccountLocked, statusRefused, "Le compte du robot est bloqué ou désactivé : adressez-vous aux administrateurs du serveur"},
	{matrix.ErrDeviceKeys, statusRefused, "Les clés de cet appareil ne sont plus celles que le serveur connaît : lancez « bot login » pour créer un nouvel appareil, puis relancez"},
	{matrix.ErrNoRecoveryKey, statusUsage, "Le compte a déjà des clés de vérification : placez son code de vérification (clé de récupération) dans le fichier indiqué, puis relancez ; si ce code est perdu, réinitialisez la sécurité du compte depuis un client"},
	{matrix.ErrWrongRecoveryKey, statusUsage, "Le code de vérification (clé de récupération) n’est pas celui de ce compte : corrigez le fichier indiqué, puis relancez"},
	{errNoKeyDirectory, statusUsage, "Le répertoire de matrix.recovery_key_file n’existe pas : créez-le pour le compte qui lance le robot, ou retirez cette clé de la configuration, et la clé de récupération ira dans le répertoire d’état"},
	{matrix.ErrOtherAccount, statusUsage, "Le répertoire d’état appartient à un autre compte que matrix.user : corrigez l’un ou l’autre"},
	{matrix.ErrNotMatrix, statusUsage, "Ce n’est pas l’adresse d’un serveur Matrix : corrigez matrix.homeserver (une adresse comme https://matrix.example.org, sans chemin)"},
	{matrix.ErrUnreachable, statusFailure, "Le serveur Matrix ne répond pas, ou répond qu’il ne peut pas pour l’instant : vérifiez matrix.homeserver et le réseau, puis relancez"},
	{errStateUnusable, statusFailure, "Le répertoire d’état ne peut pas être utilisé : vérifiez « state », et que ce répertoire et ses fichiers appartiennent au compte qui lance le robot, le même pour « login » et « run »"},
	{errStateFull, statusFailure, "Le disque du répertoire d’état est plein, ou le quota est atteint : libérez de la place (« bot doctor » dit combien il en reste), puis relancez ; rien n’est perdu"},
	{errStateReadOnly, statusFailure, "Le répertoire d’état est sur un système de fichiers en lecture seule : remontez-le en écriture, après avoir lu le journal du système, puis relancez"},
	{storage.ErrOtherVersion, statusFailure, "La base vient d’une version plus récente du robot : remettez cette version en place, ou la sauvegarde d’avant la mise à jour"},
	{storage.ErrEditedMigration, statusFailure, "La base a été mise à niveau par un programme différent, qui porte le même numéro de schéma : remettez le programme d’une version publiée, ou rétablissez une sauvegarde"},
	{storage.ErrNoCopy, statusFailure, "La copie de bot.db d’avant sa mise à niveau ne peut pas être écrite, et rien n’est changé : libérez de la place dans le répertoire d’état, et vérifiez que le compte du robot peut y écrire, puis relancez"},
	{storage.ErrDamaged, statusFailure, "La base bot.db est abîmée : mettez-la de côté, avec bot.db-wal et bot.db-shm, et rétablissez la dernière sauvegarde, comme le dit le guide d’exploitation (« Sauvegarder, restaurer »)"},
	{matrix.ErrKeysDamaged, statusFailure, "Le fichier crypto.db est abîmé : mettez-le de côté, avec crypto.db-wal et crypto.db-shm, puis lancez « bot login » pour créer un nouvel appareil, et relancez"},
	{errNoListener, statusFailure, "L’adresse de http.listen ne peut pas être ouverte, sans doute parce qu’un autre programme l’occupe : donnez-en une autre, ou \"\" pour s’en passer"},
	{errNoWebhookListener, statusFailure, "L’adresse de webhooks.listen ne peut pas être ouverte, sans doute parce qu’un autre programme l’occupe : donnez-en une autre, ou \"\" pour fermer les webhooks"},
	{errStateInUse, statusFailure, "Un autre robot utilise déjà ce répertoire d’état : arrêtez-le, ou donnez à chacun le sien"},
}
