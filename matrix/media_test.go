package matrix_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"maunium.net/go/mautrix/crypto/attachment"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestPrepare copies a file of an encrypted room under new keys, without holding it in
// memory, and refuses files that are not what their messages say. It counts all that the
// process allocates, so no other test may run beside it.
func TestPrepare(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	b := startBot(t, hs, matrix.Config{}, queue.Config{})
	person := hs.Person(t, "camille", testkit.ClientOptions{Encrypted: true, CrossSigned: true})
	room := b.invited(t, person, testkit.Room{Encrypted: true})
	clearRoom := b.invited(t, person, testkit.Room{})
	body := make([]byte, 9<<20)
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range body {
		body[i] = byte(draw.UintN(256))
	}
	if _, err := person.SendFile(t.Context(), room, "statuts.pdf", "application/pdf", body, true); err != nil {
		t.Fatal(err)
	}
	var file *chat.File
	for file == nil {
		if e := <-b.handled; e.Message != nil {
			file = e.Message.File
		}
	}
	if file.Name != "statuts.pdf" || file.Size != int64(len(body)) || file.Shown != "file" || file.Media.Keys == "" {
		t.Fatalf("the file is %+v", file)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	media, err := b.client.Prepare(t.Context(), chat.Post{Room: chat.RoomID(room), File: file})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 5<<20 {
		t.Errorf("a copy of 9 MiB allocated %d bytes", used)
	}
	if media.Address == file.Media.Address || media.Keys == file.Media.Keys {
		t.Error("the copy is the original")
	}
	var keys attachment.EncryptedFile
	if err := json.Unmarshal([]byte(media.Keys), &keys); err != nil {
		t.Fatal(err)
	}
	copied := &event.Event{Content: event.Content{Parsed: &event.MessageEventContent{
		File: &event.EncryptedFileInfo{EncryptedFile: keys, URL: id.ContentURIString(media.Address)},
	}}}
	if got, err := person.ReadFile(t.Context(), copied); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes of the copy came out, %v", len(got), err)
	}
	for name, change := range map[string]func(p *chat.Post){
		"another hash": func(p *chat.Post) {
			var keys attachment.EncryptedFile
			if err := json.Unmarshal([]byte(p.File.Media.Keys), &keys); err != nil {
				t.Fatal(err)
			}
			keys.Hashes.SHA256 = strings.Repeat("A", 43)
			changed, err := json.Marshal(keys)
			if err != nil {
				t.Fatal(err)
			}
			p.File.Media.Keys = string(changed)
		},
		"a smaller size":      func(p *chat.Post) { p.File.Size-- },
		"no such file":        func(p *chat.Post) { p.File.Media.Address = "mxc://" + hs.Name + "/aucun" },
		"encrypted, to clear": func(p *chat.Post) { p.Room = chat.RoomID(clearRoom) },
		"clear, to encrypted": func(p *chat.Post) { p.File.Media.Keys = "" },
		"no keys":             func(p *chat.Post) { p.File.Media.Keys = "{}" },
	} {
		changed := *file
		p := chat.Post{Room: chat.RoomID(room), File: &changed}
		change(&p)
		_, err := b.client.Prepare(t.Context(), p)
		if _, refused := errors.AsType[*queue.Refused](err); !refused || strings.Contains(err.Error(), "mxc") || strings.Contains(err.Error(), hs.Name) || strings.Contains(err.Error(), "/") {
			t.Errorf("%s: %v", name, err)
		}
	}
	same, err := b.client.Prepare(t.Context(), chat.Post{Room: chat.RoomID(clearRoom), File: &chat.File{Media: chat.Media{Address: "mxc://a/b"}}})
	if err != nil || same.Address != "mxc://a/b" {
		t.Errorf("a clear file becomes %+v, %v", same, err)
	}
}
