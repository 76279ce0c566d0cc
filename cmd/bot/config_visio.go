package main

import (
	"fmt"
	"net/mail"
	"os"
	"strings"
)

func (r *reader) checkVisio(c *Config) {
	names := map[string]bool{}
	for i := range c.Visio {
		v, at := &c.Visio[i], item("visio", i)
		r.shortName(at+".name", v.Name, names)
		oneOf(r, at+".kind", v.Kind, "jitsi", "meet", "link")
		if v.Kind == "link" {
			r.webAddress(at+".url", v.URL)
			continue
		}
		if _, err := parseBase(v.URL); err != nil {
			r.fault(at+".url", err.Error())
		}
		if v.Kind == "meet" {
			r.checkMeet(at, v)
		}
	}
}

func (r *reader) checkMeet(at string, v *Visio) {
	if v.ClientID == "" {
		r.fault(at+".client_id", "l’identifiant de l’application est attendu ; l’administrateur du serveur Meet le donne")
	}
	if v.ClientSecretFile == "" {
		r.fault(at+".client_secret_file", "le fichier du secret de l’application est attendu ; écrivez-y le secret, seul, sur une ligne")
	} else {
		v.ClientSecretFile = r.path(at+".client_secret_file", v.ClientSecretFile)
		if _, err := v.secret(); err != nil {
			r.fault(at+".client_secret_file", fmt.Sprintf("ce fichier ne se lit pas (%v) ; écrivez-y le secret, seul, sur une ligne", err))
		}
	}
	if _, err := mail.ParseAddress(v.User); err != nil {
		r.fault(at+".user", fmt.Sprintf("%s : l’adresse électronique d’un compte fonctionnel est attendue", said(v.User)))
	}
	if v.AccessLevel == "" {
		v.AccessLevel = "trusted"
	}
	oneOf(r, at+".access_level", v.AccessLevel, "public", "trusted", "restricted")
}

// secret reads and returns the secret with which the bot calls the conference service's
// API, from v.ClientSecretFile, without surrounding spaces. The error means that the
// file cannot be read or is empty.
func (v Visio) secret() (Secret, error) {
	data, err := os.ReadFile(v.ClientSecretFile)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(data))
	if s == "" {
		return "", fmt.Errorf("%s: empty", v.ClientSecretFile)
	}
	return Secret(s), nil
}
