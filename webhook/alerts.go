package webhook

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// isAlerts reports whether o, the decoded body of a request, comes from Alertmanager or
// from Grafana's alerting (version 9 or newer). It is false for a body without an
// alert.
func isAlerts(_ *reader, o object) bool {
	alerts := o.objects("alerts")
	return len(alerts) > 0 && (alerts[0].has("labels") || alerts[0].has("status")) && (o.has("receiver") || o.has("groupLabels") || o.has("version") || o.has("status"))
}

// readAlerts returns a note for each alert in o, the decoded body of a request by
// Alertmanager or Grafana, so that each alert can end on its own. The note of a
// resolved alert has over set.
func readAlerts(r *reader, o object) []*note {
	var notes []*note
	alerts := o.objects("alerts")
	common := o.obj("commonLabels")
	group := o.obj("groupLabels")
	for i, a := range alerts {
		labels, notesOf := a.obj("labels"), a.obj("annotations")
		status := cmp.Or(a.str("status"), o.str("status"), "firing")
		name := cmp.Or(labels.str("alertname"), common.str("alertname"), group.str("alertname"))
		title := cmp.Or(notesOf.first("summary", "title", "message"), name)
		if name != "" && title != name {
			title = name + " – " + title
		}
		n := &note{
			kind: "alert", state: status, title: cmp.Or(title, o.str("title")), link: a.first("generatorURL"),
			over: status == "resolved",
		}
		n.where = strings.Join(distinct(
			labels.first("instance", "host", "hostname", "node", "pod", "service", "job"),
			cmp.Or(labels.str("severity"), common.str("severity")),
			labels.first("namespace", "env", "environment", "cluster", "grafana_folder")), " · ")
		if i == 0 && o.str("title") != "" && !strings.Contains(n.title, o.str("title")) {
			n.with("", o.str("title")) // Grafana's own summary of all alerts
		}
		description := notesOf.first("description", "message", "details")
		if description != title && !strings.HasSuffix(title, description) {
			n.with("", description)
		}
		n.with("since", a.str("startsAt"))
		if n.over {
			n.with("until", a.str("endsAt"))
		}
		n.with("value", cmp.Or(values(a), valueString(a.str("valueString"))))
		n.with("labels", otherLabels(labels))
		n.see("dashboard", a.str("dashboardURL"), "panel", a.str("panelURL"), "runbook", notesOf.first("runbook_url", "runbook"),
			"silence", a.str("silenceURL"), "image", a.str("imageURL"))
		if n.link == "" {
			n.link = a.first("panelURL", "dashboardURL")
		}
		if n.link == "" {
			n.link = o.str("externalURL")
		}
		if i == 0 && len(notesOf) == 0 {
			n.body, n.syntax = o.str("message"), chatMarkup // Grafana's only text
		}
		n.alert = a.str("fingerprint")
		notes = append(notes, n)
	}
	return notes
}

// distinct returns the given texts in their order, without empty ones and repetitions.
func distinct(all ...string) (kept []string) {
	for _, s := range all {
		if s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// shownLabels lists the labels of an alert that its note does not repeat among the
// other labels: they appear elsewhere in the note, or say nothing.
var shownLabels = []string{"alertname", "severity", "instance", "host", "hostname", "job", "namespace", "env", "environment", "cluster", "grafana_folder", "prometheus"}

func otherLabels(labels object) string {
	var all []string
	for _, key := range labels.keys() {
		if value := labels.str(key); value != "" && !slices.Contains(shownLabels, key) && !strings.HasPrefix(key, "__") && len(all) < 8 {
			all = append(all, key+"="+value)
		}
	}
	return strings.Join(all, ", ")
}

// values returns the measured values of a, a Grafana alert, as «name=value,
// name=value»; at most six, empty if there are none.
func values(a object) string {
	var all []string
	v := a.obj("values")
	for _, key := range v.keys() {
		if s := v.str(key); s != "" && len(all) < 6 {
			all = append(all, key+"="+s)
		}
	}
	return strings.Join(all, ", ")
}

// valueString parses s, the field valueString of an alert by Grafana 8, such as «[
// var='B' labels={} value=10 ]», and returns its values as «B=10»; at most six, empty
// if there are none.
func valueString(s string) string {
	var all []string
	for _, m := range valuePair.FindAllStringSubmatch(s, 6) {
		all = append(all, m[1]+"="+m[2])
	}
	return strings.Join(all, ", ")
}

var valuePair = regexp.MustCompile(`(?:var|metric)='([^']*)'[^\]]*? value=([^\s\]]+)`)

// isOldGrafana reports whether o is the body of a request by Grafana's alerting before
// version 9.
func isOldGrafana(_ *reader, o object) bool {
	return o.has("ruleName") && (o.has("state") || o.has("evalMatches"))
}

func readOldGrafana(_ *reader, o object) []*note {
	state := o.str("state")
	n := &note{
		kind: "alert", state: state, title: o.first("title", "ruleName"), link: o.str("ruleUrl"), over: state == "ok",
		body: o.str("message"),
	}
	if id := o.first("ruleId", "ruleName"); id != "" && !strings.HasPrefix(o.str("title"), "[Test") {
		n.alert = "rule " + id
	}
	for _, m := range o.objects("evalMatches") {
		if len(n.facts) < 8 {
			n.with(m.str("metric"), m.str("value"))
		}
	}
	n.see("image", o.str("imageUrl"))
	return []*note{n}
}

// isAlarm reports whether o, the decoded body of a request, is an alarm of Amazon
// CloudWatch.
func isAlarm(_ *reader, o object) bool { return o.has("AlarmName", "NewStateValue") }

func readAlarm(_ *reader, o object) []*note {
	n := &note{
		kind: "alert", state: o.str("NewStateValue"), title: o.str("AlarmName"), where: o.first("Region"),
		over: o.str("NewStateValue") == "OK", alert: "alarm " + o.str("AlarmName"),
	}
	n.with("", o.str("AlarmDescription"), "reason", o.str("NewStateReason"), "date", o.str("StateChangeTime"))
	return []*note{n}
}

// isSNS reports whether o is a message of Amazon's notification service (SNS), which
// wraps the message of another tool.
func isSNS(_ *reader, o object) bool { return o.has("Type", "TopicArn", "MessageId") }

func readSNS(r *reader, o object) []*note {
	topic := o.str("TopicArn")
	if parts := strings.SplitN(topic, ":", 6); len(parts) == 6 { // arn:aws:sns:REGION:ACCOUNT:TOPIC
		topic = parts[5]
	}
	if o.str("Type") == "SubscriptionConfirmation" {
		// A person in the room follows the link: the bot fetches nothing.
		n := &note{kind: "sns-confirm", title: topic, mark: "📨"}
		n.with("", word(r.lang, "sns-follow"))
		n.see("confirm", o.str("SubscribeURL"))
		return []*note{n}
	}
	message := o.str("Message")
	if inner, err := decodeJSON(message); err == nil {
		if m, ok := inner.(map[string]any); ok {
			for _, s := range shapes {
				if s.read != nil && s.name != "sns" && s.is(r, m) {
					notes := s.read(r, m)
					for _, n := range notes {
						if subject := o.str("Subject"); subject != "" {
							n.facts = append([]fact{{"", subject}}, n.facts...)
						}
						n.where = strings.Join(distinct(topic, n.where), " · ")
					}
					return notes
				}
			}
			n := r.telling(m)
			n.title, n.where = cmp.Or(o.str("Subject"), n.title), topic
			return []*note{n}
		}
	}
	return []*note{{mark: "📨", title: cmp.Or(o.str("Subject"), firstLine(message)), where: topic, body: bodyBut(message, o.str("Subject"))}}
}

// bodyBut returns body, the text to show below the title, unless it would only repeat
// the title. It returns "" if body equals title, or if title is empty and body is a
// single line: the caller then shows that line as the title.
func bodyBut(body, title string) string {
	if body == title || title == "" && firstLine(body) == body {
		return ""
	}
	return body
}
