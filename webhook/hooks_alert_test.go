package webhook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// alert returns Alertmanager's body with an alert for each fingerprint.
func alert(status string, fingerprints ...string) string {
	var all []string
	for _, f := range fingerprints {
		all = append(all, fmt.Sprintf(`{"status":%q,"labels":{"alertname":"Disque plein","instance":%q},"annotations":{"summary":"Disque plein sur %s"},
			"startsAt":"2026-11-30T13:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example.org/graph","fingerprint":%q}`, status, f, f, f))
	}
	return fmt.Sprintf(`{"version":"4","status":%q,"receiver":"r","groupLabels":{},"commonLabels":{},"alerts":[%s]}`, status, strings.Join(all, ","))
}

func TestAlertGoesOnAndEnds(t *testing.T) {
	o := newOffice(t)
	path := o.create("supervision")
	o.ok(path, alert("firing", "srv1", "srv2"))
	o.wants("Disque plein sur srv2")
	for range 2 {
		o.now = o.now.Add(4 * time.Hour)
		o.ok(path, alert("firing", "srv1"))
	}
	o.wants("* 🔴 Alerte", "(3 fois depuis 14:02)")
	o.now = o.now.Add(time.Hour)
	o.ok(path, alert("resolved", "srv1"))
	got := o.said()
	if len(got) != 2 || !strings.HasPrefix(got[0], "* ✅ Terminé à 23:02") || !strings.Contains(got[0], "retiré") ||
		!strings.HasPrefix(got[1], "> ✅ Terminé à 23:02") || !strings.Contains(got[0], "srv2") {
		t.Errorf("got\n%s", strings.Join(got, "\n---\n"))
	}
	o.ok(path, alert("resolved", "srv1")) // already over
	o.wants("✅ Alerte – résolution (resolved)")
	o.now = o.now.Add(time.Minute)
	o.ok(path, alert("firing", "srv1")) // begins again
	o.wants("🔴 Alerte")
	o.now = o.now.Add(25 * time.Hour)
	o.ok(path, alert("firing", "srv2")) // after a day a new message announces it
	o.wants("🔴 Alerte")
}

// Edits of messages count for the limit per minute, and have a metric of their own.
func TestEditsCountForTheLimit(t *testing.T) {
	o := newOffice(t)
	path := o.create("supervision")
	o.ok(path, alert("firing", "srv1"))
	o.wants("🔴 Alerte")
	o.ok(path, alert("firing", "srv1"))
	o.wants("* 🔴 Alerte")
	o.ok(path, alert("resolved", "srv1"))
	o.ok(path, `{"text":"bruit"}`)
	o.wants("* ✅ Terminé", "> ✅ Terminé")
	o.counts(2, 2, 0)
	o.now = o.now.Add(time.Minute)
	o.wants("bruit")
	o.counts(3, 2, 0)
}

// An alert that ends within a digest is struck out too.
func TestAlertEndsInDigest(t *testing.T) {
	o := newOffice(t)
	path := o.create("supervision")
	o.ok(path, alert("firing", "srv1"))
	for range 3 {
		o.ok(path, `{"text":"bruit"}`)
	}
	o.ok(path, alert("resolved", "srv1"))
	o.wants("🔴 Alerte", "bruit", "bruit")
	o.now = o.now.Add(time.Minute)
	o.wants("* ✅ Terminé à 14:02", "> ✅ Terminé à 14:02", "2\u00a0messages du webhook supervision")
}
