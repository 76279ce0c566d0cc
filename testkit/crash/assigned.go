package main

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/event"
)

// assigned returns the story of a question that an expert entrusts to a colleague, who
// accepts and answers it.
func (r *relay) assigned() *story {
	question := &carried{from: r.asks, to: r.answers, inStory: true}
	call := func() string { return fmt.Sprintf("de vous occuper de la question n° %d.", question.number) }
	accepted := func() string {
		return fmt.Sprintf("Question n° %d : proposée à un collègue, qui s’en occupe", question.number)
	}
	return &story{steps: []step{
		{atOnce, func(ctx context.Context) error { return r.say(ctx, r.asker, question) }},
		{r.shows(r.answers, question.name), func(ctx context.Context) error {
			question.number = number(r.post(r.answers, question.mark))
			line := fmt.Sprintf("!confier %d %s", question.number, r.colleague.UserID)
			command, err := r.command(ctx, r.expert, r.answers, line, "C’est noté")
			r.expect(expected{cause: command, room: r.answers, words: call()})
			return err
		}},
		{r.shows(r.answers, call), func(ctx context.Context) error {
			accept := &event.ReactionEventContent{}
			accept.RelatesTo.SetAnnotation(r.post(r.answers, call()).ID, "✋")
			reaction, err := r.colleague.SendEvent(ctx, r.answers, event.EventReaction, accept)
			r.expect(expected{cause: reaction, room: r.answers, words: accepted(), edits: true, assigns: true})
			return err
		}},
		{func() bool { return r.find(r.answers, accepted(), true) != nil }, func(ctx context.Context) error {
			more := &carried{from: r.asks, to: r.answers, question: question.event, inStory: true}
			answer := &carried{from: r.answers, to: r.asks, question: r.post(r.answers, question.mark).ID, about: question, inStory: true}
			return together(ctx,
				func(ctx context.Context) error { return r.say(ctx, r.asker, more) },
				func(ctx context.Context) error { return r.say(ctx, r.colleague, answer) },
			)
		}},
	}}
}
