package main

import "heraut/matrix"

// ways adds a finding about how the homeserver lets the bot log in: with a password, in
// a browser or only with a token. It is a warning if only a token works or the
// configured password is of no use.
func (d *doctor) ways(ways matrix.LoginWays) {
	const what = "façons de se connecter"
	m := d.config.Matrix
	needless := ""
	if !ways.Password && (m.Password != "" || m.PasswordFile != "") {
		needless = " ; le mot de passe de la configuration ne sert plus, retirez-le"
	}
	switch {
	case ways.Password && ways.Browser:
		d.good(what, "mot de passe, navigateur par login --navigateur, ou jeton par matrix.token_file")
	case ways.Password:
		d.good(what, "mot de passe, ou jeton par matrix.token_file")
	case ways.Browser && needless == "":
		d.good(what, "navigateur, ou jeton par matrix.token_file, mais pas de mot de passe")
	case ways.Browser:
		d.warn(what, "navigateur, ou jeton par matrix.token_file, mais pas de mot de passe"+needless, d.command("login"))
	default:
		d.warn(what, "ni mot de passe ni navigateur : donnez un jeton par matrix.token_file"+needless, d.command("check"))
	}
}
