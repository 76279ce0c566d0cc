package commands

import (
	"context"
	"strings"
)

// overview is what the help says of the bot and its commands.
type overview struct {
	About
	Prefix   string
	Commands []topic
}

// topic is a command that stands first on a line, and its parts.
type topic struct {
	Name  string
	Parts []string // their names
}

// explanation is one command in detail.
type explanation struct {
	Prefix      string
	Command     string
	Words       []string // that it goes by, if there are several
	Subcommands []string
}

// help answers who the bot is and what it may be asked, or details a command.
func (a *Answerer) help(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		data := overview{About: a.about, Prefix: r.Prefix}
		for i := range a.table {
			if c := &a.table[i]; c != r.command && c.topic == "" {
				data.Commands = append(data.Commands, topic{Name: c.name(), Parts: a.parts(c)})
			}
		}
		return a.message(r, "help", data)
	}
	topic := strings.TrimPrefix(r.args, r.Prefix)
	c, rest := a.find(topic)
	if c == nil || rest != "" {
		c = a.part(topic)
	}
	switch {
	case c != nil:
		return a.explain(r, c)
	case r.prefixed:
		word, _ := cutWord(topic)
		return a.unknown(r, word)
	}
	// « aide à la rédaction » is a need.
	return a.plain(ctx, r)
}

// part returns the command that goes by word without its topic.
func (a *Answerer) part(word string) *command {
	for i := range a.table {
		if c := &a.table[i]; c.topic != "" && c.isCalled(word) {
			return c
		}
	}
	return nil
}

// explain answers with the details of a command.
func (a *Answerer) explain(r request, c *command) (Answer, error) {
	data := explanation{Prefix: r.Prefix, Command: c.name(), Subcommands: a.parts(c)}
	if len(c.words) > 1 {
		data.Words = c.words
	}
	return a.message(r, "help-command", data)
}

// parts are the names of the commands that are part of c.
func (a *Answerer) parts(c *command) (names []string) {
	for i := range a.table {
		if part := &a.table[i]; c.topic == "" && part.topic == c.name() {
			names = append(names, part.name())
		}
	}
	return names
}
