package commands

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/text"
)

// reportDays is the number of days that a report covers if nobody asks for another.
const reportDays = 30

// reportedMisses is how many vain searches a report names.
const reportedMisses = 10

var days = regexp.MustCompile(`^(\d{1,3})\s*(?:j|jours?|d|days?)?$`)

// report is the data of the message with the numbers of questions asked and answered.
type report struct {
	relay.Report
	Days           int
	All            bool // of all rooms of experts
	Hours, Minutes int  // of Wait
}

// report answers with the numbers of questions of the last days: in a room of experts
// its own, in a direct message those of all rooms for an operator, and a refusal
// elsewhere and for anybody else. The argument is the number of days; without one there
// are reportDays.
func (a *Answerer) report(ctx context.Context, r request) (Answer, error) {
	data := report{Days: reportDays}
	if r.args != "" {
		match := days.FindStringSubmatch(text.Fold(r.args))
		if match == nil {
			return a.explain(ctx, r, r.command)
		}
		n, err := strconv.Atoi(match[1])
		if err != nil || n == 0 {
			return a.explain(ctx, r, r.command)
		}
		data.Days = n
	}
	options := relay.ReportOptions{Experts: r.Room, ShownIn: r.Room, Since: time.Now().AddDate(0, 0, -data.Days)}
	experts, err := a.parts.Relay.Answers(ctx, r.Room)
	switch {
	case err != nil:
		return Answer{}, err
	case experts:
	case r.Level >= chat.LevelOperator && r.Private:
		options.Experts, data.All = "", true
	default:
		return a.faultOf(r, &relay.Fault{What: relay.FaultReport})
	}
	data.Report, err = a.parts.Relay.Report(ctx, options)
	if err != nil {
		return Answer{}, err
	}
	data.Missed, _ = first(data.Missed, reportedMisses)
	data.Hours, data.Minutes = int(data.Wait/time.Hour), int(data.Wait%time.Hour/time.Minute)
	return a.message(r, "questions-report", data)
}
