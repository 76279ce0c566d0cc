package locale

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// The bounds of the templates in an operator's folder, so that a message always comes to
// an end.
const (
	// maxFile is the size of a file, in bytes, which bounds how deep its blocks nest.
	maxFile = 256 << 10
	// maxSteps is how many values and calls a message has, if each loop runs once.
	maxSteps = 100_000
	// maxLoops is how deep loops nest. The first use of a template takes time in
	// proportion to 2 to that power, since html/template escapes a loop's body twice.
	maxLoops = 4
	// maxParts is how many calls of part, nested or at the same time, one language has
	// under way; the program's own templates nest two.
	maxParts = 250
	// maxOutput is the size of a message, in bytes.
	maxOutput = 1 << 20
)

var (
	errEndless = errors.New("its calls of part do not end")
	errLong    = fmt.Errorf("it is longer than %d bytes", maxOutput)
)

// cost is an upper bound for what a template takes, with all templates that it calls by
// a fixed name.
type cost struct {
	steps int // values and calls, if each loop runs once; at most maxSteps+1
	loops int // how deep loops nest
}

func (c cost) with(other cost) cost {
	return cost{min(c.steps+other.steps, maxSteps+1), max(c.loops, other.loops)}
}

// costs computes the costs of templates, and finds those that call each other in a
// circle. Only trees has to be set.
type costs struct {
	trees map[string]tree
	known map[string]cost
	path  []string // the templates whose calls are being followed
	// circle is the first circle that was found: each template calls the next one, and
	// the last one the first.
	circle []string
}

// of returns the cost of the template with that name, and stores it in c.known; zero
// for a template that does not exist. If the template and those that it calls call each
// other in a circle, of stores the first such circle in c.circle, and the cost does not
// count.
func (c *costs) of(name string) cost {
	if i := slices.Index(c.path, name); i >= 0 {
		if c.circle == nil {
			c.circle = slices.Clone(c.path[i:])
		}
		return cost{}
	}
	t, ok := c.trees[name]
	if known, done := c.known[name]; done || !ok {
		return known
	}
	c.path = append(c.path, name)
	total := c.list(t.Root)
	c.path = c.path[:len(c.path)-1]
	if c.known == nil {
		c.known = map[string]cost{}
	}
	c.known[name] = total
	return total
}

func (c *costs) list(l *parse.ListNode) (total cost) {
	if l == nil {
		return total
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			total = total.with(c.pipe(n.Pipe))
		case *parse.IfNode:
			total = total.with(c.branch(&n.BranchNode, 0))
		case *parse.WithNode:
			total = total.with(c.branch(&n.BranchNode, 0))
		case *parse.RangeNode:
			total = total.with(c.branch(&n.BranchNode, 1))
		case *parse.TemplateNode:
			total = total.with(c.pipe(n.Pipe)).with(c.of(n.Name))
		}
	}
	return total
}

func (c *costs) branch(b *parse.BranchNode, loops int) cost {
	body := c.list(b.List)
	body.loops += loops
	return c.pipe(b.Pipe).with(body).with(c.list(b.ElseList))
}

func (c *costs) pipe(p *parse.PipeNode) cost {
	total := cost{steps: 1}
	eachName(p, func(string) {}, func(part string) { total = total.with(c.of(part)) })
	return total
}

// unbounded returns a fault for each of mine, the templates of the language code, that
// is too large or nests too many loops (maxSteps, maxLoops), and one if templates call
// each other in a circle. theirs are the templates of its fallbacks.
func unbounded(code string, mine, theirs map[string]tree) (faults []Problem) {
	all := maps.Clone(theirs)
	maps.Copy(all, mine)
	c := costs{trees: all}
	for _, name := range slices.Sorted(maps.Keys(mine)) {
		if got := c.of(name); c.circle == nil && (got.steps > maxSteps || got.loops > maxLoops) {
			faults = append(faults, Problem{Language: code, Fault: true, Large: name, Text: fmt.Sprintf("the template %q is too large, with the templates that it calls, or nests more than %d loops", name, maxLoops)})
		}
	}
	if c.circle != nil {
		text := fmt.Sprintf("the template %q calls itself", c.circle[0])
		if len(c.circle) > 1 {
			text += fmt.Sprintf(" through %q", c.circle[1:])
		}
		faults = append(faults, Problem{Language: code, Fault: true, Circle: c.circle, Text: text})
	}
	return faults
}

// limited is a text to which at most maxOutput bytes are written; a write beyond that
// adds nothing and returns errLong.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxOutput {
		return 0, errLong
	}
	return l.Builder.Write(p)
}
