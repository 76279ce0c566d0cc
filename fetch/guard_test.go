package fetch

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGuardStopsAtTheDoor(t *testing.T) {
	var url string
	url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if target := r.URL.Query().Get("to"); target != "" {
			http.Redirect(w, r, strings.Replace(target, "HERE", url, 1), http.StatusFound)
			return
		}
		io.WriteString(w, "[]")
	})
	byName := strings.Replace(url, "127.0.0.1", "localhost", 1)
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		allowed  []string
		location string
		want     error
	}{
		"loopback":                        {nil, url, ErrNotPublic},
		"a name that resolves to private": {nil, byName, ErrNotPublic},
		"IPv6 loopback":                   {nil, "http://[::1]/", ErrNotPublic},
		"IPv4 in IPv6":                    {nil, "http://[::ffff:127.0.0.1]/", ErrNotPublic},
		"link-local":                      {nil, "http://169.254.169.254/latest/meta-data", ErrNotPublic},
		"private network":                 {nil, "http://10.0.0.1/", ErrNotPublic},
		"a port that is not the web's":    {nil, "http://192.0.2.1:25/", ErrNotPublic},
		"file":                            {nil, path, ErrScheme},
		"file URL":                        {nil, "file://" + path, ErrScheme},
		"allowed address":                 {[]string{"127.0.0.1"}, url, nil},
		"allowed network":                 {[]string{"10.0.0.0/8", "127.0.0.0/8"}, url, nil},
		"allowed host":                    {[]string{"LocalHost."}, byName, nil},
		"another host":                    {[]string{"example.org"}, byName, ErrNotPublic},
		"redirect to loopback":            {[]string{"localhost"}, byName + "?to=HERE", ErrNotPublic},
		"redirect to link-local":          {[]string{"localhost"}, byName + "?to=http://169.254.169.254/", ErrNotPublic},
		"redirect to a file":              {[]string{"localhost"}, byName + "?to=file://" + path, ErrScheme},
		"redirect to an allowed host":     {[]string{"localhost", "127.0.0.1/32"}, byName + "?to=HERE", nil},
	} {
		t.Run(name, func(t *testing.T) {
			guard, err := NewGuard(c.allowed)
			if err != nil {
				t.Fatal(err)
			}
			text, err := read(t.Context(), newGetter(t, Options{Guard: guard}), c.location)
			if !errors.Is(err, c.want) || (c.want == nil && text != "[]") {
				t.Errorf("got %q, %v; want %v", text, err, c.want)
			}
		})
	}
}

// A proxy would reach private addresses on the bot's behalf.
func TestGuardUsesNoProxy(t *testing.T) {
	guard, err := NewGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := newGetter(t, Options{Guard: guard}).client.Transport.(*http.Transport)
	if transport.Proxy != nil {
		t.Error("a guarded Getter asks the environment for a proxy")
	}
}

func TestNewGuardRefusesWhatIsNoHostOrNetwork(t *testing.T) {
	for _, entry := range []string{"", "10.0.0.0/33", "http://intranet", "intranet:8080", "*.example.org", "a b"} {
		if _, err := NewGuard([]string{entry}); err == nil {
			t.Errorf("%q was taken", entry)
		}
	}
}

func TestIsPrivate(t *testing.T) {
	allowed := []string{"forge.example.org", "10.1.0.0/16", "192.0.2.7"}
	for location, want := range map[string]bool{
		"https://code.gouv.fr/feed/feed.xml":     false,
		"https://code.gouv.fr/feed?page=2":       false,
		"https://8.8.8.8/feed":                   false,
		"https://code.gouv.fr/feed?feed_token=x": true,
		"https://bot:x@code.gouv.fr/feed":        true,
		"https://Forge.example.org./feed":        true,
		"https://autre.forge.example.org/feed":   false,
		"http://10.1.2.3/feed":                   true,
		"http://192.0.2.7/feed":                  true,
		"http://127.0.0.1:8080/feed":             true,
		"http://[fd00::1]/feed":                  true,
		"http://intranet/feed":                   true,
		"http://wiki.intranet/feed":              true,
		"depots.json":                            true,
		"file:///srv/depots.json":                true,
	} {
		if got := IsPrivate(location, allowed); got != want {
			t.Errorf("%s: %t", location, got)
		}
	}
}
