package webhook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// isForge reports whether o is the decoded body of a request by GitHub, or by Gitea,
// Forgejo or Gogs, whose requests have GitHub's format. It looks at the headers in r
// and the fields of o. The header of such a code host does not suffice, since Gitea and
// Forgejo send it with the bodies for Slack and others too; the fields may suffice
// alone.
func isForge(r *reader, o object) bool {
	// Gitea and Forgejo send their headers with the bodies for Slack and others too.
	own := o.has("sender") || o.has("repository") || o.has("zen") || o.has("action")
	for _, name := range []string{"X-Github-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Gogs-Event"} {
		if own && r.header[name] != "" {
			return true
		}
	}
	if o.has("object_kind") || o.has("push_data") || o.has("webhookEvent") {
		return false
	}
	repository := o.obj("repository")
	known := repository.str("full_name") != "" || o.has("security_advisory", "action") || o.has("installation", "sender", "action") || o.obj("organization").str("login") != "" || o.obj("sender").str("login") != "" && o.has("action") || o.has("zen", "hook")
	return known && (o.has("sender") || o.has("action") || o.has("commits") || o.has("ref") || o.has("zen"))
}

// forgeSubjects lists the possible subjects of a forge's event, the most specific
// first: an event about a comment also holds the issue.
var forgeSubjects = []struct {
	key  string
	read func(o, subject object, n *note)
}{
	{"alert", forgeAlert},
	{"security_advisory", forgeAdvisory},
	{"run", forgeAction},
	{"workflow_run", forgeRun("workflow")}, {"workflow_job", forgeRun("job")},
	{"check_run", forgeRun("check")}, {"check_suite", forgeRun("check")},
	{"deployment_status", forgeDeployment}, {"deployment", forgeDeployment},
	{"review", forgeReview}, {"comment", forgeComment},
	{"pull_request", forgeIssue("pull_request")}, {"issue", forgeIssue("issue")}, {"discussion", forgeIssue("discussion")},
	{"release", forgeRelease},
	{"package", forgePackage}, {"registry_package", forgePackage},
	{"milestone", forgeIssue("milestone")},
	{"pages", forgePages},
	{"forkee", forgeFork},
	{"member", forgeMember}, {"membership", forgeMember}, {"collaborator", forgeMember},
	{"label", forgeNamed("label")}, {"project", forgeNamed("project")}, {"project_card", forgeNamed("project")},
	{"team", forgeNamed("team")}, {"branch_protection_rule", forgeNamed("branch")}, {"rule", forgeNamed("rule")},
}

func readForge(r *reader, o object) []*note {
	repository := o.obj("repository")
	n := &note{
		where: cmp.Or(repository.str("full_name"), o.str("organization", "login"), o.str("organization", "username")),
		by:    cmp.Or(o.str("sender", "login"), o.str("sender", "username"), person(o.obj("sender")), person(o.obj("pusher"))),
		state: o.str("action"),
	}
	event := cmp.Or(r.header["X-Github-Event"], r.header["X-Gitea-Event"], r.header["X-Forgejo-Event"], r.header["X-Gogs-Event"])
	for _, s := range forgeSubjects {
		if subject := o.obj(s.key); len(subject) > 0 || len(o.list(s.key)) > 0 {
			s.read(o, subject, n)
			return []*note{n}
		}
	}
	switch {
	case o.str("page") != "" && event != "page_build": // Gitea's wiki
		n.kind, n.title, n.mark = "wiki", o.str("page"), "📝"
		n.link = join(repository.str("html_url"), "wiki/"+strings.ReplaceAll(o.str("page"), " ", "-"))
		n.with("", o.str("comment"))
	case o.has("zen") || event == "ping":
		n.kind, n.state, n.title, n.link, n.mark = "ping", "", cmp.Or(n.where, o.str("zen")), repository.str("html_url"), "🏓"
	case o.has("commits") || o.has("before"):
		forgePush(o, n)
	case o.has("ref_type"):
		n.kind, n.state = o.str("ref_type"), forgeRefState(o, event)
		n.title, _ = branch(o.str("ref"))
		n.link = repository.str("html_url")
	case o.has("context") && o.has("sha"): // a commit's status
		n.kind, n.state, n.title, n.link = "check", o.str("state"), o.str("context"), cmp.Or(o.str("target_url"), o.str("commit", "html_url"))
		n.with("", o.str("description"), "commit", short(o.str("sha")))
	case o.has("starred_at"):
		n.kind, n.title, n.link, n.mark = "star", n.where, repository.str("html_url"), "⭐"
	default:
		forgeOther(o, event, n)
	}
	return []*note{n}
}

// forgeOther fills the note n from o, the body of a code host's event that no other
// function reads. event is the event's name in the request's header, possibly empty.
// The title is that of the first object in o, by alphabetical order of the keys, that
// has a title, a name or an id; objects that come with many kinds of event, such as the
// repository and the sender, do not count. Without such an object, the title is the
// workflow, or else n.where, or else another name in o. forgeOther clears n.where if it
// equals the title.
func forgeOther(o object, event string, n *note) {
	n.kind, n.title, n.link = cmp.Or(event, "repository"), n.where, cmp.Or(o.str("repository", "html_url"), o.str("organization", "html_url"))
	if !forgeFirst(o, event, n) {
		forgeUnnamed(o, event, n)
	}
	if n.title == n.where {
		n.where = ""
	}
}

// forgeFirst fills n from the first object of forgeOther, and reports whether there is
// one.
func forgeFirst(o object, event string, n *note) bool {
	for _, key := range o.keys() {
		subject := o.obj(key)
		if len(subject) == 0 || slices.Contains([]string{"repository", "sender", "organization", "enterprise", "changes", "inputs", "installation"}, key) {
			continue
		}
		if title := subject.first("title", "name", "full_name", "login", "key_id", "content", "id"); title != "" {
			n.kind, n.title, n.link = cmp.Or(event, key), title, page(subject.str("html_url"), n.link)
			return true
		}
	}
	return false
}

// forgeUnnamed fills n for forgeOther if o has no object with a title: it sets the
// title, and the kind of an installation or a workflow. If a repository got another
// name, it adds the former one as a fact.
func forgeUnnamed(o object, event string, n *note) {
	if installation := o.obj("installation"); len(installation) > 0 && n.title == "" {
		n.kind, n.title, n.link = "installation", installation.first("app_slug", "target_type", "id"), installation.str("html_url")
	}
	if workflow := o.str("workflow"); workflow != "" {
		n.kind, n.title = "workflow", workflow
	}
	if n.title == "" {
		n.title = cmp.Or(o.str("sponsorship", "sponsor", "login"), event, o.str("action"))
	}
	if from := o.str("changes", "repository", "name", "from"); from != "" {
		n.with("before", from)
	}
}

// page returns the first of the addresses that shows a page in a browser, rather than
// an answer of an API; empty if none does.
func page(addresses ...string) string {
	for _, a := range addresses {
		if a != "" && !isAPI.MatchString(a) {
			return a
		}
	}
	return ""
}

// forgeRefState returns "created" or "deleted" for an event about a branch or a tag,
// from o, the event, or from its name in the request's header; Gogs gives the name in
// its header alone. The result is "" if neither says which it is.
func forgeRefState(o object, event string) string {
	switch {
	case event == "delete", event == "" && o.has("pusher_type") && !o.has("master_branch") && !o.has("sha"):
		return "deleted"
	case event == "create", o.has("master_branch"), o.has("sha"):
		return "created"
	}
	return ""
}

// short returns the first ten characters of a commit's id; a shorter id, or a text
// that is no id, comes back as it is.
func short(sha string) string {
	if len(sha) > 10 && !strings.Contains(sha, " ") {
		return sha[:10]
	}
	return sha
}

// noCommit reports whether the commit id sha stands for no commit: all its digits are
// zero. It is false for an empty id.
func noCommit(sha string) bool { return sha != "" && strings.Trim(sha, "0") == "" }

// branch returns the name of a Git ref without its prefix refs/tags/ or refs/heads/,
// and its kind: "tag" for refs/tags/, otherwise "branch". Other refs keep their whole
// name.
func branch(ref string) (name, kind string) {
	if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		return tag, "tag"
	}
	return strings.TrimPrefix(ref, "refs/heads/"), "branch"
}

func forgePush(o object, n *note) {
	name, kind := branch(o.str("ref"))
	n.by = cmp.Or(person(o.obj("pusher")), n.by)
	n.mark, n.state = "📤", ""
	n.kind, n.title = "push", name
	n.link = o.first("compare", "compare_url")
	repository := o.obj("repository")
	switch {
	case o.str("deleted") == "true" || noCommit(o.str("after")):
		n.kind, n.state, n.mark, n.link = kind, "deleted", "", repository.str("html_url")
	case kind == "branch" && (o.str("created") == "true" || noCommit(o.str("before"))) && len(o.objects("commits")) == 0:
		n.kind, n.state, n.mark, n.link = kind, "created", "", repository.str("html_url")
	case kind == "tag":
		n.kind, n.state, n.mark = kind, "created", "🏷️"
		if noCommit(o.str("before")) {
			n.link = cmp.Or(o.str("compare"), repository.str("html_url"))
		}
	case o.str("forced") == "true":
		n.state = "forced"
	}
	n.commits(o.objects("commits"), o.str("total_commits"))
	if len(n.items) == 0 {
		if head := o.obj("head_commit"); len(head) > 0 && n.kind != "branch" {
			n.commits([]object{head}, "")
		}
	}
}

// commits adds the commits in all to the note as list items, in the order in which
// forges send them, the newest last. If the forge sends only some of the commits, total
// is the number of all, in decimal, and n.more becomes the number of the missing ones.
// If the list is complete, total may be empty.
func (n *note) commits(all []object, total string) {
	for _, c := range all {
		n.items = append(n.items, item{text: firstLine(c.str("message")), link: c.first("url", "html_url"), by: person(c.obj("author"))})
	}
	if t, err := strconv.Atoi(total); err == nil && t > len(n.items) && len(n.items) > 0 {
		n.more = t - len(n.items)
	}
}

func forgeIssue(kind string) func(o, subject object, n *note) {
	return func(o, s object, n *note) {
		n.kind, n.title, n.link = kind, s.str("title"), s.str("html_url")
		if number := cmp.Or(s.str("number"), o.str("number")); number != "" {
			n.ref = "#" + number
		}
		if n.state == "closed" && (s.str("merged") == "true" || s.str("merged_at") != "") {
			n.state = "merged"
		}
		if reason := s.str("state_reason"); n.state == "closed" {
			n.with("reason", reason)
		}
		n.with("to", o.str("changes", "new_repository", "full_name"), "label", o.str("label", "name"), "assignee", cmp.Or(o.str("assignee", "login"), o.str("requested_reviewer", "login")))
		if n.state == "labeled" || n.state == "assigned" || n.state == "edited" || n.state == "synchronize" || n.state == "synchronized" {
			return // the text is known already
		}
		if kind == "pull_request" {
			if from, to := s.str("head", "ref"), s.str("base", "ref"); from != "" && to != "" {
				n.with("branch", from+" → "+to)
			}
		}
		n.with("labels", strings.Join(names(s.list("labels"), "name"), ", "))
		switch n.state {
		case "opened", "reopened", "created":
			n.body, n.syntax = cmp.Or(s.str("body"), s.str("description")), markdown
		case "answered":
			n.body, n.syntax = o.str("answer", "body"), markdown
		}
	}
}

func forgeComment(o, s object, n *note) {
	about := o.obj("issue")
	n.kind = "issue"
	switch {
	case len(o.obj("pull_request")) > 0:
		about, n.kind = o.obj("pull_request"), "pull_request"
	case len(about.obj("pull_request")) > 0 || o.str("is_pull") == "true":
		n.kind = "pull_request"
	case len(o.obj("discussion")) > 0:
		about, n.kind = o.obj("discussion"), "discussion"
	}
	n.where = strings.Join(distinct(n.where, closedState(about)), " · ")
	n.kind, n.mark = "comment", "💬"
	n.title, n.link = about.str("title"), s.str("html_url")
	if number := about.str("number"); number != "" {
		n.ref = "#" + number
	}
	if file := s.str("path"); file != "" && n.title != "" {
		n.with("file", file)
	}
	if n.title == "" { // a comment on a commit
		n.title = cmp.Or(s.str("path"), short(s.str("commit_id")))
	}
	if n.state != "deleted" {
		n.body, n.syntax = s.str("body"), markdown
	}
}

// closedState returns "closed" if the issue or merge request about is closed, else an
// empty text.
func closedState(about object) string {
	if s := about.str("state"); s == "closed" {
		return s
	}
	return ""
}

func forgeReview(o, s object, n *note) {
	about := o.obj("pull_request")
	n.kind, n.mark = "review", "🔎"
	n.state = cmp.Or(s.str("state"), strings.TrimPrefix(strings.TrimPrefix(s.str("type"), "pull_request_review_"), "pull_request_"), n.state)
	n.title, n.link = about.str("title"), cmp.Or(s.str("html_url"), about.str("html_url"))
	if number := about.str("number"); number != "" {
		n.ref = "#" + number
	}
	n.body, n.syntax = cmp.Or(s.str("body"), s.str("content")), markdown
}

func forgeRelease(_, s object, n *note) {
	n.kind, n.title, n.link = "release", cmp.Or(s.str("name"), s.str("tag_name")), s.str("html_url")
	n.ref = s.str("tag_name")
	if s.str("prerelease") == "true" {
		n.with("", "prerelease")
	}
	if n.state != "deleted" {
		n.body, n.syntax = cmp.Or(s.str("body"), s.str("note")), markdown
	}
}

// forgeRun returns a function that fills a note from an event o and its subject s: a
// run of a workflow, a job or a check on GitHub. kind becomes the note's kind.
func forgeRun(kind string) func(o, subject object, n *note) {
	return func(o, s object, n *note) {
		n.kind = kind
		n.state = cmp.Or(s.str("conclusion"), s.str("status"), n.state)
		n.title = cmp.Or(s.first("name", "display_title", "workflow_name"), s.str("app", "name"))
		n.link = s.first("html_url", "details_url")
		if number := s.str("run_number"); number != "" {
			n.ref = "#" + number
		}
		if title := s.str("display_title"); title != n.title {
			n.with("", title)
		}
		n.with("branch", cmp.Or(s.str("head_branch"), s.str("check_suite", "head_branch")), "event", s.str("event"),
			"commit", short(cmp.Or(s.str("head_sha"))), "", firstLine(s.str("head_commit", "message")))
		if sha := s.str("head_sha"); page(n.link) == "" && sha != "" {
			n.link = join(o.str("repository", "html_url"), "commit/"+sha)
		}
		n.with("", s.str("output", "title"))
	}
}

// forgeAction fills the note n from s, a run of Forgejo Actions.
func forgeAction(o, s object, n *note) {
	n.kind, n.title, n.link = "workflow", s.str("title"), s.str("html_url")
	n.state = cmp.Or(s.str("status"), n.state)
	if number := s.str("index_in_repo"); number != "" {
		n.ref = "#" + number
	}
	n.with("before", o.str("prior_status"), "branch", s.str("prettyref"), "workflow", s.str("workflow_id"))
}

func forgeDeployment(o, s object, n *note) {
	deployment := o.obj("deployment")
	n.kind = "deployment"
	n.state = cmp.Or(o.str("deployment_status", "state"), n.state)
	n.title = cmp.Or(s.str("environment"), deployment.str("environment"))
	n.link = cmp.Or(s.str("environment_url"), s.str("log_url"), s.str("target_url"), o.str("workflow_run", "html_url"), o.str("repository", "html_url"))
	n.with("", s.str("description"), "branch", deployment.str("ref"), "commit", short(deployment.str("sha")))
}

// forgeAlert fills the note n from s, a security alert of GitHub: about a dependency,
// the code or a leaked secret. The secret itself stays out.
func forgeAlert(_, s object, n *note) {
	advisory, rule := s.obj("security_advisory"), s.obj("rule")
	n.kind, n.link, n.mark = "security-alert", s.str("html_url"), "🛡️"
	if number := s.str("number"); number != "" {
		n.ref = "#" + number
	}
	switch {
	case len(advisory) > 0:
		n.title = advisory.str("summary")
		vulnerable := s.obj("security_vulnerability")
		n.with("package", cmp.Or(s.str("dependency", "package", "name"), vulnerable.str("package", "name")),
			"severity", cmp.Or(vulnerable.str("severity"), advisory.str("severity")),
			"file", s.str("dependency", "manifest_path"),
			"vulnerable", vulnerable.str("vulnerable_version_range"), "patched", vulnerable.str("first_patched_version", "identifier"),
			"id", strings.Join(distinct(advisory.str("ghsa_id"), advisory.str("cve_id")), ", "))
	case len(rule) > 0:
		n.title = cmp.Or(rule.str("description"), rule.str("name"), rule.str("id"))
		n.with("severity", cmp.Or(rule.str("security_severity_level"), rule.str("severity")), "tool", s.str("tool", "name"),
			"file", s.str("most_recent_instance", "location", "path"), "", s.str("most_recent_instance", "message", "text"))
	default: // the secret itself must not appear
		n.title = cmp.Or(s.str("secret_type_display_name"), s.str("secret_type"), s.str("affected_package_name"), s.str("external_identifier"))
		n.with("severity", s.str("severity"), "resolution", s.str("resolution"))
	}
	n.with("reason", s.str("dismissed_reason"))
}

func forgeAdvisory(_, s object, n *note) {
	n.kind, n.mark, n.title, n.link = "security-alert", "🛡️", s.str("summary"), s.str("html_url")
	n.with("severity", s.str("severity"), "id", strings.Join(distinct(s.str("ghsa_id"), s.str("cve_id")), ", "))
	n.with("package", strings.Join(names(s.list("vulnerabilities"), "package"), ", "))
	for _, v := range s.objects("vulnerabilities") {
		n.with("package", v.str("package", "name"))
	}
}

func forgePackage(_, s object, n *note) {
	n.kind, n.mark = "package", "📦"
	version := s.obj("package_version")
	n.title = strings.TrimSpace(s.str("name") + " " + cmp.Or(version.str("version"), s.str("version")))
	n.link = cmp.Or(version.str("html_url"), s.str("html_url"))
	n.with("type", cmp.Or(s.str("package_type"), s.str("type")))
}

func forgePages(o, _ object, n *note) {
	n.kind, n.title, n.link = "wiki", n.where, o.str("repository", "html_url")
	for _, page := range o.objects("pages") {
		n.items = append(n.items, item{text: cmp.Or(page.str("title"), page.str("page_name")), link: page.str("html_url"), by: page.str("action")})
	}
}

func forgeFork(_, s object, n *note) {
	n.kind, n.mark, n.title, n.link = "fork", "🍴", s.str("full_name"), s.str("html_url")
}

func forgeMember(o, _ object, n *note) {
	n.kind, n.mark = "member", "👤"
	n.title = cmp.Or(person(o.obj("member")), o.str("membership", "user", "login"), person(o.obj("collaborator")))
	n.link = cmp.Or(o.str("member", "html_url"), o.str("membership", "user", "html_url"))
	n.with("team", o.str("team", "name"), "role", o.str("membership", "role"))
}

func forgeNamed(kind string) func(o, subject object, n *note) {
	return func(o, s object, n *note) {
		n.kind, n.title = kind, s.first("name", "title")
		n.link = cmp.Or(s.str("html_url"), o.str("repository", "html_url"))
		n.body = s.str("description")
	}
}
