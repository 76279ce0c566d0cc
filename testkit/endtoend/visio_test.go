package endtoend

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/testkit"
)

// repeating makes a message a reply that repeats the text of its target, as old clients
// write it.
func repeating(target *event.Event) testkit.Manner {
	return func(content *event.MessageEventContent) {
		content.EnsureHasHTML()
		content.RelatesTo.InReplyTo = &event.InReplyTo{EventID: target.ID}
		content.RelatesTo.IsFallingBack = false
		content.FormattedBody = "<mx-reply><blockquote>" + html.EscapeString(body(target)) + "</blockquote></mx-reply>" + content.FormattedBody
		content.Body = "> <" + target.Sender.String() + "> " + strings.ReplaceAll(body(target), "\n", "\n> ") + "\n\n" + content.Body
	}
}

// TestVisioIsNotCarried: the link of a video conference opened in the thread of a
// question, by either side, stays in its room.
func TestVisioIsNotCarried(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	r := newRelayedAt(t, hs, hs.URL, testkit.Room{Encrypted: true}, testkit.Room{Encrypted: true}, false, map[string]any{
		"visio": []map[string]any{{"name": "webconf", "kind": "jitsi", "url": "https://webconf.example.org"}},
	})
	question := r.asker.Say(t, r.asks, "!question Quelle licence pour une bibliothèque ?")
	root := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")
	link := regexp.MustCompile(`https://webconf\.example\.org/\w+`)
	mine := r.asker.AwaitAnswer(t, r.asks, r.me, r.asker.Say(t, r.asks, "!visio licence", testkit.InThread(question)))
	theirs := r.expert.AwaitAnswer(t, r.answers, r.me, r.expert.Say(t, r.answers, "!visio licence", testkit.InThread(root)))
	if !link.MatchString(body(mine)) || !link.MatchString(body(theirs)) {
		t.Fatalf("got %q and %q", body(mine), body(theirs))
	}
	// Replies to the links are carried without the text that clients repeat in them.
	r.asker.Say(t, r.asks, "J’y suis.", testkit.InThread(question), repeating(mine))
	r.sees(r.answers, "J’y suis.")
	r.expert.Say(t, r.answers, "J’arrive.", testkit.InThread(root), repeating(theirs))
	r.sees(r.asks, "J’arrive.")
	for opened, others := range map[string]string{body(mine): r.transcript(r.answers), body(theirs): r.transcript(r.asks)} {
		if opened = link.FindString(opened); strings.Contains(others, opened) {
			t.Errorf("the link %s was carried:\n%s", opened, others)
		}
	}
}
