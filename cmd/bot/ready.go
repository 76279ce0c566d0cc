package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

type readyCommand struct{ configured }

// Help returns the paragraphs that --help shows below the one-line description of this
// command.
func (readyCommand) Help() string {
	return `
Interroge /readyz du service qui fonctionne sur cette machine, à l’adresse de http.listen. Sert de
sonde aux conteneurs.
État de sortie : 0 s’il est prêt, 1 sinon, 2 la configuration est fausse.`
}

// Run asks the bot that runs on this machine whether it is ready, and prints the answer
// if it is. If it is not, the error lists the troubles in French. Any other error means
// that the bot does not answer, or that the configuration is wrong or has no address
// for probes.
func (c readyCommand) Run(ctx context.Context, std stdio, env environment) error {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	answer, err := askReady(ctx, config.HTTP.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, answer)
	return nil
}

var (
	errNoProbes = errors.New("http.listen est vide : le service n’a pas de sondes")
	errNotReady = errors.New("le service n’est pas prêt")
)

// askReady returns the answer of /readyz at listen, the value of http.listen. If the
// service runs but is not ready, it returns the answer and an error that wraps
// errNotReady. The error is errNoProbes for an empty listen; any other means that the
// service does not answer.
func askReady(ctx context.Context, listen string) (string, error) {
	if listen == "" {
		return "", errNoProbes
	}
	status, answer, err := askLocal(ctx, listen, "/readyz")
	if err != nil {
		return "", fmt.Errorf("le service ne répond pas sur %s : %w", listen, err)
	}
	if status != http.StatusOK {
		return answer, fmt.Errorf("%w : %s", errNotReady, answer)
	}
	return answer, nil
}
