package main

import (
	"fmt"
	"slices"
	"strings"

	"heraut/testkit/contest"
)

// table returns the figures in Markdown, one column for each bot.
func table(p plan, entrants []*entrant) string {
	var b strings.Builder
	row := func(name string, cell func(*entrant) string) {
		b.WriteString("| " + name + " |")
		for _, e := range entrants {
			b.WriteString(" " + cell(e) + " |")
		}
		b.WriteString("\n")
	}
	row("", func(e *entrant) string { return e.title })
	b.WriteString(strings.Repeat("|---", len(entrants)+1) + "|\n")
	waiting := p.rooms * p.perRoom
	row("Command to answer, p50 / p99, ms", func(e *entrant) string {
		return fmt.Sprintf("%.0f / %.0f", contest.Median(e.waits), contest.Percentile(e.waits, 99))
	})
	row(fmt.Sprintf("%d commands waiting in %d rooms, answers/s", waiting, p.rooms), func(e *entrant) string { return spread(e.rate, 1) })
	row("of these, lost", func(e *entrant) string {
		return counts(e.drain, func(o contest.Outcome) int { return o.Lost })
	})
	row("out of order for a person", func(e *entrant) string {
		return counts(e.drain, func(o contest.Outcome) int { return o.Disordered })
	})
	row("processor time per answer meanwhile, ms", func(e *entrant) string { return spread(e.worked, 1) })
	row("the homeserver's, ms", func(e *entrant) string { return spread(e.served, 0) })
	row("Memory when idle, MiB", func(e *entrant) string { return spread(e.idle, 0) })
	row("Start to first answer, s", func(e *entrant) string { return spread(e.start, 2) })
	row(fmt.Sprintf("`kill -9` with %d waiting, lost", p.killed*p.perRoom), func(e *entrant) string {
		return counts(e.killed, func(o contest.Outcome) int { return o.Lost })
	})
	row("answered more than once", func(e *entrant) string {
		return counts(e.killed, func(o contest.Outcome) int { return o.Repeated })
	})
	return b.String()
}

// spread returns the median of values with that many decimals and, if there are
// several, the smallest and the largest one in parentheses; a dash if there is none.
func spread(values []float64, decimals int) string {
	if len(values) == 0 {
		return "–"
	}
	text := fmt.Sprintf("%.*f", decimals, contest.Median(values))
	if len(values) > 1 {
		text += fmt.Sprintf(" (%.*f to %.*f)", decimals, slices.Min(values), decimals, slices.Max(values))
	}
	return text
}

// counts calls the function count with the outcome of each round, and returns its
// results as a text, separated by commas; a dash if there are no outcomes.
func counts(outcomes []contest.Outcome, count func(contest.Outcome) int) string {
	if len(outcomes) == 0 {
		return "–"
	}
	var all []string
	for _, o := range outcomes {
		all = append(all, fmt.Sprint(count(o)))
	}
	return strings.Join(all, ", ")
}
