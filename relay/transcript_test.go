package relay_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"heraut/chat"
)

// log returns the transcript: all events, in order.
func (w *world) log() string {
	var b strings.Builder
	called := map[chat.RoomID]string{salon: "Bluehats", experts: "Experts", other: "Ailleurs", direct: "Direct", "!nouveau:example.org": "Nouveau", "!chiffre:example.org": "Chiffré", lawyers: "Juristes", elsewhere: "Forge"}
	number := func(id chat.EventID) string { return strings.TrimPrefix(string(id), "$") }
	where := func(thread, reply chat.EventID) string {
		switch {
		case thread != "" && reply != "" && reply != thread:
			return fmt.Sprintf(" (fil %s, répond à %s)", number(thread), number(reply))
		case thread != "":
			return fmt.Sprintf(" (fil %s)", number(thread))
		case reply != "":
			return fmt.Sprintf(" (répond à %s)", number(reply))
		}
		return ""
	}
	for _, e := range w.timeline {
		fmt.Fprintf(&b, "%s %s ", called[e.room], number(e.id))
		if e.by != nil {
			b.WriteString(names[e.by.Sender])
			switch {
			case e.by.Message != nil && e.by.Message.Edits != "":
				fmt.Fprintf(&b, " modifie %s : %s", number(e.by.Message.Edits), e.by.Message.Body)
			case e.by.Message != nil:
				fmt.Fprintf(&b, "%s : %s", where(e.by.Message.Thread, e.by.Message.ReplyTo), shortened(e.by.Message.Body))
				if e.by.Message.File != nil {
					b.WriteString("[" + e.by.Message.File.Name + "]")
				}
			case e.by.Reaction != nil:
				fmt.Fprintf(&b, " réagit à %s : %s", number(e.by.Reaction.Target), e.by.Reaction.Key)
			case e.by.Redaction != nil:
				fmt.Fprintf(&b, " supprime %s", number(e.by.Redaction.Target))
			case e.by.Left != nil:
				b.WriteString(" quitte le salon")
			case e.by.Moved != nil:
				b.WriteString(" remplace le salon")
			}
			b.WriteString("\n")
			continue
		}
		p := e.post
		switch {
		case !p.Redacts.IsZero():
			fmt.Fprintf(&b, "Héraut supprime %s\n", number(p.Redacts.Event))
			continue
		case p.Reaction != "":
			fmt.Fprintf(&b, "Héraut réagit à %s : %s\n", number(p.ReactsTo.Event), p.Reaction)
			continue
		case !p.Edits.IsZero():
			fmt.Fprintf(&b, "Héraut modifie %s", number(p.Edits.Event))
		default:
			b.WriteString("Héraut" + where(p.Thread.Event, p.ReplyTo.Event))
			if p.Rings {
				b.WriteString(" [sonne")
				for _, user := range p.Mentions {
					b.WriteString(" " + names[user])
				}
				b.WriteString("]")
			}
		}
		if p.File != nil {
			fmt.Fprintf(&b, " : [%s]\n", p.File.Name)
			continue
		}
		fmt.Fprintf(&b, " : %s\n", strings.ReplaceAll(shortened(plainOf(p)), "\n", "\n      "))
	}
	return b.String()
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 1500 {
		return fmt.Sprintf("%s…(%d caractères)…%s", string(r[:60]), len(r), string(r[len(r)-200:]))
	}
	return s
}

// golden compares the transcript with testdata/relay/name.txt.
func (w *world) golden(name string) {
	w.Helper()
	path := filepath.Join("testdata", "relay", name+".txt")
	got := w.log()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(got), 0o600)); err != nil {
			w.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		w.Errorf("%v\n%s\nwant\n%s\nRun with -update and read the difference.", err, got, want)
	}
}
