package webhook

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// telling holds the context in which the notes of one delivery are posted: the hook,
// the language, the time of arrival, and the cause and the number of the posts.
type telling struct {
	*Service
	hook  Hook
	lang  string
	at    time.Time
	cause string
	made  *sent // counts the posts
}

func (t telling) post(html string) chat.Post {
	return chat.Post{Room: t.hook.Room, Priority: chat.Webhook, HTML: html, Lang: t.lang}
}

// tell posts the notes of a delivery in one message. A note about an alert that
// already has a message changes that message instead.
func (t telling) tell(ctx context.Context, notes []Note) error {
	fresh, err := t.update(ctx, notes)
	if err != nil {
		return err
	}
	return t.fresh(ctx, fresh)
}

// update handles the notes that repeat or end a stored alert: it stores the alert's new
// state and edits the message that shows it, with a reply in its thread if the alert
// ended. It returns the other notes as new alerts, which are not stored yet; notes
// about no alert are among them, with an empty Key. A new alert that is over already
// gets no Key either, since no later note belongs to it.
func (t telling) update(ctx context.Context, notes []Note) (fresh []Alert, err error) {
	key := chat.KeyOf(chat.Cause(t.cause), 0)
	var changed []chat.PostKey // in order
	ended := map[chat.PostKey][]Alert{}
	for _, n := range notes {
		a, known, err := t.known(ctx, n)
		if err != nil {
			return nil, err
		}
		if !known {
			a := Alert{Hook: t.hook.ID, Key: n.Alert, Post: key, Head: n.Head, Rest: n.Rest, First: t.at, Last: t.at, Times: 1}
			if n.Over {
				a.Key = "" // no later note belongs to it
			}
			fresh = append(fresh, a)
			continue
		}
		a.Last = t.at
		if n.Over {
			a.Over = t.at
			ended[a.Post] = append(ended[a.Post], a)
		} else {
			a.Times++
			a.Head, a.Rest = n.Head, n.Rest
		}
		if err := t.Store.SaveAlert(ctx, a); err != nil {
			return nil, err
		}
		if !slices.Contains(changed, a.Post) {
			changed = append(changed, a.Post)
		}
	}
	for _, post := range changed {
		if err := t.change(ctx, post, ended[post]); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// known returns the stored alert that the note n repeats or ends, and true. It returns
// false if n begins a new alert instead: n names no alert, no alert with that key is
// stored, the stored one ended before, or n does not end it and its last note came at
// least againWithin before this one.
func (t telling) known(ctx context.Context, n Note) (Alert, bool, error) {
	if n.Alert == "" {
		return Alert{}, false, nil
	}
	a, err := t.Store.LiveAlert(ctx, t.hook.ID, n.Alert)
	if errors.Is(err, chat.ErrNotFound) {
		return Alert{}, false, nil
	}
	if err != nil || !a.Over.IsZero() || !n.Over && t.at.Sub(a.Last) >= againWithin {
		return Alert{}, false, err
	}
	return a, true, nil
}

// fresh posts new alerts in one message that notifies, and stores them if a later note
// may change the message. It does nothing without alerts.
func (t telling) fresh(ctx context.Context, alerts []Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	html, err := t.html(alerts)
	if err != nil {
		return err
	}
	post := t.post(html)
	post.Rings = true
	if err := t.Queue.Post(ctx, chat.Cause(t.cause), post); err != nil {
		return err
	}
	t.made.messages++
	if !slices.ContainsFunc(alerts, func(a Alert) bool { return a.Key != "" }) {
		return nil // the message never changes
	}
	for _, a := range alerts {
		if err := t.Store.SaveAlert(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// change edits the message with that key to show the stored state of its alerts. If
// ended is not empty, it also replies in the message's thread that those alerts ended.
func (t telling) change(ctx context.Context, key chat.PostKey, ended []Alert) error {
	all, err := t.Store.AlertsOf(ctx, key)
	if err != nil {
		return err
	}
	html, err := t.html(all)
	if err != nil {
		return err
	}
	post := t.post(html)
	post.Edits = chat.Target{Post: key}
	if err := t.Queue.Post(ctx, chat.Cause(t.cause+" changes "+string(key)), post); err != nil {
		return err
	}
	t.made.edits++
	if len(ended) == 0 {
		return nil
	}
	var b strings.Builder
	for _, a := range ended {
		line, err := locale.Render(t.lang, "webhook-alert", t.view(a, true))
		if err != nil {
			return err
		}
		b.WriteString(line)
	}
	reply := t.post(b.String())
	reply.Thread, reply.Alone = chat.Target{Post: key}, b.String()
	t.made.messages++
	return t.Queue.Post(ctx, chat.Cause(t.cause+" ends "+string(key)), reply)
}

// alertView is one alert as the template webhook-alert renders it.
type alertView struct {
	Head  template.HTML // comes from the reader, in the tags of a message
	Rest  bool          // more follows
	Times int
	Since time.Time
	Over  time.Time // zero: the alert goes on
	// Reply reports that the text is for the message's thread.
	Reply bool
}

func (t telling) view(a Alert, reply bool) alertView {
	v := alertView{Head: template.HTML(a.Head), Times: a.Times, Since: a.First.In(t.Zone), Over: a.Over, Reply: reply}
	if !v.Over.IsZero() {
		v.Over = v.Over.In(t.Zone)
		// Only the title remains true: the text before it says that the alert goes
		// on.
		if i := strings.Index(a.Head, "<strong>"); i >= 0 {
			v.Head = template.HTML(a.Head[i:])
		}
	}
	return v
}

// html returns the HTML of a message about the given alerts. It shows at most maxNotes
// of them, and a line with the number of the others. The error is that of a template.
func (t telling) html(alerts []Alert) (string, error) {
	var b strings.Builder
	for i, a := range alerts {
		if i == maxNotes {
			b.WriteString("<p>" + template.HTMLEscapeString(count(t.lang, len(alerts)-i)) + "</p>")
			break
		}
		n := Note{Head: a.Head, Rest: a.Rest}
		if a.Head != "" && (a.Times > 1 || !a.Over.IsZero()) {
			head, err := locale.Render(t.lang, "webhook-alert", t.view(a, false))
			if err != nil {
				return "", err
			}
			n.Head = strings.TrimSuffix(strings.TrimPrefix(head, "<p>"), "</p>")
		}
		b.WriteString(n.HTML())
	}
	return b.String(), nil
}
