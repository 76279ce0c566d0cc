package webhook

import (
	"cmp"
	"strings"
)

func isUpdown(_ *reader, o object) bool {
	return o.has("event", "check") && o.obj("check").has("url")
}

// readUpdown returns one note for each event in r.all, the objects of the decoded body
// of a request by updown.io.
func readUpdown(r *reader, _ object) (notes []*note) {
	for _, o := range r.all {
		check, downtime := o.obj("check"), o.obj("downtime")
		event := o.str("event")
		to := check.str("url")
		n := &note{
			kind: "monitor", state: strings.TrimPrefix(event, "check."), title: cmp.Or(check.str("alias"), to), link: to,
		}
		switch event {
		case "check.down":
			n.alert = "check " + check.str("token")
			n.with("error", cmp.Or(downtime.str("error"), check.str("error"), check.str("last_status")))
			n.with("since", cmp.Or(downtime.str("started_at"), check.str("down_since")))
		case "check.up":
			n.alert, n.over = "check "+check.str("token"), true
			n.with("error", downtime.str("error"), "since", downtime.str("started_at"), "duration", seconds(downtime.str("duration")))
		case "check.performance_drop":
			n.mark = "🟠"
			n.with("apdex", o.str("apdex_dropped"))
		default:
			cert := o.obj("ssl", "cert")
			n.mark = map[bool]string{true: "🔒", false: "ℹ️"}[strings.HasPrefix(event, "check.ssl")]
			n.with("error", o.str("ssl", "error"), "until", cert.str("not_after"), "issuer", cert.str("issuer"),
				"days-left", o.str("ssl", "days_before_expiration"))
		}
		n.with("", o.str("description"))
		notes = append(notes, n)
	}
	return notes
}

func isKuma(_ *reader, o object) bool {
	return o.has("msg") && (o.has("heartbeat") || o.has("monitor"))
}

var kumaStates = map[string]string{"0": "down", "1": "up", "2": "pending", "3": "under_maintenance"}

// readKuma returns a note about a monitor of Uptime Kuma, or with its message alone for
// a test or a certificate, from the body that Uptime Kuma sends unless its user
// configures another.
func readKuma(_ *reader, o object) []*note {
	beat, monitor := o.obj("heartbeat"), o.obj("monitor")
	n := &note{
		kind: "monitor", state: kumaStates[beat.str("status")], title: monitor.first("pathName", "name"), link: kumaLink(monitor),
	}
	if n.title == "" { // a test, or a certificate
		n.kind, n.title, n.mark = "", o.str("msg"), "ℹ️"
		return []*note{n}
	}
	message := cmp.Or(beat.str("msg"), o.str("msg"))
	n.with("", message, "since", beat.first("localDateTime", "time"), "host", hostPort(monitor), "response-time", millisecondsOf(beat.str("ping")))
	if len(beat) == 0 {
		n.mark = "ℹ️"
	}
	if id := cmp.Or(monitor.str("id"), beat.str("monitorID")); id != "" && (n.state == "down" || n.state == "up") {
		n.alert, n.over = "monitor "+id, n.state == "up"
	}
	return []*note{n}
}

func kumaLink(monitor object) string {
	if to := monitor.str("url"); to != "https://" {
		return to
	}
	return ""
}

func hostPort(monitor object) string {
	host := monitor.str("hostname")
	if port := monitor.str("port"); host != "" && port != "" && port != "0" {
		host += ":" + port
	}
	return host
}

func millisecondsOf(s string) string {
	if s == "" {
		return ""
	}
	return s + " ms"
}

func isUptimeRobot(_ *reader, o object) bool {
	return o.first("monitor_friendly_name", "monitorFriendlyName") != "" ||
		o.first("alert_type_friendly_name", "alertTypeFriendlyName") != ""
}

// readUptimeRobot returns a note about a monitor of UptimeRobot, from a body that its
// user composed of UptimeRobot's variables (monitorURL or monitor_url).
func readUptimeRobot(_ *reader, o object) []*note {
	state := o.first("alert_type_friendly_name", "alertTypeFriendlyName")
	n := &note{
		kind: "monitor", state: state, title: o.first("monitor_friendly_name", "monitorFriendlyName"),
	}
	to := o.first("monitor_url", "monitorURL")
	if n.link = to; address(to) == "" {
		n.with("url", to)
	}
	n.with("", o.first("alert_details", "alertDetails"), "duration", o.first("alert_friendly_duration", "alertFriendlyDuration"),
		"date", o.first("alert_datetime", "alertDateTime"), "until", o.first("ssl_expiry_date", "sslExpiryDate"),
		"days-left", o.first("ssl_expiry_days_left", "sslExpiryDaysLeft"))
	if n.facts != nil && o.first("alert_duration", "alertDuration") != "" && o.first("alert_friendly_duration", "alertFriendlyDuration") == "" {
		n.with("duration", seconds(o.first("alert_duration", "alertDuration")))
	}
	if state == "Up" || state == "Down" {
		n.alert, n.over = "monitor "+cmp.Or(o.first("monitor_id", "monitorID"), n.title), state == "Up"
	}
	return []*note{n}
}

func isStatuspage(_ *reader, o object) bool {
	return o.has("page") && (o.has("incident") || o.has("component_update") || o.has("component"))
}

func readStatuspage(_ *reader, o object) []*note {
	if incident := o.obj("incident"); len(incident) > 0 {
		n := &note{
			kind: "incident", state: incident.str("status"), title: incident.str("name"),
			link: cmp.Or(incident.str("shortlink"), o.str("page", "url")), where: o.str("page", "name"),
			over: incident.str("status") == "resolved" || incident.str("status") == "completed",
		}
		if id := incident.str("id"); id != "" && (n.over || incident.str("status") == "investigating") {
			n.alert = "incident " + id
		}
		if impact := incident.str("impact"); impact != "none" {
			n.with("impact", impact)
		}
		n.with("from", incident.str("scheduled_for"), "until", incident.str("scheduled_until"))
		var hit []string
		for _, c := range incident.objects("components") {
			hit = append(hit, strings.TrimSpace(c.str("name")+" ("+c.str("status")+")"))
		}
		n.with("components", strings.Join(hit[:min(len(hit), 6)], ", "))
		n.body = incident.str("incident_updates", "0", "body")
		return []*note{n}
	}
	component, update := o.obj("component"), o.obj("component_update")
	n := &note{
		kind: "component", state: cmp.Or(update.str("new_status"), component.str("status")), title: component.str("name"),
		link: o.str("page", "url"), where: o.str("page", "name"),
	}
	n.with("before", update.str("old_status"), "", component.str("description"), "", o.str("page", "status_description"))
	return []*note{n}
}

func isPagerDuty(_ *reader, o object) bool {
	if o.obj("event").has("event_type") {
		return true
	}
	for _, m := range o.objects("messages") {
		return m.has("incident") || m.obj("data").has("incident")
	}
	return false
}

// readPagerDuty returns notes about the incidents in the body of a request by
// PagerDuty, in version 1, 2 or 3 of its format.
func readPagerDuty(_ *reader, o object) (notes []*note) {
	if event := o.obj("event"); len(event) > 0 {
		n := pagerIncident(event.obj("data"), event.str("event_type"))
		n.by = cmp.Or(event.str("agent", "summary"), n.by)
		return []*note{n}
	}
	for _, m := range o.objects("messages") {
		incident := m.obj("incident")
		if len(incident) == 0 {
			incident = m.obj("data", "incident")
		}
		notes = append(notes, pagerIncident(incident, m.first("event", "type")))
	}
	return notes
}

func pagerIncident(d object, event string) *note {
	about := d
	if inner := d.obj("incident"); len(inner) > 0 {
		about = inner // a note or a responder of the incident
	}
	n := &note{
		kind: "incident", state: cmp.Or(about.str("status"), d.str("status"), strings.TrimPrefix(event, "incident.")),
		title: cmp.Or(about.first("title", "summary"), about.str("trigger_summary_data", "subject"), about.str("trigger_summary_data", "description")),
		link:  cmp.Or(about.str("html_url"), d.str("html_url")),
		where: cmp.Or(about.str("service", "summary"), about.str("service", "name")),
	}
	if number := about.first("number", "incident_number"); number != "" {
		n.ref = "#" + number
	}
	if event != "" && !strings.HasSuffix(event, "."+n.state) && event != "incident.trigger" && event != n.state {
		n.with("event", event)
	}
	n.with("urgency", about.str("urgency"), "priority", cmp.Or(about.str("priority", "summary"), about.str("priority", "name")),
		"assignee", strings.Join(assigned(about), ", "))
	if kind, _, ok := strings.Cut(event, "."); ok && kind != "incident" {
		n.kind = kind
	}
	if workflow := d.str("incident_workflow", "summary"); workflow != "" {
		n.with("workflow", workflow)
	}
	n.with("responder", d.str("state"))
	n.see("conference", d.str("conference_url"))
	n.body = cmp.Or(d.str("content"), d.str("message"))
	if n.by == "" {
		n.by = cmp.Or(d.str("user", "summary"), about.str("last_status_change_by", "summary"), about.str("last_status_change_by", "name"))
	}
	switch strings.TrimPrefix(event, "incident.") {
	case "trigger", "triggered", "reopened":
		n.alert = "incident " + about.str("id")
	case "resolve", "resolved":
		n.alert, n.over = "incident "+about.str("id"), true
	}
	return n
}

func assigned(d object) (all []string) {
	all = names(d.list("assignees"), "summary", "name")
	for _, a := range append(d.objects("assigned_to"), d.objects("assignments")...) {
		all = append(all, cmp.Or(a.str("object", "name"), a.str("assignee", "summary")))
	}
	return distinct(all...)
}
