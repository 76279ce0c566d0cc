package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// story is what people do about one question or two, step by step over several rounds,
// so that the bot is killed between some of them.
type story struct{ steps []step }

// step is one thing that people do as soon as ready reports true: they have seen what it
// needs.
type step struct {
	ready func() bool
	do    func(ctx context.Context) error
}

// begin adds the stories that begin in that round: a question is handed over in even
// rounds, one is joined to another in odd ones, and in each third round a colleague is
// asked to look after one.
func (r *relay) begin(round int) {
	if round%2 == 0 {
		r.stories = append(r.stories, r.handedOver())
	} else {
		r.stories = append(r.stories, r.joined())
	}
	if round%3 == 0 {
		r.stories = append(r.stories, r.assigned())
	}
}

// advance does the next step of each story whose people have seen what it needs, and
// drops the stories that are over.
func (r *relay) advance(ctx context.Context) error {
	var open []*story
	for _, s := range r.stories {
		if s.steps[0].ready() {
			if err := s.steps[0].do(ctx); err != nil {
				return err
			}
			s.steps = s.steps[1:]
		}
		if len(s.steps) > 0 {
			open = append(open, s)
		}
	}
	r.stories = open
	return nil
}

// finish goes on with the stories until all of them are over, or until patience ends:
// then a post is lost, which count finds, and finish returns nil. The error is that of a
// step, or of ctx.
func (r *relay) finish(ctx context.Context, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for len(r.stories) > 0 && time.Now().Before(deadline) {
		if err := r.advance(ctx); err != nil {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is the condition of the first step of a story.
func atOnce() bool { return true }

// together does the things at the same time, in any order, and returns the first error.
func together(ctx context.Context, things ...func(ctx context.Context) error) error {
	g, each := errgroup.WithContext(ctx)
	for _, thing := range things {
		g.Go(func() error { return thing(each) })
	}
	return g.Wait()
}

// post returns the first message of the bot in a room of the relay that contains the
// words, and is no edit, as the room's reader has seen it; nil if there is none.
func (r *relay) post(room id.RoomID, words string) *event.Event { return r.find(room, words, false) }

// find is like post; if edit is true, it looks for an edit instead, by its new text.
func (r *relay) find(room id.RoomID, words string, edit bool) *event.Event {
	for _, evt := range r.readers()[room].Events(room) {
		if evt.Sender == r.bot && evt.Type == event.EventMessage && isEdit(evt) == edit && strings.Contains(plain(evt), words) {
			return evt
		}
	}
	return nil
}

// shows returns a condition: there is a post with the words in the room (post).
func (r *relay) shows(room id.RoomID, words func() string) func() bool {
	return func() bool { return r.post(room, words()) != nil }
}

// plainSpaces replaces no-break spaces.
var plainSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// plain returns the text of a message or of an edit with plain spaces.
func plain(evt *event.Event) string { return plainSpaces.Replace(testkit.Body(evt)) }

var questionNumber = regexp.MustCompile(`[Qq]uestion n° (\d+)`)

// number returns the number of the question that the message root of the bot shows to
// the experts, as people type it; 0 if it shows none.
func number(root *event.Event) int {
	found := questionNumber.FindStringSubmatch(plain(root))
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return n
}
