package commands

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"heraut/text"
	"heraut/visio"
)

// openCall answers the command that opens a video conference, at once or at an hour
// that its arguments give, with a subject. A scheduled one is stored with the answer.
// It answers with the reason if the room has no such service, the hour is invalid, or
// the service fails.
func (a *Answerer) openCall(ctx context.Context, r request) (Answer, error) {
	if !a.parts.Visio.Serves(r.Room) {
		return a.message(r, "visio-fault", visioFault{Prefix: r.Prefix, What: "none", Contact: a.about.Contact})
	}
	now := time.Now().In(a.zone)
	subject, at, ok := cutHour(r.args, now)
	if !ok {
		return a.message(r, "visio-fault", visioFault{Prefix: r.Prefix, What: "hour", Contact: a.about.Contact})
	}
	call, err := a.parts.Visio.Open(ctx, r.Room, now)
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	if err != nil {
		return a.message(r, "visio-fault", visioFault{Prefix: r.Prefix, What: "provider", Contact: a.about.Contact})
	}
	view := visio.View{Call: call, Subject: text.Truncate(subject, maxSubject), At: at}
	view.Today, view.Tomorrow = sameDay(at, now), sameDay(at, now.AddDate(0, 0, 1))
	answer, err := a.message(r, "visio", view)
	if err != nil || at.IsZero() {
		return answer, err
	}
	m := visio.Meeting{Cause: r.Event.Original(), Room: r.Room, Thread: r.Thread, Subject: view.Subject, At: at, Call: call}
	answer.change = func(ctx context.Context) error { return a.parts.Visio.Store.SaveMeeting(ctx, m) }
	return answer, nil
}

// maxSubject bounds a subject, in characters.
const maxSubject = 120

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// visioFault is the data of the message that says why no video conference is opened.
type visioFault struct {
	Prefix  string
	What    string // "none", "hour" or "provider"
	Contact string
}

var hourAtEnd = regexp.MustCompile(`(?i)(?:^|\s)(demain\s+|tomorrow\s+)?(?:à|a|at)\s+(\d{1,2})\s*(?:[:h]\s*(\d{2})?)?$`)

// cutHour splits s into a subject and the hour at its end, such as «à 14:30» or «demain
// à 9h», and returns the hour as the time at, in the zone of now. An hour that has
// passed today means tomorrow. Without an hour, at is zero and subject is s. ok is
// false if the hour is invalid; subject is then s too.
func cutHour(s string, now time.Time) (subject string, at time.Time, ok bool) {
	s = strings.TrimSpace(s)
	m := hourAtEnd.FindStringSubmatchIndex(s)
	if m == nil {
		return s, time.Time{}, true
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	hour, _ := strconv.Atoi(part(2))
	minute, _ := strconv.Atoi(part(3))
	if hour > 23 || minute > 59 {
		return s, time.Time{}, false
	}
	day := now
	if part(1) != "" {
		day = now.AddDate(0, 0, 1)
	}
	at = time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(day.Year(), day.Month(), day.Day()+1, hour, minute, 0, 0, now.Location())
	}
	return strings.TrimSpace(s[:m[0]]), at, true
}
