package testkit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"maunium.net/go/mautrix/id"
)

// BotConfig is the configuration of a bot under test. The defaults suit most tests: no
// limits, no quiet hours, the demo's catalogue, French.
type BotConfig struct {
	Homeserver string  // the address of a Homeserver or of a Proxy
	Account    Account // the bot's own account
	Operators  []id.UserID
	SILL       string // the catalogue's URL or file
	// Through is a command that replaces itself by the bot, such as setpriv with its
	// options; empty: none.
	Through []string
	// Set holds further keys of the configuration file, with a dot between the
	// levels: "answer_within": "1h", "limits.person": "20/m". They override all
	// other values; nil removes a key.
	Set map[string]any
}

// write writes the configuration to config.yaml in the directory dir and returns the
// file's path. The bot will store its state in dir/data and listen for health checks at
// the address listen.
func (c BotConfig) write(dir, listen string) (string, error) {
	if c.SILL == "" {
		root, err := Root()
		if err != nil {
			return "", err
		}
		c.SILL = filepath.Join(root, "cmd", "demo", "catalogue.json")
	}
	config := map[string]any{}
	for key, value := range map[string]any{
		"about.run_by":       "Tests of Héraut",
		"about.contact":      "tests@" + ServerName,
		"matrix.homeserver":  c.Homeserver,
		"matrix.user":        c.Account.UserID,
		"matrix.password":    c.Account.Password,
		"state":              "./data",
		"limits.person":      "0",
		"limits.room":        "0",
		"catalogue.sill.url": c.SILL,
		"http.listen":        listen,
		// What a test sees must not depend on the hour.
		"quiet.nights": "", "quiet.weekends": false, "quiet.holidays": false,
	} {
		set(config, key, value)
	}
	if len(c.Operators) > 0 {
		set(config, "operators", c.Operators)
	}
	for key, value := range c.Set {
		set(config, key, value)
	}
	content, err := json.MarshalIndent(config, "", "  ") // JSON is YAML
	if err != nil {
		return "", fmt.Errorf("write the bot's configuration: %w", err)
	}
	path := filepath.Join(dir, "config.yaml")
	return path, os.WriteFile(path, content, 0o600)
}

// set stores value in the nested maps of config under a key with dots: set(m, "a.b", 1)
// sets m["a"]["b"]. It makes missing maps, and replaces values that are no maps. A nil
// value removes the key.
func set(config map[string]any, key string, value any) {
	first, rest, nested := strings.Cut(key, ".")
	switch {
	case nested:
		inner, ok := config[first].(map[string]any)
		if !ok {
			inner = map[string]any{}
			config[first] = inner
		}
		set(inner, rest, value)
	case value == nil:
		delete(config, first)
	default:
		config[first] = value
	}
}
