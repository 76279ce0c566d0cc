package endtoend

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestBreakConfig has the rows of the break table that concern the configuration file:
// faults end the bot, remarks are in the log, in check and in doctor.
func TestBreakConfig(t *testing.T) {
	once := []moment{firstStart}
	remark := func(name, says string, breaks func(*testing.T, *deployment) func()) fault {
		return fault{name: name, when: once, breaks: checked(says, breaks), status: running, log: says, doctor: says, remark: true}
	}
	missing := remark("the catalogue's file is missing", "absent.json n’existe pas", configured(func(config map[string]any) {
		config["catalogue"] = map[string]any{"sill": map[string]any{"url": "absent.json"}}
	}))
	missing.stays = true
	breaks(t, []fault{
		{
			name: "a key of the configuration is unknown", when: []moment{atStart}, breaks: checked("usr", configured(section("matrix", "usr", "x"))),
			status: misconfigured, log: "usr", untold: true,
		},
		{
			name: "the configuration is in UTF-16", when: once, breaks: checked("iconv -f UTF-16", encoded(func(text string) []byte {
				utf := []byte{0xff, 0xfe}
				for _, unit := range utf16.Encode([]rune(text)) {
					utf = binary.LittleEndian.AppendUint16(utf, unit)
				}
				return utf
			})),
			status: misconfigured, log: "iconv -f UTF-16", untold: true,
		},
		remark("the configuration is in Latin-1", "n’est pas en UTF-8", encoded(func(text string) []byte {
			return bytes.ReplaceAll([]byte(text), []byte("é"), []byte{0xe9})
		})),
		remark("others may read the password", "lisible par tous les comptes", func(t *testing.T, d *deployment) func() {
			if err := os.Chmod(d.bot.ConfigFile, 0o644); err != nil {
				t.Fatal(err)
			}
			return func() {}
		}),
		missing,
		remark("the example's values are left", "vient de l’exemple", configured(section("about", "run_by", "Direction de l’exemple"))),
		{
			name: "the homeserver's address is a web client's", when: once,
			breaks: checked("semble l’adresse d’un client web", configured(section("matrix", "homeserver", "https://element.heraut.invalid"))),
			status: failed, log: "semble l’adresse d’un client web", doctor: "semble l’adresse d’un client web",
		},
	})
}

// checked makes a fault and expects bot check to tell it.
func checked(says string, breaks func(*testing.T, *deployment) func()) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		mend := breaks(t, d)
		status, stdout, stderr := d.run(t, "check", "")
		if status != stopped && status != misconfigured || !strings.Contains(stdout+stderr, says) {
			t.Errorf("bot check ended with status %d and does not say %q:\n%s%s", status, says, stdout, stderr)
		}
		return mend
	}
}

// encoded makes a fault of the encoding of the configuration file.
func encoded(encode func(text string) []byte) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		before, err := os.ReadFile(d.bot.ConfigFile)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.bot.ConfigFile, encode(string(before)), 0o600); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(d.bot.ConfigFile, before, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}
