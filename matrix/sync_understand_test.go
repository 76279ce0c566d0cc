package matrix

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// named returns a client that only knows its names.
func named(names ...string) *Client {
	return &Client{mx: &mautrix.Client{UserID: "@heraut:example.org"}, log: zerolog.Nop(), names: names}
}

func TestUnderstand(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		kind    event.Type
		want    *chat.Message // nil: ignored
	}{
		"pings":        {`{"msgtype":"m.text","body":"a","m.mentions":{"user_ids":["@a:b","@c:d"]}}`, event.EventMessage, &chat.Message{Body: "a", Mentions: []chat.UserID{"@a:b", "@c:d"}}},
		"text":         {`{"msgtype":"m.text","body":"!sill gimp"}`, event.EventMessage, &chat.Message{Body: "!sill gimp"}},
		"notice":       {`{"msgtype":"m.notice","body":"!sill gimp"}`, event.EventMessage, nil},
		"emote":        {`{"msgtype":"m.emote","body":"!sill gimp"}`, event.EventMessage, &chat.Message{Kind: chat.KindEmote, Body: "!sill gimp"}},
		"location":     {`{"msgtype":"m.location","body":"Ici","geo_uri":"geo:1,2"}`, event.EventMessage, &chat.Message{Kind: chat.KindLocation, Body: "Ici"}},
		"other kind":   {`{"msgtype":"dm.filament.gallery","body":"Deux captures"}`, event.EventMessage, &chat.Message{Kind: chat.KindOther, Body: "Deux captures"}},
		"verification": {`{"msgtype":"m.key.verification.request","body":"a"}`, event.EventMessage, nil},
		"unstable poll": {`{"org.matrix.msc3381.poll.start":{"question":{"org.matrix.msc1767.text":"Où ?"}},"m.relates_to":{"rel_type":"m.thread","event_id":"$root","is_falling_back":true,"m.in_reply_to":{"event_id":"$last"}}}`,
			event.EventUnstablePollStart, &chat.Message{Kind: chat.KindPoll, Body: "Où ?", Thread: "$root"}},
		"poll": {`{"m.poll.start":{"question":{"m.text":[{"body":"Où ?"}]}},"m.relates_to":{"m.in_reply_to":{"event_id":"$x"}}}`,
			event.Type{Type: "m.poll.start", Class: event.MessageEventType}, &chat.Message{Kind: chat.KindPoll, Body: "Où ?", ReplyTo: "$x"}},
		"file":         {`{"msgtype":"m.file","body":"!sill gimp","url":"mxc://a/b"}`, event.EventMessage, &chat.Message{File: &chat.File{Name: "!sill gimp", Shown: "file", Media: chat.Media{Address: "mxc://a/b"}}}},
		"caption":      {`{"msgtype":"m.image","body":"voyez","filename":"plan\u202e.png","info":{"mimetype":"image/png"},"url":"mxc://a/b"}`, event.EventMessage, &chat.Message{Body: "voyez", File: &chat.File{Name: "plan.png", Type: "image/png", Shown: "image", Media: chat.Media{Address: "mxc://a/b"}}}},
		"no caption":   {`{"msgtype":"m.video","body":"a.mp4","filename":"a.mp4","format":"org.matrix.custom.html","formatted_body":"a.mp4"}`, event.EventMessage, &chat.Message{File: &chat.File{Name: "a.mp4", Shown: "video"}}},
		"formatted":    {`{"msgtype":"m.text","body":"a **b**","format":"org.matrix.custom.html","formatted_body":"a <strong>b</strong>"}`, event.EventMessage, &chat.Message{Body: "a **b**", HTML: "a <strong>b</strong>"}},
		"other format": {`{"msgtype":"m.text","body":"a","format":"text/x","formatted_body":"<b>"}`, event.EventMessage, &chat.Message{Body: "a"}},
		"quoted HTML":  {`{"msgtype":"m.text","body":"> <@a:b> !aide\n\n2","format":"org.matrix.custom.html","formatted_body":"<mx-reply><blockquote>!aide</blockquote></mx-reply><em>2</em>","m.relates_to":{"m.in_reply_to":{"event_id":"$x"}}}`, event.EventMessage, &chat.Message{Body: "2", HTML: "<em>2</em>", ReplyTo: "$x"}},
		"long":         {`{"msgtype":"m.text","body":"` + strings.Repeat("é", 30000) + `"}`, event.EventMessage, &chat.Message{Body: strings.Repeat("é", 30000)}},
		"empty":        {`{}`, event.EventMessage, nil},
		"thread":       {`{"msgtype":"m.text","body":"a","m.relates_to":{"rel_type":"m.thread","event_id":"$root","is_falling_back":true,"m.in_reply_to":{"event_id":"$last"}}}`, event.EventMessage, &chat.Message{Body: "a", Thread: "$root"}},
		"true reply":   {`{"msgtype":"m.text","body":"a","m.relates_to":{"rel_type":"m.thread","event_id":"$root","m.in_reply_to":{"event_id":"$x"}}}`, event.EventMessage, &chat.Message{Body: "a", Thread: "$root", ReplyTo: "$x"}},
		"quoted reply": {`{"msgtype":"m.text","body":"> <@a:b> !aide\n\n2","m.relates_to":{"m.in_reply_to":{"event_id":"$x"}}}`, event.EventMessage, &chat.Message{Body: "2", ReplyTo: "$x"}},
		"edit":         {`{"msgtype":"m.text","body":"* b","m.new_content":{"msgtype":"m.text","body":"b"},"m.relates_to":{"rel_type":"m.replace","event_id":"$x"}}`, event.EventMessage, &chat.Message{Body: "b", Edits: "$x"}},
		"broken edit":  {`{"msgtype":"m.text","body":"* b","m.relates_to":{"rel_type":"m.replace","event_id":"$x"}}`, event.EventMessage, nil},
		"odd types":    {`{"msgtype":1,"body":{}}`, event.EventMessage, nil},
		"sticker":      {`{"body":"a","url":"mxc://a/b"}`, event.EventSticker, &chat.Message{Kind: chat.KindSticker, Body: "a"}},
		"voice":        {`{"msgtype":"m.audio","body":"a.ogg","org.matrix.msc3245.voice":{}}`, event.EventMessage, &chat.Message{Kind: chat.KindVoice, File: &chat.File{Name: "a.ogg", Shown: "audio"}}},
		"quote kept in an edit": {`{"msgtype":"m.text","body":"* b","m.new_content":{"msgtype":"m.text","body":"> <@a:b> Alors ?\n\nb"},"m.relates_to":{"rel_type":"m.replace","event_id":"$x"}}`,
			event.EventMessage, &chat.Message{Body: "b", Edits: "$x"}},
		"endless": {`{"msgtype":"m.text","body":"` + strings.Repeat("é", 40000) + `","format":"org.matrix.custom.html","formatted_body":"` + strings.Repeat("é", 40000) + `"}`, event.EventMessage, &chat.Message{Body: strings.Repeat("é", maxBody/2)}},
	} {
		t.Run(name, func(t *testing.T) {
			evt := &event.Event{ID: "$e", RoomID: "!r:x", Sender: "@a:x", Type: test.kind, Timestamp: 1000}
			if err := json.Unmarshal([]byte(test.content), &evt.Content); err != nil {
				t.Fatal(err)
			}
			e := named().understand(evt, true)
			if test.want == nil {
				if e != nil {
					t.Errorf("got %+v", e.Message)
				}
				return
			}
			if e == nil || e.Message == nil || !reflect.DeepEqual(e.Message, test.want) || !e.Direct || e.At.UnixMilli() != 1000 {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	for state, want := range map[id.TrustState]chat.Trust{
		id.TrustStateUnset: chat.TrustMember, id.TrustStateUnknownDevice: chat.TrustMember,
		id.TrustStateCrossSignedTOFU: chat.TrustVerified, id.TrustStateVerified: chat.TrustVerified,
	} {
		evt := &event.Event{Type: event.EventMessage, Content: event.Content{Parsed: &event.MessageEventContent{MsgType: event.MsgText, Body: "a"}}}
		evt.Mautrix.WasEncrypted, evt.Mautrix.TrustState = true, state
		if e := named().understand(evt, false); e == nil || e.Trust != want {
			t.Errorf("%s: got %+v", state, e)
		}
	}
	for _, state := range []id.TrustState{id.TrustStateBlacklisted, id.TrustStateDeviceKeyMismatch} {
		evt := &event.Event{Type: event.EventMessage, Content: event.Content{Parsed: &event.MessageEventContent{MsgType: event.MsgText, Body: "a"}}}
		evt.Mautrix.WasEncrypted, evt.Mautrix.TrustState = true, state
		if e := named().understand(evt, false); e != nil {
			t.Errorf("%s: a message from such a device was understood", state)
		}
	}
}

func TestRedactionsOfAllRoomVersions(t *testing.T) {
	for name, evt := range map[string]*event.Event{
		"before 11": {Redacts: "$x", Content: event.Content{Parsed: &event.RedactionEventContent{}}},
		"since 11":  {Content: event.Content{Parsed: &event.RedactionEventContent{Redacts: "$x"}}},
	} {
		evt.Type = event.EventRedaction
		if e := named().understand(evt, false); e == nil || e.Redaction == nil || e.Redaction.Target != "$x" || e.Original() != "$x" {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}
