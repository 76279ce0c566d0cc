package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// handedOver returns the story of a question that goes to other experts, who answer it.
// Its asker adds something while it goes, and edits it afterwards. In the end the asker
// deletes it, or the expert the answer.
func (r *relay) handedOver() *story {
	question := &carried{from: r.asks, to: r.answers, inStory: true}
	answer := &carried{from: r.others, to: r.asks, inStory: true}
	more := &carried{from: r.asks, to: r.others, inStory: true}
	return &story{steps: []step{
		{atOnce, func(ctx context.Context) error { return r.say(ctx, r.asker, question) }},
		{r.shows(r.answers, question.name), func(ctx context.Context) error {
			crossing := &carried{from: r.asks, to: r.others, former: r.answers, question: question.event, inStory: true}
			return together(ctx,
				func(ctx context.Context) error { return r.handOver(ctx, question) },
				func(ctx context.Context) error { return r.say(ctx, r.asker, crossing) },
			)
		}},
		{func() bool { return r.arrived(question) }, func(ctx context.Context) error {
			answer.question, answer.about = r.post(r.others, question.mark).ID, question
			return together(ctx,
				func(ctx context.Context) error { return r.say(ctx, r.colleague, answer) },
				func(ctx context.Context) error {
					return r.writeByMistake(ctx, r.answers, question, "est passée à un autre salon")
				},
			)
		}},
		{r.shows(r.asks, answer.name), func(ctx context.Context) error {
			more.question = question.event
			return together(ctx,
				func(ctx context.Context) error { return r.say(ctx, r.asker, more) },
				func(ctx context.Context) error { return r.edit(ctx, question) },
				func(ctx context.Context) error { return r.edit(ctx, answer) },
			)
		}},
		{r.shows(r.others, more.name), func(ctx context.Context) error {
			if rand.IntN(2) == 0 {
				return r.remove(ctx, answer)
			}
			r.expect(expected{cause: question.event, room: r.others, words: fmt.Sprintf("La question n° %d a été retirée", question.number)})
			return r.remove(ctx, question)
		}},
	}}
}

// handOver hands the question, which the experts see, over to those of r.others. It
// expects that the bot tells the former experts and the askers so, and stores the
// question's number and its new and former room in question. The error is that of
// sending the command.
func (r *relay) handOver(ctx context.Context, question *carried) error {
	question.number = number(r.post(r.answers, question.mark))
	question.to, question.former = r.others, r.answers
	command, err := r.command(ctx, r.expert, r.answers, fmt.Sprintf("!transmettre %d %s", question.number, otherTheme), "C’est noté")
	if err != nil {
		return err
	}
	r.expect(
		expected{cause: command, room: r.answers, words: closing(question), edits: true},
		expected{cause: command, room: r.answers, words: fmt.Sprintf("La question n° %d est maintenant", question.number)},
		expected{cause: command, room: r.asks, words: fmt.Sprintf("La question n° %d passe à d’autres experts", question.number)},
	)
	return nil
}

// closing returns the words that replace a question in the room of the experts who
// handed it over.
func closing(question *carried) string {
	return fmt.Sprintf("Question n° %d : transmise à un autre salon d’experts", question.number)
}

// arrived reports whether a question that was handed over is among its new experts, and
// closed among the former ones.
func (r *relay) arrived(question *carried) bool {
	return r.post(r.others, question.mark) != nil && r.find(r.answers, closing(question), true) != nil
}

// writeByMistake sends a message of the expert to the thread of the question in the
// room, where nothing is carried any more, and expects that the bot tells the expert so
// in those words.
func (r *relay) writeByMistake(ctx context.Context, room id.RoomID, question *carried, words string) error {
	slip := &carried{from: room, question: r.post(room, question.mark).ID, inStory: true}
	if err := r.say(ctx, r.expert, slip); err != nil {
		return err
	}
	r.expect(expected{cause: slip.event, room: room, words: words, reply: true})
	return nil
}

// countCrossing counts what became of m, which its author sent while its question was
// handed over, and adds it to the tally t: it reached the former experts or the new ones,
// or its author is told that it did not. c are its copies among the new ones.
func (m *carried) countCrossing(c copies, histories map[id.RoomID][]*event.Event, bot id.UserID, t *tally) {
	told := 0
	for _, evt := range histories[m.from] {
		if testkit.IsAnswer(evt, bot, m.event) && !isEdit(evt) {
			told++
		}
	}
	t.countOnce(m.event, "copy of, or refusal for, "+m.mark, c.sent+m.copies(histories[m.former], bot).sent+told)
}

// countFormer checks in the history of its former experts that the question m, which was
// handed over, came there once, and that nothing of it came after it was closed there.
// It adds the result to the tally t, and returns how many messages there that hold the
// question's text are not deleted.
func (m *carried) countFormer(history []*event.Event, bot id.UserID, t *tally) (standing int) {
	sent, closed, redacted := 0, false, redactions(history, bot)
	for _, evt := range history {
		switch {
		case evt.Sender != bot || evt.Type != event.EventMessage:
		case isEdit(evt) && strings.Contains(plain(evt), closing(m)):
			closed = true
		case !m.in(evt):
		case closed:
			t.extra(m.mark+" among its former experts", 1)
		case !isEdit(evt):
			sent++
		}
		if evt.Sender == bot && m.in(evt) && !redacted[evt.ID] {
			standing++
		}
	}
	t.countOnce(m.event, "copy among the former experts of "+m.mark, sent)
	return standing
}
