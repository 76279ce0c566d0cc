package webhook

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

func isJira(_ *reader, o object) bool { return o.has("webhookEvent") }

// readJira returns one note about the event in o, the decoded body of a webhook of
// Jira, Cloud or Data Center.
func readJira(_ *reader, o object) []*note {
	event := strings.TrimPrefix(o.str("webhookEvent"), "jira:")
	issue, fields := o.obj("issue"), o.obj("issue", "fields")
	kind, state, _ := cutLast(event, "_")
	n := &note{
		kind: cmp.Or(strings.ToLower(kind), "issue"), state: state, ref: issue.str("key"), title: fields.str("summary"),
		by:    cmp.Or(person(o.obj("user")), person(o.obj("comment", "updateAuthor")), person(o.obj("comment", "author"))),
		where: cmp.Or(fields.str("project", "name"), fields.str("project", "key")),
	}
	if base, _, ok := strings.Cut(issue.str("self"), "/rest/"); ok && n.ref != "" {
		n.link = base + "/browse/" + n.ref
	}
	if comment := o.obj("comment"); len(comment) > 0 && state != "deleted" {
		n.mark = "💬"
		n.jira(comment.at("body"))
	}
	changed := map[string]bool{}
	if state == "updated" {
		for _, change := range o.objects("changelog", "items") {
			if field := change.str("field"); field != "description" && field != "Rank" {
				changed[field] = true
				n.with(field, strings.TrimSpace(change.str("fromString")+" → "+change.str("toString")))
			}
		}
	}
	for _, f := range []fact{
		{"type", fields.str("issuetype", "name")}, {"status", fields.str("status", "name")}, {"resolution", fields.str("resolution", "name")},
		{"priority", fields.str("priority", "name")}, {"assignee", person(fields.obj("assignee"))},
	} {
		if !changed[f.name] {
			n.with(f.name, f.value)
		}
	}
	if state == "created" && kind == "issue" {
		n.jira(fields.at("description"))
	}
	for _, other := range []string{"sprint", "version", "project", "board", "worklog", "issueLink", "attachment"} {
		if s := o.obj(other); n.title == "" && len(s) > 0 {
			n.title = s.first("name", "filename", "comment", "key", "id")
		}
	}
	return []*note{n}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// jira sets n.body from v, a field of Jira. If v is a string, it is in Jira's wiki
// markup: jira turns it into the markup of chats, and sets n.syntax to chatMarkup. If v
// is an object, it is a document in Atlassian's JSON format, whose plain text becomes
// the body.
func (n *note) jira(v any) {
	s, isWiki := v.(string)
	if !isWiki {
		n.body = jiraText(v)
		return
	}
	n.syntax = chatMarkup // their signs for bold and italics are the same
	s = wikiLink.ReplaceAllString(s, "<$2|$1>")
	s = wikiPerson.ReplaceAllString(s, "@$1")
	s = wikiCode.ReplaceAllString(s, "```")
	n.body = wikiTitle.ReplaceAllString(s, "*$1*")
}

var (
	wikiLink   = regexp.MustCompile(`\[([^|\[\]\n<>]+)\|(https?://[^|\]\s<>]+)(?:\|[^\]\n]*)?\]`)
	wikiPerson = regexp.MustCompile(`\[~(?:accountid:)?([^\]\s]+)\]`)
	wikiCode   = regexp.MustCompile(`\{(?:code|noformat)(?::[^}\n]*)?\}`)
	wikiTitle  = regexp.MustCompile(`(?m)^h[1-6]\.\s*(\S.*?)\s*$`)
)

// jiraText returns the plain text of v, a decoded JSON value: a string as it is, and
// the paragraphs of a document in Atlassian's format, one a line. Of an array, it joins
// the texts of the elements. For any other value it returns "".
func jiraText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case []any:
		var b strings.Builder
		for _, part := range x {
			b.WriteString(jiraText(part))
		}
		return b.String()
	case map[string]any:
		s := textOf(x["text"])
		if raw, ok := x["text"].(string); ok {
			s = raw
		}
		s += jiraText(x["content"])
		switch x["type"] {
		case "paragraph", "heading", "listItem", "codeBlock", "hardBreak":
			s += "\n"
		}
		return s
	}
	return ""
}

func isSentry(r *reader, o object) bool {
	if r.header["Sentry-Hook-Resource"] != "" && len(o.obj("data")) > 0 {
		return true
	}
	return o.has("action", "data") && (o.has("installation") || o.has("actor")) || o.has("project_slug", "event") || o.has("culprit", "project", "level")
}

// readSentry returns one note about o, the decoded body of a request by one of Sentry's
// integrations or by its former plugin.
func readSentry(_ *reader, o object) []*note {
	d := o.obj("data")
	if len(d) == 0 {
		return sentryPlugin(o)
	}
	n := &note{kind: "error-report", state: o.str("action"), by: sentryActor(o)}
	issue, event, alert := d.obj("issue"), d.obj("event"), d.obj("metric_alert")
	if len(event) == 0 {
		event = d.obj("error")
	}
	switch {
	case len(issue) > 0:
		n.title, n.ref, n.where = issue.str("title"), issue.str("shortId"), issue.str("project", "name")
		n.link = cmp.Or(issue.first("web_url", "permalink"), issue.str("url"))
		if strings.Contains(n.link, "/api/0/") {
			n.link = ""
		}
		if n.state == "created" {
			n.mark = levelMark(issue.str("level"))
		}
		n.with("level", issue.str("level"), "place", issue.str("culprit"), "assignee", cmp.Or(issue.str("assignedTo", "name"), d.str("assignee", "name")),
			"times", issue.str("count"), "resolution", d.str("resolution_type"))
		if id := issue.str("id"); id != "" && (n.state == "created" || n.state == "resolved") {
			n.alert, n.over = "issue "+id, n.state == "resolved"
		}
	case len(event) > 0:
		n.title, n.link = cmp.Or(event.str("title"), event.str("message")), event.str("web_url")
		if n.state == "created" {
			n.mark = levelMark(event.str("level"))
		}
		n.with("level", event.str("level"), "place", cmp.Or(event.str("culprit"), event.str("location")),
			"environment", cmp.Or(event.str("environment"), tagOf(event, "environment")), "release", event.str("release"), "rule", d.str("triggered_rule"))
		if message := event.str("logentry", "formatted"); message != n.title {
			n.with("", firstLine(message))
		}
	case len(alert) > 0:
		n.kind, n.title, n.link = "alert", cmp.Or(d.str("description_title"), alert.str("title"), alert.str("alert_rule", "name")), d.str("web_url")
		n.with("", d.str("description_text"))
		n.alert, n.over = "metric "+cmp.Or(alert.str("id"), alert.str("identifier")), n.state == "resolved"
	case d.str("comment") != "":
		n.kind, n.mark, n.title, n.body = "comment", "💬", d.str("project_slug"), d.str("comment")
	default:
		n.kind, n.title = "sentry", cmp.Or(d.str("installation", "app", "slug"), o.str("action"))
	}
	if n.title == "" {
		n.title = o.str("action")
	}
	return []*note{n}
}

// levelMark returns the emoji for the level of a Sentry report: blue for info and
// debug, red for all others.
func levelMark(level string) string {
	if level == "info" || level == "debug" {
		return "🔵"
	}
	return "🔴"
}

func sentryActor(o object) string {
	if actor := o.obj("actor"); actor.str("type") != "application" {
		return actor.str("name")
	}
	return ""
}

func sentryPlugin(o object) []*note {
	event := o.obj("event")
	n := &note{
		kind: "error-report", state: cmp.Or(o.str("level"), event.str("level")), link: o.str("url"), where: o.first("project_name", "project_slug", "project"),
		title: cmp.Or(event.str("title"), o.str("message"), event.str("message")),
	}
	n.with("place", cmp.Or(o.str("culprit"), event.str("culprit")), "rule", strings.Join(names(o.list("triggering_rules")), ", "),
		"environment", event.str("environment"))
	return []*note{n}
}

// tagOf returns the value of the named tag of a Sentry event; empty if the event has
// none. Sentry writes the tags as pairs of name and value.
func tagOf(event object, name string) string {
	for _, pair := range event.list("tags") {
		if p, ok := pair.([]any); ok && len(p) == 2 && textOf(p[0]) == name {
			return textOf(p[1])
		}
	}
	return ""
}

func isScalingo(_ *reader, o object) bool { return o.has("app_name", "type") || o.has("type_data") }

func readScalingo(_ *reader, o object) []*note {
	d := o.obj("type_data")
	n := &note{kind: o.str("type"), state: d.str("status"), title: o.str("app_name"), by: cmp.Or(person(o.obj("user")), d.str("pusher"))}
	n.details(d, "status", "pusher", "deployment_uuid", "app_name")
	return []*note{n}
}

// details adds the fields of d to the note as facts. It leaves out the fields named in
// but, fields that may hold secrets, those whose name ends in _id, texts of more than
// 300 bytes, and values that repeat the note's author.
func (n *note) details(d object, but ...string) {
	for _, key := range d.keys() {
		value := d.str(key)
		skip := private.MatchString(key) || strings.HasSuffix(key, "_id") || value == n.by
		for _, b := range but {
			skip = skip || b == key
		}
		if !skip && len(value) <= 300 {
			n.with(key, value)
		}
	}
}

func isClever(_ *reader, o object) bool {
	d := o.obj("data")
	return o.has("event", "date", "data") && (d.has("appId") || d.has("ownerId") || d.has("id") || o.has("authorId"))
}

func readClever(_ *reader, o object) []*note {
	d := o.obj("data")
	n := &note{kind: "deployment", state: cmp.Or(d.str("state"), d.str("status")), title: cmp.Or(d.first("name", "appName"), d.str("app", "name"), d.first("appId", "addonId", "id"))}
	event := o.str("event")
	if !strings.Contains(event, "DEPLOYMENT") {
		n.kind = "event"
	}
	n.with("event", event, "action", d.str("action"), "commit", d.str("commit"), "reason", d.str("cause"), "date", o.str("date"))
	n.by = cmp.Or(d.str("authorName"), o.str("author", "name"))
	return []*note{n}
}

func isDockerHub(_ *reader, o object) bool { return o.has("push_data", "repository") }

// readDockerHub returns a note about an image pushed to Docker Hub. It leaves out the
// callback URL of the request: anyone who opens that link answers Docker Hub in the
// bot's name.
func readDockerHub(_ *reader, o object) []*note {
	repository := o.obj("repository")
	name := cmp.Or(repository.str("repo_name"), repository.str("name"))
	return []*note{{
		kind: "image-push", mark: "🐳", title: name + ":" + o.str("push_data", "tag"), link: repository.str("repo_url"),
		by: o.str("push_data", "pusher"),
	}}
}

func isMetabase(_ *reader, o object) bool {
	return o.str("type") == "alert" && (o.has("alert_id") || o.obj("data").has("question_name"))
}

func readMetabase(_ *reader, o object) []*note {
	d := o.obj("data")
	n := &note{kind: "alert", mark: "📊", title: d.str("question_name"), link: d.str("question_url"), by: o.str("alert_creator_name")}
	rows := d.list("raw_data", "rows")
	columns := names(d.list("raw_data", "cols"), "display_name", "name")
	if len(rows) > 0 {
		n.with("", strings.Join(columns, " | "))
	}
	for i, row := range rows {
		if i >= 5 {
			break
		}
		cells, _ := row.([]any)
		n.with("", strings.Join(names(cells), " | "))
	}
	n.more = max(0, len(rows)-5)
	if n.more > 0 {
		n.with("rows", strconv.Itoa(len(rows)))
	}
	return []*note{n}
}

func isBrevo(_ *reader, o object) bool {
	return o.has("event") && (o.has("message-id") || o.has("email") && (o.has("ts_event") || o.has("ts") || o.has("camp_id")))
}

func readBrevo(_ *reader, o object) []*note {
	n := &note{kind: "mail", state: o.str("event"), title: cmp.Or(o.str("subject"), o.str("email")), mark: signs[o.str("event")]}
	if n.mark == "" {
		n.mark = "✉️"
	}
	n.with("to", o.str("email"), "reason", o.str("reason"), "campaign", o.str("campaign name"), "date", o.first("date", "date_event"),
		"tags", strings.Join(names(o.list("tags")), ", "))
	return []*note{n}
}

func isAzure(_ *reader, o object) bool { return o.has("eventType", "resource") && o.has("message") }

// readAzure returns one note about o, the decoded body of a service hook of Azure
// DevOps. The title is the sentence in which Azure DevOps describes the event.
func readAzure(_ *reader, o object) []*note {
	resource := o.obj("resource")
	n := &note{
		kind: o.str("eventType"), state: cmp.Or(resource.first("status", "result", "reason"), resource.str("fields", "System.State", "newValue")),
		title: cmp.Or(firstLine(o.str("message", "text")), firstLine(textIn(o, "message"))),
		link:  page(resource.str("_links", "web", "href"), o.str("resource", "url")),
		by:    cmp.Or(person(resource.obj("pushedBy")), person(resource.obj("createdBy")), resource.str("requestedFor", "displayName")),
		where: resource.str("repository", "name"),
	}
	if detail := o.str("detailedMessage", "text"); firstLine(detail) != detail {
		n.body = detail
	}
	return []*note{n}
}
