package matrix_test

import (
	"encoding/json"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestRelationsOfEncryptedMessages: the bot distinguishes a relation that the sender
// encrypted from one that the homeserver put beside the ciphertext. If the two
// differ, the sender's counts.
func TestRelationsOfEncryptedMessages(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	person := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	room := bot.invited(t, person, testkit.Room{Encrypted: true})
	root := person.Say(t, room, "racine")
	hears(t, bot, root)
	proxy := testkit.NewProxy(t, hs.URL)
	bot.through(t, proxy)
	relate := func(relation map[string]any) func() {
		return proxy.Add(testkit.Rule{Name: "relation", Match: testkit.Syncs, Do: testkit.Rewrite(func(resp *testkit.Response) {
			resp.Body = relateEncrypted(t, resp.Body, relation)
		})})
	}
	inThread := map[string]any{"rel_type": "m.thread", "event_id": root.String(), "is_falling_back": true, "m.in_reply_to": map[string]any{"event_id": root.String()}}
	said := func(manners ...testkit.Manner) chat.Message {
		t.Helper()
		hears(t, bot, person.Say(t, room, "avant", testkit.InThread(root))) // ends the request that bypassed the rule
		sent := person.Say(t, room, "essai", manners...)
		for {
			if e := bot.next(t); e.ID == chat.EventID(sent) {
				return *e.Message
			}
		}
	}
	if m := said(testkit.InThread(root)); m.Thread != chat.EventID(root) || !m.RelationEncrypted {
		t.Errorf("a relation of the sender: got %+v", m)
	}
	if m := said(); m.Thread != "" || m.RelationEncrypted {
		t.Errorf("no relation: got %+v", m)
	}
	remove := relate(inThread)
	if m := said(); m.Thread != chat.EventID(root) || m.RelationEncrypted {
		t.Errorf("a relation of the homeserver: got %+v", m)
	}
	remove()
	relate(map[string]any{"rel_type": "m.replace", "event_id": root.String()})
	if m := said(testkit.InThread(root)); m.Thread != chat.EventID(root) || m.Edits != "" || !m.RelationEncrypted {
		t.Errorf("a relation of the sender, and another of the homeserver: got %+v", m)
	}
}

// TestRelationsOfOtherClients: a client with the encryption of matrix-js-sdk, which
// most people use, keeps relations inside the ciphertext.
func TestRelationsOfOtherClients(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	agent := hs.JSPerson(t, "agent", testkit.JSOptions{})
	room := agent.MakeRoom(t, bot.account.UserID)
	if e := bot.next(t); e.Joined == nil {
		t.Fatalf("first came %+v", e)
	}
	root := agent.Say(t, room, "racine")
	if e := bot.next(t); e.ID != chat.EventID(root) || e.Message.RelationEncrypted {
		t.Errorf("no relation: got %+v", e)
	}
	said := agent.SayInThread(t, room, root, "dans le fil")
	if e := bot.next(t); e.ID != chat.EventID(said) || e.Message.Thread != chat.EventID(root) || !e.Message.RelationEncrypted {
		t.Errorf("in a thread: got %+v", e)
	}
}

// relateEncrypted adds a relation beside the ciphertext of every encrypted message
// in a sync.
func relateEncrypted(t *testing.T, body []byte, relation map[string]any) []byte {
	var tree map[string]any
	if err := json.Unmarshal(body, &tree); err != nil {
		return body
	}
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if value["type"] == "m.room.encrypted" && value["event_id"] != nil {
				value["content"].(map[string]any)["m.relates_to"] = relation
			}
			for _, inner := range value {
				walk(inner)
			}
		case []any:
			for _, inner := range value {
				walk(inner)
			}
		}
	}
	walk(tree["rooms"])
	changed, err := json.Marshal(tree)
	if err != nil {
		t.Error(err)
	}
	return changed
}

// TestClearInEncrypted: the bot marks clear events in a room that was once
// encrypted, including reactions and redactions.
func TestClearInEncrypted(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	person := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true})
	for encrypted, kind := range map[bool]testkit.Room{false: {}, true: {Encrypted: true}} {
		room := bot.invited(t, person, kind)
		said := person.Say(t, room, "bonjour")
		if e := bot.next(t); e.ID != chat.EventID(said) || e.ClearInEncrypted {
			t.Errorf("encrypted %t: got %+v", encrypted, e)
		}
		clear, err := person.SendMessageEvent(t.Context(), room, event.EventMessage,
			map[string]any{"msgtype": "m.text", "body": "en clair"}, mautrix.ReqSendEvent{DontEncrypt: true})
		if err != nil {
			t.Fatal(err)
		}
		if e := bot.next(t); e.ID != chat.EventID(clear.EventID) || e.ClearInEncrypted != encrypted {
			t.Errorf("encrypted %t: in clear: got %+v", encrypted, e)
		}
		person.React(t, room, said, "✅")
		if e := bot.next(t); e.Reaction == nil || e.ClearInEncrypted != encrypted {
			t.Errorf("encrypted %t: a reaction: got %+v", encrypted, e)
		}
		person.Redact(t, room, said)
		if e := bot.next(t); e.Redaction == nil || e.ClearInEncrypted != encrypted {
			t.Errorf("encrypted %t: a deletion: got %+v", encrypted, e)
		}
	}
}
