package relay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
)

// withFiles lets small PDF documents go along, and counts how often one is copied.
func (w *world) withFiles() (copies *int) {
	w.Helper()
	copies = new(int)
	w.files = relay.Files{MaxBytes: 1000, Takes: func(mediaType string) bool { return mediaType == "application/pdf" }}
	w.prepare = func(p chat.Post) (chat.Media, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		*copies++
		return chat.Media{Address: p.File.Media.Address + "-copie", Keys: p.File.Media.Keys}, nil
	}
	w.restart()
	return copies
}

// document is a file within the bounds.
func (w *world) document(room chat.RoomID, name string) *chat.File {
	f := &chat.File{Name: name, Type: "application/pdf", Size: 900, Shown: "file", Media: chat.Media{Address: "mxc://example.org/" + name}}
	if w.trust(room) != chat.TrustServer {
		f.Media.Keys = "{}"
	}
	return f
}

// attach sends a file in a thread.
func (w *world) attach(room chat.RoomID, user chat.UserID, root chat.EventID, f *chat.File) chat.EventID {
	w.Helper()
	return w.do(room, user, chat.Event{Trust: w.trust(room), Message: &chat.Message{Body: "Voir ceci.", Thread: root, File: f, RelationEncrypted: w.trust(room) != chat.TrustServer}})
}

// filesIn returns the names of the files that the bot sent to a room and did not delete.
func (w *world) filesIn(room chat.RoomID) (sent []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.timeline {
		deleted := slices.ContainsFunc(w.timeline, func(o happening) bool { return o.by == nil && o.post.Redacts.Event == e.id })
		if e.by == nil && e.room == room && e.post.File != nil && !deleted {
			sent = append(sent, e.post.File.Name)
		}
	}
	return sent
}

func (w *world) expectFiles(room chat.RoomID, names ...string) {
	w.Helper()
	if got := w.filesIn(room); fmt.Sprint(got) != fmt.Sprint(names) {
		w.Errorf("the files in %s are %v, want %v\n%s", room, got, names, w.log())
	}
}

// Files go along both ways, in the thread, and follow the edits and the deletion of
// their messages.
func TestFilesGoAlong(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		copies := w.withFiles()
		q := w.say(salon, camille, "!question Quelle licence ?")
		root := w.root()
		asked := w.attach(salon, camille, q, w.document(salon, "statuts.pdf"))
		w.expectFiles(experts, "statuts.pdf")
		w.says(experts, "Pièce jointe : « statuts.pdf ». Je la transmets à la suite")
		w.attach(experts, bruno, root, w.document(experts, "avis.pdf"))
		w.expectFiles(salon, "avis.pdf")
		for _, p := range append(w.own(salon), w.own(experts)...) {
			if p.File != nil && (p.Thread.IsZero() || p.ReplyTo.IsZero() || !strings.HasSuffix(p.Copy.Address, "-copie")) {
				t.Errorf("the post of a file is %+v", p)
			}
		}
		w.restart()
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "Voir cela.", Edits: asked, File: w.document(salon, "statuts.pdf")}})
		w.expectFiles(experts, "statuts.pdf")
		w.says(experts, "Voir cela.")
		if *copies != 2 {
			t.Errorf("%d copies of two files", *copies)
		}
		w.do(salon, alix, chat.Event{Message: &chat.Message{Body: "Autre.", Edits: asked, File: w.document(salon, "pirate.pdf")}})
		w.expectFiles(experts, "statuts.pdf")
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "Voir cela.", Edits: asked, File: w.document(salon, "statuts2.pdf")}})
		w.expectFiles(experts, "statuts2.pdf")
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "Sans fichier.", Edits: asked}})
		w.expectFiles(experts)
		second := w.attach(salon, camille, q, w.document(salon, "annexe.pdf"))
		w.reply(experts, bruno, w.fileEvent(experts, "annexe.pdf"), "Bien reçue.")
		w.says(salon, "Bien reçue.")
		w.remove(salon, camille, second)
		w.expectFiles(experts)
		w.forget(bruno)
		w.expectFiles(salon)
	})
}

// fileEvent returns the event with which the bot sent a file.
func (w *world) fileEvent(room chat.RoomID, name string) chat.EventID {
	w.Helper()
	for _, e := range w.timeline {
		if e.by == nil && e.room == room && e.post.File != nil && e.post.File.Name == name {
			return e.id
		}
	}
	w.Fatalf("no file %s in %s", name, room)
	return ""
}

// What does not go along is announced with its place, as it is without the setting.
func TestFilesThatStay(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		q := w.say(salon, camille, "!question Quelle licence ?")
		w.attach(salon, camille, q, w.document(salon, "avant.pdf"))
		w.expectFiles(experts) // without the setting
		w.withFiles()
		for name, change := range map[string]func(f *chat.File){
			"grand.pdf":   func(f *chat.File) { f.Size = 1001 },
			"inconnu.pdf": func(f *chat.File) { f.Size = 0 },
			"page.html":   func(f *chat.File) { f.Type = "text/html" },
			"perdu.pdf":   func(f *chat.File) { f.Media = chat.Media{} },
			"scelle.pdf":  func(f *chat.File) { f.Media.Keys = "{}" }, // encrypted, in a clear room
		} {
			f := w.document(salon, name)
			change(f)
			w.attach(salon, camille, q, f)
			w.says(experts, "« "+name+" ». Elle n’est pas transmise ; elle se trouve")
		}
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "!anonyme voir", Thread: q, File: w.document(salon, "nom.pdf")}})
		w.expectFiles(experts)
		w.room(salon, "Bluehats", func(r *chat.Room) { r.JoinRule = "public" }) // wider than the experts' room
		w.attach(salon, camille, q, w.document(salon, "public.pdf"))
		w.expectFiles(experts)
	})
}

// In an encrypted room, a homeserver can add a relation to a file: the file stays.
func TestForgedRelationCarriesNoFile(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.withFiles()
		for _, room := range []chat.RoomID{salon, experts} {
			w.room(room, "", func(r *chat.Room) { r.Encrypted = true })
		}
		q := w.say(salon, camille, "!question Quelle licence ?")
		w.attach(salon, camille, q, w.document(salon, "vrai.pdf"))
		w.expectFiles(experts, "vrai.pdf")
		forged := w.document(salon, "secret.pdf")
		w.do(salon, camille, chat.Event{Trust: w.trust(salon), Message: &chat.Message{Body: "Voir.", Thread: q, File: forged}})
		clear := w.document(salon, "clair.pdf")
		clear.Media.Keys = ""
		w.attach(salon, camille, q, clear)
		w.expectFiles(experts, "vrai.pdf")
	})
}

// Between the decision and the send a room opens, the message is deleted, the setting is
// turned off or the person forgotten: the file stays, and its author is told.
func TestWaitingFilesAreCheckedWhenTheyAreSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(w *world, message chat.EventID)
		told bool
	}{
		"the other room opens": {func(w *world, _ chat.EventID) { w.room(experts, "Experts", public) }, true},
		"both rooms open": {func(w *world, _ chat.EventID) {
			w.room(experts, "Experts", public)
			w.room(salon, "Bluehats", public)
		}, true},
		"its own room opens": {func(w *world, _ chat.EventID) { w.room(salon, "Bluehats", public) }, true},
		"it is deleted":      {func(w *world, m chat.EventID) { w.remove(salon, camille, m) }, false},
		"it is forgotten":    {func(w *world, _ chat.EventID) { w.forget(camille) }, false},
		"the setting": {func(w *world, _ chat.EventID) {
			w.files = relay.Files{}
			w.restart()
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.withFiles()
				ready := false
				w.prepare = func(p chat.Post) (chat.Media, error) {
					w.mu.Lock()
					defer w.mu.Unlock()
					if !ready {
						return chat.Media{}, &queue.NotNow{Lane: true, Cause: errors.New("busy")}
					}
					return chat.Media{Address: "mxc://example.org/copie"}, nil
				}
				q := w.say(salon, camille, "!question Quelle licence ?")
				m := w.attach(salon, camille, q, w.document(salon, "secret.pdf"))
				w.expectFiles(experts)
				test.do(w, m)
				w.mu.Lock()
				ready = true
				w.mu.Unlock()
				w.pass(10 * time.Minute)
				w.expectFiles(experts)
				if told := strings.Contains(w.texts(salon), "Le fichier joint n’est pas transmis"); told != test.told {
					t.Errorf("the author was told: %t\n%s", told, w.log())
				}
			})
		})
	}
}

// A file waits through restarts and failures of the homeserver, goes once, and is given
// up when it is gone for good.
func TestWaitingFilesSurviveRestarts(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.withFiles()
		tries := 0
		var fails error = &queue.NotNow{Lane: true, Cause: errors.New("busy")}
		w.prepare = func(p chat.Post) (chat.Media, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			tries++
			return chat.Media{Address: "mxc://example.org/copie"}, fails
		}
		q := w.say(salon, camille, "!question Quelle licence ?")
		m := w.attach(salon, camille, q, w.document(salon, "lent.pdf"))
		w.inThread(salon, camille, q, "Le texte passe.")
		w.says(experts, "Le texte passe.")
		for range 3 {
			w.restart()
			w.pass(2 * time.Second)
		}
		w.expectFiles(experts)
		w.mu.Lock()
		fails = nil
		w.mu.Unlock()
		w.pass(10 * time.Minute)
		w.expectFiles(experts, "lent.pdf")
		if tries < 4 {
			t.Errorf("%d tries", tries)
		}
		if _, err := w.db.MessageOf(context.Background(), m); err != nil {
			t.Error(err)
		}

		w.mu.Lock()
		fails = &queue.Refused{Cause: errors.New("gone")}
		w.mu.Unlock()
		w.attach(salon, camille, q, w.document(salon, "perdu.pdf"))
		w.pass(time.Minute)
		w.expectFiles(experts, "lent.pdf")
		w.says(salon, "Le fichier joint n’est pas transmis")
	})
}
