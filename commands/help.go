package commands

import (
	"context"
	"slices"
	"strings"
)

// overview is the data of the help message: who runs the bot, and the commands.
type overview struct {
	About
	Prefix string
	Role   string // the bot's purpose in the room; empty if nobody set it
	// Brief leaves out the parts, the commands aside and what is said about privacy.
	Brief    bool
	Commands []topic
	Aside    []string // the names of further commands
}

// topic is a command in the help message, with its subcommands.
type topic struct {
	Name  string
	Parts []string // their names
}

// explanation is the data of the help message about one command.
type explanation struct {
	Prefix      string
	Command     string
	Words       []string // the command's names, if there are several
	Subcommands []string
}

// help answers the command !aide with the commands that the person may give here; in a
// room that is no direct message, it shows only some of them unless the argument is
// «tout». If the argument names a command, it answers with the details about that
// command. If the argument is no command, it suggests the nearest command if the line
// has the prefix, and treats the line as a search if not.
func (a *Answerer) help(ctx context.Context, r request) (Answer, error) {
	all := isWord(r.args, "tout")
	if r.args == "" || all {
		data := overview{
			About: a.about, Prefix: r.Prefix, Role: a.admin.Book.Of(r.Room).Role, Brief: !all && r.Room != "" && !r.Private,
		}
		for i := range a.table {
			c := &a.table[i]
			if c == r.command || c.topic != "" {
				continue
			}
			may, err := a.mayUse(ctx, r, c)
			if err != nil {
				return Answer{}, err
			}
			parts, err := a.subcommands(ctx, r, c)
			if err != nil {
				return Answer{}, err
			}
			switch {
			case may && c.aside:
				data.Aside = append(data.Aside, c.name())
			case may:
				data.Commands = append(data.Commands, topic{Name: c.name(), Parts: parts})
			}
		}
		if data.Brief {
			data.Commands = brief(data.Commands)
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
		return a.explain(ctx, r, c)
	case r.prefixed:
		word, _ := cutWord(topic)
		return a.unknown(r, word)
	}
	// « aide à la rédaction » is a search.
	return a.plain(ctx, r)
}

// maxBrief is the number of commands that the help shows in a room. A last line follows.
const maxBrief = 5

// brief returns at most maxBrief of the commands all, for a short help. If there are
// few, it adds subcommands of the first one, which is "sill". It may change all.
func brief(all []topic) []topic {
	for i, part := range []string{"sill remplace", "sill compare"} {
		if len(all) < maxBrief {
			all = slices.Insert(all, i+1, topic{Name: part})
		}
	}
	return all[:min(len(all), maxBrief)]
}

// part returns the first subcommand in the table whose own word, without the command to
// which it belongs, is word; nil if there is none.
func (a *Answerer) part(word string) *command {
	for i := range a.table {
		if c := &a.table[i]; c.topic != "" && c.isCalled(word) {
			return c
		}
	}
	return nil
}

// explain answers with the detailed help for the command c, and names the subcommands
// that the person may give here.
func (a *Answerer) explain(ctx context.Context, r request, c *command) (Answer, error) {
	parts, err := a.subcommands(ctx, r, c)
	if err != nil {
		return Answer{}, err
	}
	data := explanation{Prefix: r.Prefix, Command: c.name(), Subcommands: parts}
	if len(c.words) > 1 {
		data.Words = c.words
	}
	return a.message(r, "help-command", data)
}

// subcommands returns the names of the subcommands of c that the person may give here;
// none if c is a subcommand itself.
func (a *Answerer) subcommands(ctx context.Context, r request, c *command) (names []string, err error) {
	for i := range a.table {
		part := &a.table[i]
		if c.topic != "" || part.topic != c.name() {
			continue
		}
		may, err := a.mayUse(ctx, r, part)
		if err != nil {
			return nil, err
		}
		if may {
			names = append(names, part.name())
		}
	}
	return names, nil
}
