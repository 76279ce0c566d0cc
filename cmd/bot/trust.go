package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"heraut/chat"
	"heraut/matrix"
)

type trustCommand struct {
	configured
	User string `arg:"" name:"compte" placeholder:"@COMPTE:SERVEUR" help:"La personne dont l’identité de chiffrement a été réinitialisée."`
}

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (trustCommand) Help() string {
	return `
Quand une personne réinitialise son identité de chiffrement, le robot ne lui reconnaît plus de droits
dans les salons chiffrés : quelqu’un d’autre pourrait l’avoir fait. Cette commande montre l’empreinte
de sa nouvelle clé ; comparez-la avec elle, de vive voix, puis tapez « oui » pour l’accepter. Le robot
peut fonctionner en même temps.
État de sortie : 0, 1 rien n’est accepté, 2 la configuration est fausse.`
}

// Run shows the fingerprint of the person's key and, if the key has changed, accepts it
// in crypto.db once the operator types «oui» or «yes». If it has not changed, Run says
// so and changes nothing. The error is errNotTrusted for any other answer; else the
// configuration is wrong, the person has no known key, or crypto.db cannot be used.
func (c trustCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	return trust(ctx, filepath.Join(config.State, "crypto.db"), chat.UserID(c.User), std.in, std.out)
}

var errNotTrusted = errors.New("rien n’est accepté")

func trust(ctx context.Context, cryptoDB string, user chat.UserID, in io.Reader, out io.Writer) error {
	identity, err := matrix.IdentityOf(ctx, cryptoDB, user)
	switch {
	case errors.Is(err, matrix.ErrNoIdentity):
		return fmt.Errorf("le robot ne connaît aucune clé de %s : vérifiez le nom du compte, ou faites-lui envoyer un message dans un salon chiffré où il est", user)
	case err != nil:
		return err
	case !identity.Changed():
		fmt.Fprintf(out, "La clé de %s est celle que le robot a vue en premier : il n’y a rien à accepter.\nEmpreinte : %s\n", user, identity.Now.Fingerprint())
		return nil
	}
	fmt.Fprintf(out, "Compte : %s\nEmpreinte de la première clé : %s\nEmpreinte de la clé actuelle : %s\n", user, identity.First.Fingerprint(), identity.Now.Fingerprint())
	fmt.Fprint(out, "Comparez la clé actuelle avec la personne, de vive voix. Tapez « oui » pour l’accepter : ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	fmt.Fprintln(out)
	if word := strings.ToLower(strings.TrimSpace(line)); word != "oui" && word != "yes" {
		return errNotTrusted
	}
	if err := identity.Trust(ctx, cryptoDB); err != nil {
		return err
	}
	fmt.Fprintln(out, "C’est fait : le robot reconnaît cette clé dès le prochain message.")
	return nil
}
