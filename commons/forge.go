package commons

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heraut/catalogue"
	"heraut/fetch"
)

// forge describes how a kind of code host, such as GitLab or Gitea, lists its
// repositories over HTTP and serves their files.
type forge struct {
	list   string // the path of the list of its repositories
	size   string // the parameter of the number of repositories on a page
	within string // the key of the list in the answer; empty: the answer is the list
	// file returns the address of a repository's publiccode.yml.
	file func(host *url.URL, repo element) string
	mark string // the field with the last activity
}

// pageSize is the number of repositories on a page. Forgejo allows no more.
const pageSize = 50

var forges = []forge{
	{ // GitLab's API, version 4
		list: "/api/v4/projects?archived=false&order_by=id&simple=true&sort=asc", size: "per_page", mark: "last_activity_at",
		file: func(_ *url.URL, repo element) string {
			return rawGitLab(repo.text("web_url"), repo.text("default_branch"))
		},
	},
	{ // Forgejo's and Gitea's, version 1
		list: "/api/v1/repos/search?archived=false&sort=id&order=asc", size: "limit", within: "data", mark: "updated_at",
		file: func(host *url.URL, repo element) string {
			return host.JoinPath("/api/v1/repos", repo.text("full_name"), "raw", "publiccode.yml").String()
		},
	},
}

func rawGitLab(repository, branch string) string {
	if repository == "" {
		return ""
	}
	if branch == "" {
		branch = "HEAD"
	}
	return strings.TrimRight(repository, "/") + "/-/raw/" + url.PathEscape(branch) + "/publiccode.yml"
}

// isHost returns the parsed address, and whether it is the address of a whole code
// host: one without a path or a query. A malformed address is none.
func isHost(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	return u, err == nil && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// host reads into the walk the publiccode.yml, which describes a public software, of
// each repository on the code host at the address host. It tries each known kind of
// code host until one answers. If none answers, the error is that of the first kind.
// Any other failure ends the round.
func (w *walk) host(ctx context.Context, host *url.URL) error {
	var first error
	for i := range forges {
		err := w.repositories(ctx, host, &forges[i])
		if err == nil {
			return w.files(ctx)
		}
		if first == nil {
			first = err
		}
		if !isAbsent(err) && !isRefused(err) {
			return err
		}
	}
	return first
}

// isAbsent reports whether a failed request means that there is nothing at the address:
// the server knows no such page, or answers with a web page instead of data. Other
// failures may pass.
func isAbsent(err error) bool {
	return hasStatus(err, http.StatusNotFound, http.StatusGone) || errors.Is(err, fetch.ErrHTML)
}

// isRefused reports whether the server refuses access to the address: the file may exist
// or not. A code host may also answer in this way to the API of another kind of host.
func isRefused(err error) bool {
	return hasStatus(err, http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed)
}

func hasStatus(err error, codes ...int) bool {
	status, ok := errors.AsType[*fetch.StatusError](err)
	return ok && slices.Contains(codes, status.Code)
}

// repositories reads the list of a code host's repositories into the walk, page by
// page. f says how the code host at the address host lists them. An error ends the
// reading.
func (w *walk) repositories(ctx context.Context, host *url.URL, f *forge) error {
	for number := 1; ; number++ {
		list, err := host.Parse(f.list)
		if err != nil {
			return err
		}
		query := list.Query()
		query.Set(f.size, strconv.Itoa(pageSize))
		query.Set("page", strconv.Itoa(number))
		list.RawQuery = query.Encode()
		p, err := w.visit(ctx, file{Address: list.String()}, func(body io.Reader) (*page, error) { return f.parse(host, body) })
		if err != nil {
			return err
		}
		if len(p.Files) < pageSize {
			return nil
		}
	}
}

func (f *forge) parse(host *url.URL, body io.Reader) (*page, error) {
	var p page
	err := catalogue.Elements(body, f.within, func(v any) error {
		repo := asElement(v)
		address := f.file(host, repo)
		if address == "" || repo.text(f.mark) == "" {
			return catalogue.FieldsError(repo)
		}
		p.Files = append(p.Files, file{address, repo.text(f.mark)})
		return nil
	})
	if errors.Is(err, catalogue.ErrEmpty) {
		err = nil
	}
	return &p, err
}

// files reads into the walk the publiccode.yml files that the pages read so far name.
// Most repositories have no such file (isAbsent); that is no error. A file that cannot be
// parsed is left out and reported. If the server answers with another error status, or
// forbids access, the file's version of the last round stays; without such a version,
// the file is reported. Any other failure, such as a busy server, ends the round.
func (w *walk) files(ctx context.Context) error {
	var all []file
	for _, address := range w.after.Order {
		all = append(all, w.after.Pages[address].Files...)
	}
	for _, f := range all {
		_, err := w.visit(ctx, f, w.publicCodeFile)
		fault, isFault := errors.AsType[*faultError](err)
		status, isStatus := errors.AsType[*fetch.StatusError](err)
		before := w.before[f.Address]
		switch {
		case err == nil:
		case isAbsent(err):
			w.changed = w.changed || before == nil || len(before.Entries) > 0
			w.put(f, &page{Mark: f.Mark})
		case isStatus && !isBusy(status) && before != nil:
			kept := *before
			kept.Mark = "" // asked again in the next round
			w.put(f, &kept)
		case isFault:
			w.put(f, &page{Mark: f.Mark, Dropped: []catalogue.Dropped{{Reason: fault.Error()}}})
		case isStatus && !isBusy(status):
			w.put(f, &page{Dropped: []catalogue.Dropped{{Reason: fmt.Sprintf("%s: %v", fetch.Redacted(f.Address), err)}}})
		default:
			return err
		}
	}
	return nil
}

func (w *walk) publicCodeFile(body io.Reader) (*page, error) {
	l, err := parsePublicCode(body, &w.settings)
	return &page{Entries: l.entries, Dropped: l.dropped}, err
}

// publicCode reads a catalogue whose entries are publiccode.yml files into the walk:
// all those of a code host, those of a list of addresses, or one file. An error ends
// the round.
func (w *walk) publicCode(ctx context.Context) error {
	if host, ok := isHost(w.settings.Location); ok {
		return w.host(ctx, host)
	}
	_, err := w.visit(ctx, file{Address: w.settings.Location}, func(body io.Reader) (*page, error) {
		return parseListOfFiles(body, &w.settings)
	})
	if err != nil {
		return err
	}
	return w.files(ctx)
}
