package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RepositoryAPI is a server with that part of the ecosyste.ms API that the bot uses,
// for one code host. All owners of its repositories are organisations.
type RepositoryAPI struct {
	URL string // the API's address

	server *httptest.Server
	mu     sync.Mutex
	rows   []repositoryRow
	rounds int // number of requests for the list of hosts
	status int // the status of all answers; 0: regular answers
}

// Repository is a public repository that the test's API lists.
type Repository struct {
	Name        string // with the owner's name: "ville/velos"
	Description string
	Language    string
	Fork        bool
}

// repositoryRow is a repository in the JSON of the API's answers.
type repositoryRow struct {
	ID          int       `json:"id"`
	UUID        string    `json:"uuid"`
	FullName    string    `json:"full_name"`
	Owner       string    `json:"owner"`
	Description string    `json:"description"`
	Fork        bool      `json:"fork"`
	Size        int       `json:"size"`
	Language    string    `json:"language"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
	Pushed      time.Time `json:"pushed_at"`
	URL         string    `json:"html_url"`
}

// repositoryHost is the only forge.
const repositoryHost = "git.example.org"

// StartRepositoryAPI starts a server that imitates the API of ecosyste.ms. The caller
// closes it.
func StartRepositoryAPI() *RepositoryAPI {
	a := &RepositoryAPI{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/hosts", a.hosts)
	mux.HandleFunc("GET /api/v1/hosts/{host}/repositories", a.list)
	mux.HandleFunc("GET /api/v1/hosts/{host}/repositories/{name}", a.show)
	mux.HandleFunc("GET /api/v1/hosts/{host}/owners/{login}", a.owner)
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if r.URL.Path == "/api/v1/hosts" {
			a.rounds++
		}
		if a.status != 0 {
			http.Error(w, http.StatusText(a.status), a.status)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	a.URL = a.server.URL + "/api/v1"
	return a
}

// Close stops the server.
func (a *RepositoryAPI) Close() { a.server.Close() }

// Publish adds repositories to the API's list, with the present as the time of their
// creation.
func (a *RepositoryAPI) Publish(repositories ...Repository) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now().UTC()
	for _, r := range repositories {
		id := len(a.rows) + 1
		owner, _, _ := strings.Cut(r.Name, "/")
		a.rows = append(a.rows, repositoryRow{
			ID: id, UUID: strconv.Itoa(100_000 + id), FullName: r.Name, Owner: owner, Description: r.Description, Fork: r.Fork,
			Size: 12, Language: r.Language, Created: now, Updated: now, Pushed: now, URL: "https://" + repositoryHost + "/" + r.Name,
		})
	}
}

// Break makes the server answer every request with a status such as 503; 0 repairs it.
func (a *RepositoryAPI) Break(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status = status
}

// Rounds returns how often the bot has asked for the list of hosts, with which it
// begins each reading.
func (a *RepositoryAPI) Rounds() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.rounds
}

func (a *RepositoryAPI) hosts(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, []map[string]any{{
		"name": repositoryHost, "url": "https://" + repositoryHost, "repositories_count": len(a.rows), "status": "online",
	}})
}

// list answers a request for the repositories with a page of them, the last added
// first.
func (a *RepositoryAPI) list(w http.ResponseWriter, r *http.Request) {
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, page = max(size, 1), max(page, 1)
	end := max(0, len(a.rows)-(page-1)*size)
	rows := slices.Clone(a.rows[max(0, end-size):end])
	slices.Reverse(rows)
	a.answer(w, r, rows)
}

func (a *RepositoryAPI) show(w http.ResponseWriter, r *http.Request) {
	for _, row := range a.rows {
		if strings.EqualFold(row.FullName, r.PathValue("name")) {
			a.answer(w, r, row)
			return
		}
	}
	http.Error(w, `{"error":"Repository not found"}`, http.StatusNotFound)
}

func (a *RepositoryAPI) owner(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, map[string]string{"login": r.PathValue("login"), "kind": "organization"})
}

func (a *RepositoryAPI) answer(w http.ResponseWriter, r *http.Request, data any) {
	tag := fmt.Sprintf(`W/"%d"`, len(a.rows))
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_ = json.NewEncoder(w).Encode(data) //nolint:errchkjson // whoever asked may be gone
}
