package webhook

import (
	"testing"
	"time"
)

// Every text that isTime takes for a moment is read as one.
func TestTimeOf(t *testing.T) {
	for _, at := range []string{
		"2026-11-30T10:12Z", "2026-11-30T11:12+01:00", "2026-11-30T11:12+0100",
		"2026-11-30T10:12:00Z", "2026-11-30T11:12:00+0100", "2026-11-30T10:12:00.000Z", "2026-11-30T11:12:00.000+0100",
	} {
		if !isTime.MatchString(at) {
			t.Errorf("%s is not taken for a time", at)
		}
		if got := timeOf(at).UTC().Format(time.RFC3339); got != "2026-11-30T10:12:00Z" {
			t.Errorf("%s is read as %s", at, got)
		}
	}
}
