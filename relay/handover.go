package relay

import (
	"context"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/queue"
	"heraut/text"
)

// handedOver is the data of the template relay-handed, which says to experts or to the
// asker that a question goes, or could go, to other experts.
type handedOver struct {
	Number int64
	Room   string // of the experts who have the question now, or would
	What   string // "root", "link", "asker", "asked", "choices" or "kept"
	Link   string
	Sealed bool // the asker must consent by a message, not by a reaction
	Widens chat.Audience
	Prefix string
}

// HandOver returns a function that hands the question q over, for the sender of e, to
// the experts of another theme; the theme is given by its name or by the name of its
// relay. If more people could read the question there, asks is true, and the function
// asks the question's asker first. The function does nothing if the question went
// elsewhere meanwhile. room is the name of the other experts' room, empty if it has
// none. The error is a *Fault if the sender may not hand the question over, or if it
// may not go there.
func (d *Carrier) HandOver(ctx context.Context, e chat.Event, q Question, theme string) (change func(ctx context.Context) error, asks bool, room string, err error) {
	if err := d.mayPassOn(ctx, e, q); err != nil {
		return nil, false, "", err
	}
	theme = text.Fold(strings.TrimLeft(strings.TrimSpace(theme), "#"))
	r, err := d.relayCalled(ctx, q, theme)
	if err != nil {
		return nil, false, "", err
	}
	if !slices.Contains(r.Themes, theme) {
		theme = ""
	}
	w, err := d.mayHand(ctx, q, r)
	if err != nil {
		return nil, false, "", err
	}
	if room, err = d.roomName(ctx, r.To); err != nil {
		return nil, false, "", err
	}
	return func(ctx context.Context) error {
		return d.update(ctx, q.Number, func(now *Question) error {
			if now.Experts != q.Experts || now.Root != q.Root || now.SameAs != 0 {
				return nil // it went elsewhere, or was joined to another one, meanwhile
			}
			return d.handOrAsk(ctx, now, r, theme, now.Widens)
		})
	}, !w.Beyond(q.Widens).None(), room, nil
}

// relayCalled returns the relay with that theme or name which takes questions from the
// room of q. The error is a *Fault if there is none, or if it leads to the experts who
// have the question.
func (d *Carrier) relayCalled(ctx context.Context, q Question, theme string) (Relay, error) {
	direct, err := d.isDirect(ctx, q.Origin)
	if err != nil {
		return Relay{}, err
	}
	all, err := d.Relays(ctx)
	if err != nil {
		return Relay{}, err
	}
	var themes []string
	for _, r := range all {
		if !r.startsIn(q.Origin, direct) {
			continue
		}
		if slices.Contains(r.Themes, theme) || r.Name == theme {
			if r.To == q.Experts {
				return Relay{}, &Fault{What: FaultHere, Number: q.Number, Word: theme}
			}
			return r, nil
		}
		if r.To != q.Experts {
			themes = append(themes, r.Themes...)
		}
	}
	return Relay{}, &Fault{What: FaultHandTheme, Word: theme, Themes: themes}
}

// mayHand returns the ways in which the question q gets further readers if it goes to
// the experts of the relay r. The error is a *Fault if the question may not go there
// even with its asker's consent; callers must not use the audience then.
func (d *Carrier) mayHand(ctx context.Context, q Question, r Relay) (chat.Audience, error) {
	to, err := d.Room(ctx, r.To)
	if err != nil {
		return chat.Everybody, err
	}
	if !to.Joined {
		return chat.Everybody, &Fault{What: FaultAbsent, Room: to.Name, Banned: to.Exit == chat.ExitBanned}
	}
	// The answers that are on their way were written for the readers whom these experts
	// were told of.
	if fault, err := faultOf(d.mayReturn(ctx, q)); err != nil {
		return chat.Everybody, err
	} else if fault != nil {
		return chat.Everybody, &Fault{What: FaultNotHanded, Number: q.Number}
	}
	w, err := d.widens(ctx, q.Readers, q.Origin, r.To)
	if err == nil && !r.MayWiden && !w.Beyond(q.Widens).None() {
		err = &Fault{What: FaultHandWidens, Number: q.Number, Widens: w}
	}
	return w, err
}

// handOrAsk hands the question q over to the experts of the relay r, under the theme.
// If more people could read it there than agreed, the audience to which the asker
// agreed, it asks the asker first. If the question may not go there, it tells the
// present experts that the question stays with them. It does nothing if the question is
// not open or has not reached its experts. The caller saves q.
func (d *Carrier) handOrAsk(ctx context.Context, q *Question, r Relay, theme string, agreed chat.Audience) error {
	if !q.Status.Asked() || q.Status.Closed() || q.Waits() {
		return nil
	}
	w, err := d.mayHand(ctx, *q, r)
	if fault, err := faultOf(err); err != nil {
		return err
	} else if fault != nil {
		return d.keepHere(ctx, q)
	}
	if err = d.endHandover(ctx, q); err != nil {
		return err
	}
	if !w.Beyond(agreed).None() {
		q.HandTo, q.HandTheme, q.HandWidens = r.Name, theme, w
		return d.askHandover(ctx, q, r)
	}
	return d.handOver(ctx, q, r, theme, w)
}

// handOver gives the question q to the experts of the relay r. It sets their relay, theme
// and room, the wider audience w and the status Open in q, and clears the expert in
// charge and the times of arrival and of reminders. The former experts' message that
// shows the question, and a post in the asker's thread, say where the question goes; the
// threads of its duplicates say that it goes. The caller saves q, which shows the
// question in the new room, under the same number.
func (d *Carrier) handOver(ctx context.Context, q *Question, r Relay, theme string, w chat.Audience) error {
	room, err := d.roomName(ctx, r.To)
	if err != nil {
		return err
	}
	html, lang, err := d.say(q.Experts, "relay-handed", handedOver{Number: q.Number, Room: room, What: "root"})
	if err != nil {
		return err
	}
	cause := q.nextShow()
	closing := chat.Post{Room: q.Experts, Priority: chat.Announcement, HTML: html, Lang: lang, Edits: chat.Target{Post: q.Root}}
	if err := d.queue.Post(ctx, cause, closing); err != nil {
		return err
	}
	err = d.store.SaveMessage(ctx, Message{Post: chat.KeyOf(cause, 0), Room: q.Experts, Question: q.Number, Role: RoleRoot, At: d.Now()})
	if err != nil {
		return err
	}
	q.Former, q.FormerRoot = q.Experts, q.Root
	q.Relay, q.Theme, q.Experts, q.Root, q.Widens = r.Name, theme, r.To, "", w
	q.Claimer, q.ClaimerName = "", ""
	q.PostedAt, q.RemindedAt, q.FollowedAt = time.Time{}, time.Time{}, time.Time{}
	q.take(stepHandOver)
	if err := d.tellHandedOver(ctx, *q); err != nil {
		return err
	}
	return d.remark(ctx, q, q.thread(), q.Origin, "relay-handed", handedOver{Number: q.Number, Room: room, What: "asker"})
}

// tellFormer posts in the thread of the former experts where the question q went; root
// is the event that shows the question in its new room. It clears q.FormerRoot, so that
// it posts this only once, and does nothing if that is empty. The caller saves q.
func (d *Carrier) tellFormer(ctx context.Context, q *Question, root chat.EventID) error {
	if q.FormerRoot == "" {
		return nil
	}
	room, err := d.roomName(ctx, q.Experts)
	if err != nil {
		return err
	}
	thread := chat.Target{Post: q.FormerRoot}
	q.FormerRoot = ""
	return d.remark(ctx, q, thread, q.Former, "relay-handed", handedOver{Number: q.Number, Room: room, What: "link", Link: d.Links.Event(q.Experts, root)})
}

// askHandover asks the asker, in the thread of the question, whether the question may
// go to the experts of r, and shows the text that these would read. It stores the key
// of that post in q.HandAsk; the caller saves q.
func (d *Carrier) askHandover(ctx context.Context, q *Question, r Relay) error {
	room, err := d.roomName(ctx, r.To)
	if err != nil {
		return err
	}
	origin, err := d.Room(ctx, q.Origin)
	if err != nil {
		return err
	}
	data := handedOver{Number: q.Number, Room: room, What: "asked", Sealed: origin.Encrypted, Widens: q.HandWidens, Prefix: d.Book.Of(q.Origin).Prefix}
	head, lang, err := d.say(q.Origin, "relay-handed", data)
	if err != nil {
		return err
	}
	leaving := *q
	leaving.Status, leaving.Experts, leaving.Theme, leaving.Claimer, leaving.ClaimerName = Open, r.To, q.HandTheme, "", ""
	shown, _, err := d.root(ctx, leaving, true)
	if err != nil {
		return err
	}
	data.What = "choices"
	choices, _, err := d.say(q.Origin, "relay-handed", data)
	if err != nil {
		return err
	}
	html := head + shown + choices
	q.HandAsk, err = d.postRemark(ctx, q, chat.Post{
		Room: q.Origin, Priority: chat.Relay, HTML: html, Alone: html, Lang: lang, Thread: q.thread(), Rings: true, Mentions: []chat.UserID{q.Asker},
		Guard: subject{kind: aboutConfirmation, question: q.Number, event: continues}.guard(),
	})
	return err
}

// endHandover ends the request for the asker's consent, if there is one: it withdraws
// the post of askHandover, which shows the question's text, and clears the hand-over in
// q. The caller saves q.
func (d *Carrier) endHandover(ctx context.Context, q *Question) error {
	ask := q.HandAsk
	q.HandTo, q.HandTheme, q.HandWidens, q.HandAsk = "", "", chat.Audience{}, ""
	if ask == "" {
		return nil
	}
	return d.queue.Withdraw(ctx, ask)
}

// keepHere ends the request for the asker's consent, and posts to the experts that the
// question stays with them. It clears the hand-over in q, which the caller saves.
func (d *Carrier) keepHere(ctx context.Context, q *Question) error {
	if err := d.endHandover(ctx, q); err != nil {
		return err
	}
	return d.remark(ctx, q, chat.Target{Post: q.Root}, q.Experts, "relay-handed", handedOver{Number: q.Number, What: "kept"})
}

// settleHandover keeps the request for the asker's consent up to date, if there is one.
// If the question q is closed, it ends the request. If the text of q differs from that
// in before, it asks the asker anew, since the asker agrees to an exact text; if the
// relay is gone, or the question may not go there any more, it tells the experts that
// the question stays with them. The caller saves q.
func (d *Carrier) settleHandover(ctx context.Context, before Question, q *Question) error {
	switch {
	case q.HandAsk == "":
		return nil
	case q.Status.Closed() || !q.Status.Asked():
		return d.endHandover(ctx, q)
	case before.Text == q.Text || before.HandAsk != q.HandAsk:
		return nil
	}
	r, err := d.relay(ctx, q.HandTo)
	if found, err := has(err); err != nil {
		return err
	} else if !found {
		return d.keepHere(ctx, q)
	}
	return d.handOrAsk(ctx, q, r, q.HandTheme, q.Widens)
}

// answerHandover returns a function that applies the asker's answer c to the request
// ask about the question with that number: it hands the question over or, for stop and
// for a relay that is gone or no longer leads there, leaves it with its experts. It
// asks anew if the other room has more readers by then. It does nothing if that request
// has ended.
func (d *Carrier) answerHandover(number int64, ask chat.PostKey, c choice) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return d.update(ctx, number, func(q *Question) error {
			if q.HandAsk != ask {
				return nil // decided already
			}
			r, err := d.relay(ctx, q.HandTo)
			if found, err := has(err); err != nil {
				return err
			} else if !found || c == stop {
				return d.keepHere(ctx, q)
			}
			direct, err := d.isDirect(ctx, q.Origin)
			if err != nil {
				return err
			} else if !r.startsIn(q.Origin, direct) || r.To == q.Experts {
				return d.keepHere(ctx, q)
			}
			return d.handOrAsk(ctx, q, r, q.HandTheme, q.HandWidens)
		})
	}
}

// handoverSign takes the reaction e to the request for consent: the Result applies the
// asker's answer. It is empty for other people, for other emoji, and in a room that was
// ever encrypted, where the homeserver could forge the reaction. The bool is always
// true: as in the results of React, it says that the reaction belongs to a question.
func (d *Carrier) handoverSign(ctx context.Context, e chat.Event, q Question) (queue.Result, bool, error) {
	origin, err := d.Room(ctx, q.Origin)
	c := consentSigns[plainSign(e.Reaction.Key)]
	if err != nil || origin.Encrypted || e.Sender != q.Asker || e.Room != q.Origin || c != goOn && c != stop {
		return queue.Result{}, true, err
	}
	return queue.Result{Change: d.answerHandover(q.Number, q.HandAsk, c)}, true, nil
}

// handoverWord takes the message e as the asker's answer to the request for consent, if
// it replies to the request, or names the question, as in «oui 12». The Result applies
// the answer, or refuses one whose reply the homeserver could have forged. It reports
// false if the message is anything else.
func (d *Carrier) handoverWord(ctx context.Context, e chat.Event, q Question) (queue.Result, bool, error) {
	if q.HandAsk == "" || e.Sender != q.Asker || e.Room != q.Origin || e.Message.Edits != "" {
		return queue.Result{}, false, nil
	}
	word, named := cutNumber(e.Message.Body, q.Number)
	c := choiceBy(Question{}, "", word)
	if c != goOn && c != stop {
		return queue.Result{}, false, nil
	}
	if !named {
		m, err := d.store.MessageOf(ctx, e.Message.ReplyTo)
		if known, err := has(err); err != nil || !known || m.Post != q.HandAsk {
			return queue.Result{}, false, err
		}
		if chosen, err := d.chosen(ctx, e); err != nil {
			return queue.Result{}, true, err
		} else if !chosen {
			return d.refuse(e, q, &Fault{What: FaultUnnamed, Number: q.Number, Word: word})
		}
	}
	return queue.Result{Change: d.answerHandover(q.Number, q.HandAsk, c)}, true, nil
}

// inFormerThread returns a Result that tells the author of the message e in the thread
// of experts who handed the question over, once, that it is not carried. Of a message
// that names a question by its number, only an edit belongs to such a thread: number is
// 0 for all others. It reports false if e is anything else.
func (d *Carrier) inFormerThread(ctx context.Context, e chat.Event, number int64) (queue.Result, bool, error) {
	for _, ref := range []chat.EventID{e.Message.Edits, e.Message.ReplyTo, e.Message.Thread} {
		edits := ref == e.Message.Edits
		if ref == "" || number != 0 && !edits {
			continue
		}
		m, err := d.store.MessageOf(ctx, ref)
		if known, err := has(err); err != nil {
			return queue.Result{}, true, err
		} else if !known || m.Room != e.Room && m.From != e.Room || m.Role == RoleNote && !edits || number != 0 && m.Question != number {
			continue
		}
		q, err := d.store.Question(ctx, m.Question)
		if known, err := has(err); err != nil {
			return queue.Result{}, true, err
		} else if !known || e.Room == q.Origin || e.Room == q.Experts || q.Former == "" {
			continue
		}
		name, err := d.roomName(ctx, q.Experts)
		if err != nil {
			return queue.Result{}, true, err
		}
		fault := &Fault{What: FaultHanded, Number: q.Number, Room: name}
		post := chat.Post{Thread: chat.Target{Event: e.Message.Thread}, ReplyTo: chat.Target{Event: e.Original()}}
		return queue.Result{Unchanged: true, Change: func(ctx context.Context) error {
			return d.tell(ctx, chat.Cause("handed/"+string(q.Root)), e.Room, post, fault)
		}}, true, nil
	}
	return queue.Result{}, false, nil
}

// isFormer reports whether room, the experts' room to which a waiting post about q
// goes, is the room of experts who handed the question over. It is false for the room
// of the present experts, and for a room that was upgraded to it. Callers must not pass
// the asker's room.
func (d *Carrier) isFormer(ctx context.Context, room chat.RoomID, q Question) (bool, error) {
	if room == q.Experts || q.Former == "" {
		return false, nil
	}
	now, err := d.inUse(ctx, room)
	return now != q.Experts, err
}

// isFormerRoot reports whether a post in the experts' room is an old one that showed
// the question before the experts handed it over and later got it back: it is older
// than the present post that shows the question.
func (d *Carrier) isFormerRoot(ctx context.Context, q Question, post chat.PostKey) (bool, error) {
	if q.Former == "" {
		return false, nil
	}
	all, err := d.store.MessagesOf(ctx, q.Number)
	place := func(key chat.PostKey) int {
		return slices.IndexFunc(all, func(m Message) bool { return m.Post == key })
	}
	return place(post) < place(q.Root), err
}

// stillReaches checks row, a waiting post of sender about s, before it is sent to the
// experts of q. It returns a *Fault if these experts have handed the question over
// since the post was written, and otherwise the result of mayReach.
func (d *Carrier) stillReaches(ctx context.Context, row queue.Row, q Question, sender chat.UserID, s subject) error {
	former, err := d.isFormer(ctx, row.Post.Room, q)
	switch {
	case err != nil:
		return err
	case former:
		return &Fault{What: FaultPassed, Number: q.Number}
	}
	return d.mayReach(ctx, q, sender, s.then)
}
