package webhook

import (
	"cmp"
	"strings"
)

// isGitLab reports whether o is the decoded body of a request by a webhook or system
// hook of GitLab. It does not rely on the header alone: with GitLab's custom templates,
// any body comes with that header.
func isGitLab(r *reader, o object) bool {
	return o.has("object_kind") || r.header["X-Gitlab-Event"] != "" && (o.has("event_name") || o.has("event_type")) ||
		o.has("event_name") && (o.has("created_at") || o.has("project_id") || o.has("user_id") || o.has("group_id") || o.has("project"))
}

func readGitLab(_ *reader, o object) []*note {
	project, a := o.obj("project"), o.obj("object_attributes")
	kind := o.first("object_kind", "event_type", "event_name")
	n := &note{
		where: cmp.Or(project.str("path_with_namespace"), project.str("name"), o.str("project_name"), o.first("project_path_with_namespace", "path_with_namespace"), o.str("repository", "name"), o.first("group_name", "full_path")),
		by:    cmp.Or(person(o.obj("user")), o.first("user_name", "user_username", "username")),
		kind:  kind, state: a.first("action", "state", "status"), title: cmp.Or(a.str("title"), a.str("name")), link: a.str("url"),
	}
	if number := a.str("iid"); number != "" {
		n.ref = "#" + number
	}
	switch kind {
	case "push", "tag_push":
		gitLabPush(o, n)
	case "issue", "work_item", "incident", "confidential_issue":
		gitLabIssue(o, n)
	case "merge_request":
		n.ref = strings.Replace(n.ref, "#", "!", 1)
		gitLabIssue(o, n)
		if from, to := a.str("source_branch"), a.str("target_branch"); from != "" {
			n.with("branch", from+" → "+to)
		}
	case "note", "confidential_note":
		gitLabNote(o, n)
	case "pipeline":
		gitLabPipeline(o, n)
	case "build", "job":
		n.kind, n.state = "job", o.str("build_status")
		n.title = strings.Join(distinct(o.str("build_stage"), o.str("build_name")), " / ")
		n.link = gitLabJob(o)
		n.with("branch", o.str("ref"), "reason", failure(o.str("build_failure_reason")), "commit", short(o.str("sha")), "", firstLine(o.str("commit", "message")))
	default:
		if !gitLabThing(kind, o, n) {
			gitLabSystem(o, n)
		}
	}
	if n.link == "" {
		n.link = cmp.Or(project.str("web_url"), o.str("repository", "homepage"))
	}
	return []*note{n}
}

// gitLabThing fills n from a GitLab event of the given kind about a deployment, a
// release, a wiki page, a milestone and the like. It returns false for other kinds,
// such as pushes, issues and pipelines.
func gitLabThing(kind string, o object, n *note) bool {
	project, a := o.obj("project"), o.obj("object_attributes")
	switch kind {
	case "deployment":
		n.state, n.title, n.link = o.str("status"), o.str("environment"), cmp.Or(o.str("deployable_url"), o.str("environment_external_url"), o.str("commit_url"))
		n.with("branch", o.str("ref"), "commit", o.str("short_sha"), "", o.str("commit_title"))
		n.see("environment", o.str("environment_external_url"))
	case "release":
		n.state, n.ref, n.title, n.link = o.str("action"), o.str("tag"), o.str("name"), o.str("url")
		n.body, n.syntax = o.str("description"), markdown
	case "wiki_page":
		n.kind, n.body, n.syntax = "wiki", cmp.Or(a.str("message"), a.str("content")), markdown
	case "feature_flag":
		n.state = map[string]string{"true": "active", "false": "inactive"}[a.str("active")]
		n.link = cmp.Or(n.link, project.str("web_url"))
		n.with("", a.str("description"))
	case "emoji":
		n.mark, n.title, n.link = "👍", a.str("name"), cmp.Or(a.str("awarded_on_url"), o.str("issue", "url"), o.str("merge_request", "url"))
		n.with("", cmp.Or(o.str("issue", "title"), o.str("merge_request", "title"), o.str("note", "note")))
	case "vulnerability":
		n.kind, n.mark, n.with("severity", a.str("severity")).link = "security-alert", "🛡️", a.str("url")
	case "milestone":
		n.title, n.link = a.str("title"), cmp.Or(n.link, project.str("web_url"))
	case "access_token":
		n.title, n.link = a.str("name"), project.str("web_url")
		n.with("until", a.str("expires_at"))
	default:
		return false
	}
	return true
}

// failure returns s, the reason that GitLab gives for a failure; empty for
// "unknown_failure", which says nothing.
func failure(s string) string {
	if s == "unknown_failure" {
		return ""
	}
	return s
}

func gitLabPush(o object, n *note) {
	name, kind := branch(o.str("ref"))
	web := cmp.Or(o.str("project", "web_url"), o.str("project", "homepage"), o.str("repository", "homepage"))
	n.kind, n.state, n.ref, n.title, n.mark = "push", "", "", name, "📤"
	before, after := o.str("before"), o.str("after")
	switch {
	case noCommit(after):
		n.kind, n.state, n.mark, n.link = kind, "deleted", "", web
	case kind == "tag":
		n.kind, n.state, n.mark, n.link = kind, "created", "🏷️", join(web, "-/tags/"+name)
	case noCommit(before):
		n.link = join(web, "-/tree/"+name)
		if len(o.objects("commits")) == 0 {
			n.kind, n.state, n.mark = kind, "created", ""
		}
	default:
		n.link = join(web, "-/compare/"+before+"..."+after)
	}
	n.with("", firstLine(o.str("message")))
	n.commits(o.objects("commits"), o.str("total_commits_count"))
}

// join returns the address of a page below base: base and path with one slash between
// them; empty if base is empty.
func join(base, path string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/" + path
}

func gitLabIssue(o object, n *note) {
	a := o.obj("object_attributes")
	if action, state := a.str("action"), a.str("state"); action == "" {
		n.state = state
	} else {
		n.state = map[string]string{"open": "opened", "close": "closed", "reopen": "reopened", "merge": "merged", "update": "updated"}[action]
		n.state = cmp.Or(n.state, action)
	}
	n.with("labels", strings.Join(names(o.list("labels"), "title", "name"), ", "),
		"assignee", strings.Join(distinct(names(append(o.list("assignees"), o.list("assignee")...), "name", "username")...), ", "),
		"reviewer", strings.Join(names(o.list("reviewers"), "name", "username"), ", "),
		"severity", severity(a.str("severity")))
	if n.state == "opened" || n.state == "reopened" {
		n.body, n.syntax = a.str("description"), markdown
	}
	if n.state != "updated" {
		return
	}
	if was := o.str("changes", "title", "previous"); was != "" {
		n.with("before", was)
	}
	if o.str("changes", "draft", "previous") == "true" {
		n.state = "ready_for_review"
	}
}

func severity(s string) string {
	if s == "UNKNOWN" || s == "unknown" {
		return ""
	}
	return s
}

func gitLabNote(o object, n *note) {
	a := o.obj("object_attributes")
	n.kind, n.mark, n.state = "comment", "💬", ""
	n.body, n.syntax = a.str("note"), markdown
	n.ref = ""
	for _, about := range []struct{ key, sign string }{{"merge_request", "!"}, {"issue", "#"}, {"snippet", "$"}, {"commit", ""}} {
		s := o.obj(about.key)
		if len(s) == 0 {
			continue
		}
		n.title = cmp.Or(s.str("title"), firstLine(s.str("message")))
		if number := s.str("iid"); number != "" {
			n.ref = about.sign + number
		}
		break
	}
}

func gitLabPipeline(o object, n *note) {
	a := o.obj("object_attributes")
	n.state, n.title, n.ref = cmp.Or(a.str("status"), a.str("detailed_status")), cmp.Or(a.str("name"), a.str("ref")), "#"+a.str("id")
	if n.link == "" {
		n.link = join(o.str("project", "web_url"), "-/pipelines/"+a.str("id"))
	}
	n.with("branch", a.str("ref"), "merge_request", o.str("merge_request", "title"), "duration", seconds(a.str("duration")),
		"commit", short(a.str("sha")), "", firstLine(o.str("commit", "message")))
	for _, b := range o.objects("builds") {
		if status := b.str("status"); status == "failed" && b.str("allow_failure") != "true" {
			n.items = append(n.items, item{text: b.str("stage") + " / " + b.str("name") + " – " + status, by: failure(b.str("failure_reason"))})
		}
	}
}

// seconds returns a number of seconds, given as text, with the unit «s»; empty for an
// empty text and for 0.
func seconds(s string) string {
	if s == "" || s == "0" {
		return ""
	}
	return s + " s"
}

func gitLabJob(o object) string {
	web := cmp.Or(o.str("project", "web_url"), o.str("repository", "homepage"))
	return join(web, "-/jobs/"+o.str("build_id"))
}

// gitLabSystem fills n from o, an event of GitLab's system hooks, about members,
// projects, groups or keys. It clears n.where if that repeats the title.
func gitLabSystem(o object, n *note) {
	n.kind = strings.ReplaceAll(cmp.Or(o.str("event_name"), n.kind), "_", " ")
	n.title = cmp.Or(n.title, o.first("name", "project_name", "group_name", "user_name", "user_username", "title"))
	n.with("role", o.first("project_access", "access_level", "group_access", "project_visibility"), "group", o.str("group_name"))
	if n.where == n.title {
		n.where = ""
	}
}
