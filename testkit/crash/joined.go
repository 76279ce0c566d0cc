package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// pair is a question that is asked in two rooms, and the answers to the first one, which
// are given to both askers.
type pair struct {
	*relay
	first, twin *carried
	early       *carried // the answer that crosses the command to join them
	late, file  *carried // the answers given afterwards
}

// joined returns the story of a pair: the questions are joined while an expert answers
// the first one. It ends in one of several ways, drawn at random.
func (r *relay) joined() *story {
	p := &pair{
		relay: r,
		first: &carried{from: r.asks, to: r.answers, inStory: true}, twin: &carried{from: r.twins, to: r.answers, inStory: true},
	}
	s := &story{steps: []step{
		{atOnce, func(ctx context.Context) error {
			return together(ctx,
				func(ctx context.Context) error { return r.say(ctx, r.asker, p.first) },
				func(ctx context.Context) error { return r.say(ctx, r.twin, p.twin) },
			)
		}},
		{func() bool { return r.post(r.answers, p.first.mark) != nil && r.post(r.answers, p.twin.mark) != nil }, p.join},
	}}
	ends := []func() []step{p.separates, p.solves, p.movesOn, p.goesAway}
	s.steps = append(s.steps, ends[rand.IntN(len(ends))]()...)
	return s
}

// join answers the first question and, concurrently, joins the other one to it by a
// command, so that its asker gets the answers too. The bot must have posted both
// questions to the experts.
func (p *pair) join(ctx context.Context) error {
	p.first.number, p.twin.number = number(p.post(p.answers, p.first.mark)), number(p.post(p.answers, p.twin.mark))
	p.early = p.newAnswer(p.answers)
	return together(ctx,
		func(ctx context.Context) error { return p.give(ctx, p.early, p.say) },
		func(ctx context.Context) error {
			command, err := p.command(ctx, p.colleague, p.answers, fmt.Sprintf("!meme %d %d", p.twin.number, p.first.number), "C’est noté")
			p.expect(
				expected{cause: command, room: p.answers, words: p.link()},
				expected{cause: command, room: p.twins, words: fmt.Sprintf("Votre question n° %d est la même que la n° %d,", p.twin.number, p.first.number), joins: true},
			)
			return err
		},
	)
}

// link returns the words that say to the experts that the questions are joined.
func (p *pair) link() string {
	return fmt.Sprintf("La question n° %d est la même que la n° %d : répondez", p.twin.number, p.first.number)
}

// linked reports whether the experts have been told that the questions are joined
// (link).
func (p *pair) linked() bool { return p.post(p.answers, p.link()) != nil }

// newAnswer returns an answer to the first question, from the experts in the room from,
// in which the bot has posted the question.
func (p *pair) newAnswer(from id.RoomID) *carried {
	return &carried{from: from, to: p.asks, question: p.post(from, p.first.mark).ID, about: p.first, inStory: true}
}

// give sends the answer m by means of how, which is say or attach, and expects it in
// the thread of the other question too.
func (p *pair) give(ctx context.Context, m *carried, how func(context.Context, *testkit.Client, *carried) error) error {
	err := how(ctx, p.readers()[m.from], m)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, &carried{
		mark: m.mark, from: m.from, to: p.twins, event: m.event, question: m.question, file: m.file, inStory: true, shares: m,
	})
	return err
}

// goOn returns the step that, once the questions are joined, answers the first one
// again, with a text and a file, while the asker of the other one adds something to it,
// and the expert writes in its thread by mistake.
func (p *pair) goOn() step {
	return step{p.linked, func(ctx context.Context) error {
		p.late, p.file = p.newAnswer(p.answers), p.newAnswer(p.answers)
		more := &carried{from: p.twins, to: p.answers, question: p.twin.event, inStory: true}
		return together(ctx,
			func(ctx context.Context) error { return p.give(ctx, p.late, p.say) },
			func(ctx context.Context) error { return p.give(ctx, p.file, p.attach) },
			func(ctx context.Context) error { return p.say(ctx, p.relay.twin, more) },
			func(ctx context.Context) error {
				return p.writeByMistake(ctx, p.answers, p.twin, "rien n’est transmis de ce fil")
			},
		)
	}}
}

// given reports whether both askers have seen all answers to the first question.
func (p *pair) given() bool {
	if !p.answersSeen(p.first) {
		return false
	}
	for _, m := range p.messages {
		if m.shares != nil && m.shares.about == p.first && !p.seenIn(m) {
			return false
		}
	}
	return true
}

// apart returns the words that say that the other question is one of its own again.
func (p *pair) apart() string {
	return fmt.Sprintf("La question n° %d est de nouveau une question à part", p.twin.number)
}

// alone returns the step that, once the questions are apart, answers the other question
// for itself and, if firstToo is true, the first one too.
func (p *pair) alone(firstToo bool) step {
	return step{func() bool { return p.post(p.answers, p.apart()) != nil }, func(ctx context.Context) error {
		own := &carried{from: p.answers, to: p.twins, question: p.post(p.answers, p.twin.mark).ID, about: p.twin, inStory: true}
		err := p.say(ctx, p.expert, own)
		if err == nil && firstToo {
			err = p.say(ctx, p.expert, p.newAnswer(p.answers))
		}
		return err
	}}
}

// separates returns the last steps of the story of a pair: the second asker parts the
// questions while one answer is edited and another one deleted.
func (p *pair) separates() []step {
	return []step{p.goOn(), {p.given, func(ctx context.Context) error {
		return together(ctx,
			func(ctx context.Context) error { return p.edit(ctx, p.early) },
			func(ctx context.Context) error { return p.remove(ctx, p.late) },
			func(ctx context.Context) error {
				command, err := p.command(ctx, p.relay.twin, p.twins, fmt.Sprintf("!separer %d", p.twin.number), "C’est noté")
				p.expect(expected{cause: command, room: p.answers, words: p.apart()})
				return err
			},
		)
	}}, p.alone(true)}
}

// solves returns the last steps of the story of a pair: the first asker closes both
// questions while one answer is edited and another one deleted.
func (p *pair) solves() []step {
	return []step{p.goOn(), {p.given, func(ctx context.Context) error {
		return together(ctx,
			func(ctx context.Context) error { return p.edit(ctx, p.late) },
			func(ctx context.Context) error { return p.remove(ctx, p.early) },
			func(ctx context.Context) error {
				command, err := p.command(ctx, p.asker, p.asks, fmt.Sprintf("!resolu %d", p.first.number), "est résolue")
				p.expect(
					expected{cause: command, room: p.answers, words: fmt.Sprintf("La question n° %d est résolue", p.first.number)},
					expected{cause: command, room: p.twins, words: fmt.Sprintf("la n° %d l’est donc aussi", p.twin.number)},
				)
				return err
			},
		)
	}}}
}

// movesOn returns the last steps of the story of a pair: the first question is handed
// over, and the new experts answer both askers.
func (p *pair) movesOn() []step {
	return []step{{p.linked, func(ctx context.Context) error {
		err := p.handOver(ctx, p.first)
		p.expect(expected{
			cause: p.first.event, room: p.answers,
			words: fmt.Sprintf("La question n° %d, la même que la n° %d, passe à d’autres experts", p.first.number, p.twin.number),
		})
		return err
	}}, {func() bool { return p.arrived(p.first) }, func(ctx context.Context) error {
		p.late = p.newAnswer(p.others)
		return p.give(ctx, p.late, p.say)
	}}, {p.given, func(ctx context.Context) error {
		return together(ctx,
			func(ctx context.Context) error { return p.edit(ctx, p.late) },
			func(ctx context.Context) error { return p.remove(ctx, p.early) },
		)
	}}}
}

// goesAway returns the last steps of the story of a pair: the first question is
// deleted, and the other one is answered for itself.
func (p *pair) goesAway() []step {
	return []step{p.goOn(), {p.given, func(ctx context.Context) error {
		p.expect(
			expected{cause: p.first.event, room: p.answers, words: fmt.Sprintf("La question n° %d a été retirée", p.first.number)},
			expected{cause: p.first.event, room: p.answers, words: p.apart()},
			expected{cause: p.first.event, room: p.twins, words: p.apart()},
		)
		return p.remove(ctx, p.first)
	}}, p.alone(false)}
}
