package commands

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"heraut/chat"
	"heraut/rooms"
	"heraut/text"
	"heraut/thanks"
	"heraut/webhook"
)

// thanksSaid is the data of the message that a person was thanked.
type thanksSaid struct {
	thanks.Thanks
	Prefix string
	// Asked reports that the bot asks the person, in their direct message, for
	// consent to be named. Ask reports that they may give that consent there
	// themselves.
	Asked, Ask bool
}

// thanksFault is the data of the message that says why thanks are not accepted.
type thanksFault struct {
	Prefix string
	What   string // "person", "reason", "month" or a thanks.Refusal
	Word   string
}

// thank answers the command that thanks a person or, if it has no arguments, lists this
// month's thanks of the room. The answer's change stores the thanks; if the bot never
// asked the person for consent to be named, and has a direct message with them, it asks
// there. The answer gives the reason if the person or the reason for the thanks is
// missing, or the register refuses them.
func (a *Answerer) thank(ctx context.Context, r request) (Answer, error) {
	now := time.Now()
	if r.args == "" {
		month, err := a.parts.Thanks.MonthOf(ctx, r.Room, now)
		if err != nil {
			return Answer{}, err
		}
		return a.message(r, "thanks-month", thanks.View{Month: month, Prefix: r.Prefix})
	}
	to, name, reason := thanked(r)
	switch {
	case to == "":
		return a.message(r, "thanks-fault", thanksFault{Prefix: r.Prefix, What: "person"})
	case reason == "":
		return a.message(r, "thanks-fault", thanksFault{Prefix: r.Prefix, What: "reason"})
	}
	refusal, err := a.parts.Thanks.Check(ctx, r.Sender, to, now)
	if err != nil {
		return Answer{}, err
	}
	if refusal != thanks.Fine {
		return a.message(r, "thanks-fault", thanksFault{Prefix: r.Prefix, What: string(refusal)})
	}
	consent, err := a.parts.Thanks.Store.ConsentOf(ctx, to)
	if err != nil {
		return Answer{}, err
	}
	known, err := a.knownRooms(ctx)
	if err != nil {
		return Answer{}, err
	}
	direct, hasDirect := webhook.DirectRoom(known, to)
	t := thanks.Thanks{Cause: r.Event.Original(), Room: r.Room, From: r.Sender, To: to, Name: name, Reason: reason, At: now}
	answer, err := a.message(r, "thanks", thanksSaid{
		Thanks: t, Prefix: r.Prefix, Asked: consent == thanks.Unasked && hasDirect, Ask: consent == thanks.Unasked && !hasDirect,
	})
	answer.change = func(ctx context.Context) error { return a.parts.Thanks.Give(ctx, t, direct.ID) }
	return answer, err
}

const (
	// maxReason and maxName bound a reason and a name, in characters.
	maxReason = 280
	maxName   = 60
)

var (
	wholeUser  = regexp.MustCompile(`@[a-zA-Z0-9._=/+-]+:[a-zA-Z0-9.:-]+[a-zA-Z0-9]`)
	thanksFor  = regexp.MustCompile(`(?i)\s*,?\s+(pour|de|d’|d'|for)\s*`)
	afterMarks = strings.NewReplacer("@", "", ":", " ", ",", " ")
)

// thanked reads a command that thanks a person. to is the person, whom the command
// names by a mention or a whole user id; it is empty if the command names nobody or
// mentions several people. name is the person's name as typed or, if it is not typed,
// the first part of their user id, cut to maxName. reason is the text after «pour» or a
// similar word, cut to maxReason; empty if there is no such word.
func thanked(r request) (to chat.UserID, name, reason string) {
	args := r.args
	if id := wholeUser.FindString(args); id != "" {
		to = chat.UserID(id)
		args = strings.Replace(args, id, strings.TrimPrefix(strings.SplitN(id, ":", 2)[0], "@"), 1)
	} else if r.Event.Message != nil && len(r.Event.Message.Mentions) == 1 {
		to = r.Event.Message.Mentions[0]
	}
	if at := thanksFor.FindStringIndex(args); at != nil {
		name, reason = args[:at[0]], args[at[1]:]
	} else {
		name = args
	}
	name = strings.Join(strings.Fields(afterMarks.Replace(name)), " ")
	if name == "" && to != "" {
		name = strings.TrimPrefix(strings.SplitN(string(to), ":", 2)[0], "@")
	}
	return to, text.Truncate(name, maxName), text.Truncate(strings.TrimSpace(reason), maxReason)
}

// agree answers the command by which a person agrees that lists of thanks name them.
func (a *Answerer) agree(_ context.Context, r request) (Answer, error) {
	return a.consent(r, thanks.Agreed)
}

// disagree answers the command by which a person refuses that lists of thanks name
// them.
func (a *Answerer) disagree(_ context.Context, r request) (Answer, error) {
	return a.consent(r, thanks.Refused)
}

func (a *Answerer) consent(r request, c thanks.Consent) (Answer, error) {
	answer, err := a.message(r, "thanks-consented", struct {
		Prefix string
		Agreed bool
	}{r.Prefix, c == thanks.Agreed})
	answer.change = func(ctx context.Context) error { return a.parts.Thanks.Store.SaveConsent(ctx, r.Sender, c, time.Now()) }
	return answer, err
}

// monthly answers the command that turns the monthly list of thanks in the room on
// («oui» or nothing) or off («non»). It explains the command for any other argument.
func (a *Answerer) monthly(ctx context.Context, r request) (Answer, error) {
	wanted, ok := map[string]bool{"": true, "oui": true, "yes": true, "non": false, "no": false}[text.Fold(r.args)]
	if !ok {
		return a.explain(ctx, r, r.command)
	}
	answer, err := a.message(r, "thanks-monthly", struct {
		Prefix string
		Wanted bool
	}{r.Prefix, wanted})
	said := map[bool]string{true: "oui", false: "non"}
	answer.change = a.logged(r, rooms.Change{What: rooms.Thanks, After: said[wanted]}, a.parts.Thanks.SetMonthly(r.Room, wanted, time.Now()))
	return answer, err
}

// exportThanks answers with the thanks given in the room in a month to people who
// agreed to be named, as Markdown to copy: the month in the argument, «2026-05», or
// this one. It says if the argument is no month.
func (a *Answerer) exportThanks(ctx context.Context, r request) (Answer, error) {
	day := time.Now()
	if r.args != "" {
		var err error
		if day, err = time.ParseInLocation("2006-01", r.args, a.zone); err != nil {
			return a.message(r, "thanks-fault", thanksFault{Prefix: r.Prefix, What: "month", Word: r.args})
		}
	}
	month, err := a.parts.Thanks.MonthOf(ctx, r.Room, day)
	if err != nil {
		return Answer{}, err
	}
	return a.message(r, "thanks-export", struct {
		thanks.Month
		Markdown string
	}{month, thanksMarkdown(month)})
}

var markdownSigns = regexp.MustCompile("([\\\\`*_\\[\\]<>#|~])")

// thanksMarkdown returns m.Items, the month's thanks whose person agreed to be named,
// as a list in Markdown for a newsletter, with names and reasons escaped. It is empty
// if nobody agreed, even if people were thanked.
func thanksMarkdown(m thanks.Month) string {
	var b strings.Builder
	for _, t := range m.Items {
		fmt.Fprintf(&b, "- **%s** : %s\n", markdownSigns.ReplaceAllString(t.Name, `\$1`), markdownSigns.ReplaceAllString(t.Reason, `\$1`))
	}
	return strings.TrimSpace(b.String())
}
