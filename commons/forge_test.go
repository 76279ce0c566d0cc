package commons_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"heraut/commons"
)

const (
	gitLabPage  = "/api/v4/projects?archived=false&order_by=id&page=%d&per_page=50&simple=true&sort=asc"
	forgejoPage = "/api/v1/repos/search?archived=false&limit=50&order=asc&page=%d&sort=id"
)

// publicCode returns a publiccode.yml.
func publicCode(name string) string {
	return fmt.Sprintf("publiccodeYmlVersion: '0.4'\nname: %s\nurl: https://forge.example/ville/%s\nlegal: {license: EUPL-1.2}\n", name, strings.ToLower(name))
}

func encode(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// gitLab serves 60 projects, of which the projects 3 and 57 have a publiccode.yml.
func gitLab(t *testing.T) *server {
	t.Helper()
	s := serve(t, map[string]string{})
	var all []map[string]any
	for i := range 60 {
		all = append(all, map[string]any{
			"id": i, "web_url": fmt.Sprintf("%s/ville/p%d", s.URL, i), "default_branch": "main", "last_activity_at": "2026-01-01T00:00:00Z",
		})
	}
	s.files[fmt.Sprintf(gitLabPage, 1)], s.files[fmt.Sprintf(gitLabPage, 2)] = encode(all[:50]), encode(all[50:])
	s.files["/ville/p3/-/raw/main/publiccode.yml"], s.files["/ville/p57/-/raw/main/publiccode.yml"] = publicCode("Trois"), publicCode("Fin")
	return s
}

func TestGitLabHost(t *testing.T) {
	s := gitLab(t)
	r := reader(t, commons.PublicCode, s.URL)
	got, packed := round(t, r, nil)
	if asked := s.takeAsked(); got != "Trois, Fin" || len(asked) != 62 {
		t.Errorf("%s, by %d requests", got, len(asked))
	}
	// Nothing moved: the two lists are asked for, and no file.
	if got, _ := round(t, r, packed); got != "unchanged" {
		t.Error(got)
	}
	if asked := s.takeAsked(); len(asked) != 2 || !strings.HasSuffix(asked[1], " 304") {
		t.Errorf("asked %v", asked)
	}
	// One repository moved: only its file is asked for.
	page := fmt.Sprintf(gitLabPage, 1)
	s.set(page, strings.Replace(s.files[page], "2026-01-01", "2026-11-11", 1))
	s.set("/ville/p0/-/raw/main/publiccode.yml", publicCode("Zero"))
	got, packed = round(t, r, packed)
	if asked := s.takeAsked(); got != "Zero, Trois, Fin" || len(asked) != 3 {
		t.Errorf("%s, by %v", got, asked)
	}
	// A file that became wrong is left out, and said so; the others stay.
	s.set(page, strings.Replace(s.files[page], "2026-11-11", "2026-11-12", 1))
	s.set("/ville/p0/-/raw/main/publiccode.yml", "name: [")
	if got, _ = round(t, r, packed); got != "Trois, Fin" {
		t.Error(got)
	}
}

// TestForbiddenFiles forbids access to a file from the start, and later to another one:
// the first is reported, the second stays as it was, and both are asked for again.
func TestForbiddenFiles(t *testing.T) {
	for _, code := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			s := gitLab(t)
			forbid := func(paths ...string) {
				s.before = func(w http.ResponseWriter, r *http.Request) bool {
					forbidden := slices.Contains(paths, r.URL.Path)
					if forbidden {
						w.WriteHeader(code)
					}
					return forbidden
				}
			}
			const unknown, known = "/ville/p0/-/raw/main/publiccode.yml", "/ville/p3/-/raw/main/publiccode.yml"
			r := reader(t, commons.PublicCode, s.URL)
			forbid(unknown)
			got, packed, err := r.Read(t.Context(), nil)
			if err != nil || names(got.Entries) != "Trois, Fin" || len(got.Dropped) != 1 || !strings.Contains(got.Dropped[0].Reason, unknown) {
				t.Fatalf("got %s, %v, %v", names(got.Entries), got.Dropped, err)
			}
			page := fmt.Sprintf(gitLabPage, 1)
			s.set(page, strings.ReplaceAll(s.files[page], "2026-01-01", "2026-11-11"))
			forbid(unknown, known)
			if got, now := round(t, r, packed); got != "unchanged" && got != "Trois, Fin" {
				t.Error(got)
			} else {
				packed = now
			}
			forbid()
			s.set(unknown, publicCode("Zero"))
			s.set(known, publicCode("Tiers"))
			if got, _ := round(t, r, packed); got != "Zero, Tiers, Fin" {
				t.Error(got)
			}
		})
	}
}

func TestForgejoHost(t *testing.T) {
	s := serve(t, map[string]string{})
	var all []map[string]any
	for i := range 2 {
		all = append(all, map[string]any{"full_name": fmt.Sprintf("gemeente/p%d", i), "updated_at": "2026-01-01T00:00:00Z"})
	}
	s.files[fmt.Sprintf(forgejoPage, 1)] = encode(map[string]any{"ok": true, "data": all})
	s.files["/api/v1/repos/gemeente/p1/raw/publiccode.yml"] = publicCode("Een")
	if got, _ := round(t, reader(t, commons.PublicCode, s.URL+"/"), nil); got != "Een" {
		t.Error(got)
	}
}

// A round that a busy forge ends goes on where it stopped.
func TestARoundGoesOn(t *testing.T) {
	s := gitLab(t)
	asked := 0
	s.before = func(w http.ResponseWriter, _ *http.Request) bool {
		if asked++; asked < 40 {
			return false
		}
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	r := reader(t, commons.PublicCode, s.URL)
	if _, _, err := r.Read(t.Context(), nil); err == nil {
		t.Fatal("the round ended well")
	}
	asked = -1000
	s.takeAsked()
	got, _ := round(t, r, nil)
	requests := s.takeAsked()
	if got != "Trois, Fin" || slices.Contains(requests, "/ville/p3/-/raw/main/publiccode.yml 200") || len(requests) > 2+60-37 {
		t.Errorf("%s by %d requests", got, len(requests))
	}
}

// Old files spell the field of the format's version in other ways. A file is read alike
// by itself, in a list, and in a repository.
func TestSpellingsOfTheVersion(t *testing.T) {
	for _, key := range []string{"publiccodeYmlVersion", "publiccode-yaml-version", "publiccodeYamlVersion"} {
		yaml := strings.Replace(publicCode("Ancien"), "publiccodeYmlVersion", key, 1)
		whole := map[string]any{key: "0.1", "name": "Ancien", "url": "https://forge.example/ville/ancien"}
		if got := commons.Detect([]byte(yaml)); got != commons.PublicCode {
			t.Errorf("%s: detected %q", key, got)
		}
		s := serve(t, map[string]string{
			"/one": yaml, "/json": encode(whole), "/whole": encode([]any{whole}), "/a/-/raw/HEAD/publiccode.yml": yaml,
		})
		s.set("/repository", encode([]any{s.URL + "/a"}))
		for _, path := range []string{"/one", "/json", "/whole", "/repository"} {
			t.Run(key+path, func(t *testing.T) {
				if got, _ := round(t, reader(t, commons.PublicCode, s.URL+path), nil); got != "Ancien" {
					t.Error(got)
				}
			})
		}
	}
}

func TestListsOfFiles(t *testing.T) {
	s := serve(t, map[string]string{"/a/-/raw/HEAD/publiccode.yml": publicCode("Premier"), "/b.yml": publicCode("Second")})
	whole := map[string]any{"publiccodeYmlVersion": "0.4", "name": "Entier", "url": "https://forge.example/a/entier", "softwareVersion": 2}
	for name, text := range map[string]string{
		"JSON":    encode([]any{s.URL + "/a", map[string]any{"url": s.URL + "/b.yml"}, whole, 3}),
		"YAML":    "- " + s.URL + "/a\n- " + s.URL + "/b.yml\n",
		"awesome": s.URL + "/a:\n  added: 2023-11-30\n\n" + s.URL + "/b.yml:\n  added: 2023-11-30\n",
	} {
		t.Run(name, func(t *testing.T) {
			s.set("/list", text)
			got, _ := round(t, reader(t, commons.PublicCode, s.URL+"/list"), nil)
			if got = strings.TrimPrefix(got, "Entier, "); got != "Premier, Second" {
				t.Error(got)
			}
		})
	}
	s.set("/list", `{"price": 3}`)
	if _, _, err := reader(t, commons.PublicCode, s.URL+"/list").Read(t.Context(), nil); err == nil {
		t.Error("a price list is read")
	}
}
