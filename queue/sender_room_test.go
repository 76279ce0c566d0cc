package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/queue"
)

// sayAs says a message as another person, in a thread if that is not empty.
func (b *bot) sayAs(name string, thread chat.EventID, body string) chat.EventID {
	return b.server.put(chat.Event{
		Room: salon, Sender: chat.UserID("@" + name + ":example.org"), Message: &chat.Message{Body: body, Thread: thread},
	})
}

// seconds returns the texts of the attempts by the second in which they began.
func (b *bot) seconds(began time.Time) []string {
	var all []string
	for _, try := range b.server.tries() {
		n := int(try.at.Sub(began) / time.Second)
		for len(all) <= n {
			all = append(all, "")
		}
		all[n] += try.Post.HTML
	}
	return all
}

// Up to eight answers of a room go together if they are for different people, in
// different threads. The room gets no others until all of them have ended.
func TestAnswersOfARoomTogether(t *testing.T) {
	tests := map[string]struct {
		say  func(b *bot)
		want []string // the attempts of each second
	}{
		"nine people": {func(b *bot) {
			for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
				b.sayAs(name, "", "!"+name)
			}
		}, []string{"abcdefgh", "i"}},
		"one person": {func(b *bot) {
			b.sayAs("a", "", "!1")
			b.sayAs("a", "", "!2")
		}, []string{"1", "2"}},
		"two answers": {func(b *bot) {
			b.sayAs("a", "", "!1|2")
			b.sayAs("b", "", "!3")
		}, []string{"13", "2"}},
		"one thread": {func(b *bot) {
			root := b.sayAs("a", "", "nothing")
			b.sayAs("b", root, "!1")
			b.sayAs("c", root, "!2")
			b.sayAs("d", "", "!3")
		}, []string{"13", "2"}},
		"one for nobody": {func(b *bot) {
			b.sayAs("a", "", "!1")
			b.sayAs("b", "", "!u")
			b.sayAs("c", "", "!2")
			b.sayAs("d", "", "!3")
		}, []string{"1", "u", "23"}},
		"beyond the sixteenth": {func(b *bot) {
			for n := range 17 {
				b.sayAs("a", "", fmt.Sprint("!", string(rune('A'+n))))
			}
			b.sayAs("b", "", "!x")
		}, []string{"A", "Bx", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				var c crowd
				b.server.fail(c.takes(time.Second))
				b.handle = echoInOrder
				b.start()
				b.sayAs("z", "", "!z") // its answer is under way while the others are decided
				b.sync()
				began := time.Now()
				test.say(b)
				b.sync()
				time.Sleep(20 * time.Second)
				synctest.Wait()
				got := b.seconds(began)[1:]
				for i := range got {
					letters := strings.Split(got[i], "")
					slices.Sort(letters)
					got[i] = strings.Join(letters, "")
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("the attempts of each second: %q, want %q", got, test.want)
				}
			})
		})
	}
}

// A room's answers go one after the other where the homeserver asked for patience,
// where the room refuses posts, and after an attempt without an answer.
func TestAnswersOfARoomAlone(t *testing.T) {
	blocked := func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.Blocked{Cause: errors.New("no power")}
	}
	tests := map[string]struct {
		first fault
		then  int // how many go together once the first one has arrived
	}{
		"asked for patience": {tooMany(time.Second), 1},
		"lost":               {lost, 3},
		"no power":           {blocked, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(test.first)
				b.sayAs("a", "", "!1")
				b.sync()
				for _, name := range []string{"b", "c", "d"} {
					b.sayAs(name, "", "!"+name)
				}
				b.sync()
				var c crowd
				b.server.fail(c.takes(time.Second))
				b.settle()
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				tries := b.server.tries()
				if len(tries) != 5 || tries[1].Post.HTML != "1" || tries[2].at.Sub(tries[1].at) < time.Second {
					t.Errorf("%d attempts, want a second one of the first post, alone, and three", len(tries))
				}
				if _, inRoom := c.top(); inRoom != test.then {
					t.Errorf("%d posts were under way in the room, want %d", inRoom, test.then)
				}
			})
		})
	}
}

// The pace counts each of the answers that go together.
func TestAnswersOfARoomAndPace(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Pace = rate.NewLimiter(1, 2)
		b.start()
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			b.sayAs(name, "", "!"+name)
		}
		began := time.Now()
		b.sync()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := b.seconds(began); !slices.Equal(got, []string{"ab", "c", "d", "e"}) {
			t.Errorf("the attempts of each second: %q", got)
		}
	})
}
