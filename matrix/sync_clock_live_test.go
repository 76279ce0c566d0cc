package matrix_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestClocksThatDiffer: a clock that is 20 minutes off, this machine's or a
// sender's, does not make a message too old to be answered.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{AnswerWithin: 10 * time.Minute}, queue.Config{AnswerWithin: 10 * time.Minute})
	agent := hs.Person(t, "agent", testkit.ClientOptions{})
	room := bot.invited(t, agent, testkit.Room{})
	proxy := testkit.NewProxy(t, hs.URL)
	bot.through(t, proxy)
	hears(t, bot, agent.Say(t, room, "avant"))
	for name, change := range map[string]struct{ stamp, age time.Duration }{
		"this machine is ahead":  {stamp: -20 * time.Minute},
		"this machine is behind": {stamp: 20 * time.Minute},
		"the sender is behind":   {stamp: -20 * time.Minute, age: 20 * time.Minute},
		"the sender is ahead":    {stamp: 20 * time.Minute, age: -20 * time.Minute},
	} {
		remove := proxy.Add(testkit.Rule{Match: testkit.Syncs, Do: testkit.Rewrite(func(resp *testkit.Response) {
			resp.Body = shiftEvents(resp.Body, change.stamp.Milliseconds(), change.age.Milliseconds())
		})})
		agent.Say(t, room, "pas encore") // ends the request that bypassed the rule
		said := agent.Say(t, room, name)
		for {
			e := bot.next(t)
			if at := time.Since(e.At).Abs(); at > time.Minute+longPoll {
				t.Errorf("%s: it was said %s ago", name, at)
			}
			if string(e.ID) == said.String() {
				break
			}
		}
		remove()
	}
}

const longPoll = 30 * time.Second

// shiftEvents shifts the timestamps and the ages of the events in a sync, in ms.
func shiftEvents(body []byte, stamp, age int64) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if decoder.Decode(&tree) != nil {
		return body
	}
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, by := range map[string]int64{"origin_server_ts": stamp, "age": age} {
				if n, ok := value[name].(json.Number); ok {
					ms, _ := n.Int64()
					value[name] = ms + by
				}
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
	walk(tree)
	changed, err := json.Marshal(tree)
	if err != nil {
		return body
	}
	return changed
}
