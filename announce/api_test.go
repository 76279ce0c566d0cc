package announce_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// api is a server that speaks the part of the API of ecosyste.ms that the bot uses.
// Like the real one, its list of hosts answers «not modified» when only numbers
// changed, and so does a list of repositories when only a status changed.
type api struct {
	*httptest.Server

	mu       sync.Mutex
	hosts    []*apiHost
	lastRow  int
	requests int                                               // all requests
	full     int                                               // requests that got data
	fault    http.HandlerFunc                                  // answers all requests
	fail     func(w http.ResponseWriter, r *http.Request) bool // answers those for which it returns true
}

type apiHost struct {
	name, url, status string
	rows              []*apiRepo // ordered by row id
	people            map[string]bool
}

// apiRepo is a repository in the API's format.
type apiRepo struct {
	ID          int       `json:"id"`
	UUID        string    `json:"uuid"`
	FullName    string    `json:"full_name"`
	Owner       string    `json:"owner"`
	Description *string   `json:"description"`
	Archived    bool      `json:"archived"`
	Fork        bool      `json:"fork"`
	Template    bool      `json:"template"`
	Mirror      string    `json:"mirror_url"`
	Pushed      time.Time `json:"pushed_at"`
	Size        int       `json:"size"`
	Language    *string   `json:"language"`
	License     *string   `json:"license"`
	Status      *string   `json:"status"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
	URL         string    `json:"html_url"`
	Previous    []string  `json:"previous_names"`
	Topics      []string  `json:"topics"`
}

func newAPI(t testing.TB) *api {
	a := &api{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/hosts", a.listHosts)
	mux.HandleFunc("GET /api/v1/hosts/{host}/repositories", a.listRepositories)
	mux.HandleFunc("GET /api/v1/hosts/{host}/repositories/{name}", a.showRepository)
	mux.HandleFunc("GET /api/v1/hosts/{host}/owners/{login}", a.showOwner)
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests++
		if a.fault != nil {
			a.fault(w, r)
			return
		}
		if a.fail != nil && a.fail(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *api) base() string { return a.URL + "/api/v1" }

// change changes the server's state between two requests.
func (a *api) change(do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do()
}

// host returns the host with that domain, and creates it if necessary.
func (a *api) host(domain string) *apiHost {
	for _, h := range a.hosts {
		if h.name == domain {
			return h
		}
	}
	h := &apiHost{name: domain, url: "https://" + domain, status: "online", people: map[string]bool{}}
	a.hosts = append(a.hosts, h)
	return h
}

// add indexes a new repository.
func (a *api) add(domain, fullName string, created time.Time) *apiRepo {
	a.lastRow++
	owner, _, _ := strings.Cut(fullName, "/")
	r := &apiRepo{
		ID: a.lastRow, UUID: fmt.Sprint(100_000 + a.lastRow), FullName: fullName, Owner: owner, Size: 12,
		Created: created, Updated: created, Pushed: created, URL: "https://" + domain + "/" + fullName,
	}
	h := a.host(domain)
	h.rows = append(h.rows, r)
	return r
}

func (h *apiHost) remove(r *apiRepo) {
	h.rows = slices.DeleteFunc(h.rows, func(other *apiRepo) bool { return other == r })
}

func (h *apiHost) insert(r *apiRepo) {
	h.rows = append(h.rows, r)
	slices.SortFunc(h.rows, func(a, b *apiRepo) int { return a.ID - b.ID })
}

// counts returns the numbers of requests since the last call, and resets them.
func (a *api) counts() (requests, full int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	requests, full = a.requests, a.full
	a.requests, a.full = 0, 0
	return requests, full
}

func (a *api) listHosts(w http.ResponseWriter, r *http.Request) {
	type host struct {
		Name   string `json:"name"`
		URL    string `json:"url"`
		Kind   string `json:"kind"`
		Count  int    `json:"repositories_count"`
		Status string `json:"status"`
	}
	tag := fnv.New64()
	all := []host{}
	for _, h := range a.hosts {
		all = append(all, host{h.name, h.url, "gitlab", len(h.rows), h.status})
		fmt.Fprint(tag, h.name)
	}
	if r.URL.Query().Get("page") > "1" {
		all = nil
	}
	a.answer(w, r, tag.Sum64(), all)
}

func (a *api) find(r *http.Request) *apiHost {
	for _, h := range a.hosts {
		if strings.EqualFold(h.name, r.PathValue("host")) {
			return h
		}
	}
	return nil
}

func (a *api) listRepositories(w http.ResponseWriter, r *http.Request) {
	h := a.find(r)
	if h == nil {
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	}
	q := r.URL.Query()
	size, _ := strconv.Atoi(q.Get("per_page"))
	page, _ := strconv.Atoi(q.Get("page"))
	size, page = min(max(size, 1), 1000), max(page, 1)
	end := max(0, len(h.rows)-(page-1)*size)
	rows := append([]*apiRepo{}, h.rows[max(0, end-size):end]...)
	slices.Reverse(rows)
	tag := fnv.New64()
	for _, row := range rows {
		fmt.Fprint(tag, row.ID, row.Updated.UnixNano())
	}
	a.answer(w, r, tag.Sum64(), rows)
}

func (a *api) showRepository(w http.ResponseWriter, r *http.Request) {
	if h := a.find(r); h != nil {
		name := r.PathValue("name")
		for _, row := range h.rows {
			if strings.EqualFold(row.FullName, name) {
				a.answer(w, r, uint64(row.ID), row)
				return
			}
		}
		for _, row := range h.rows {
			if slices.Contains(row.Previous, strings.ToLower(name)) {
				http.Redirect(w, r, strings.ReplaceAll(row.FullName, "/", "%2F"), http.StatusMovedPermanently)
				return
			}
		}
	}
	http.Error(w, `{"error":"Repository not found"}`, http.StatusNotFound)
}

func (a *api) showOwner(w http.ResponseWriter, r *http.Request) {
	h := a.find(r)
	if h == nil {
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	}
	kind := "organization"
	if h.people[r.PathValue("login")] {
		kind = "user"
	}
	a.answer(w, r, 0, map[string]string{"login": r.PathValue("login"), "kind": kind})
}

func (a *api) answer(w http.ResponseWriter, r *http.Request, tag uint64, data any) {
	etag := fmt.Sprintf(`W/"%x"`, tag)
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	a.full++
	_ = json.NewEncoder(w).Encode(data)
}
