package main

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

// exportedTally is how many questions of a theme, or of all, were asked, answered and
// solved, in the output of «bot export bilan».
type exportedTally struct {
	Theme    string `json:"theme"` // empty: without a theme
	Asked    int    `json:"asked"`
	Answered int    `json:"answered"`
	Solved   int    `json:"solved"`
	// Minutes is the median working time to the first answer.
	Minutes int `json:"first_answer_minutes"`
}

// exportedMiss is words for which searches of at least three people found nothing, with
// the number of those people, in the output of «bot export bilan».
type exportedMiss struct {
	Words  string `json:"words"`
	People int    `json:"people"`
}

// exportedReport is the JSON of «bot export bilan»: the report on the questions. It
// names nobody.
type exportedReport struct {
	Since     string          `json:"since"` // a day, "2026-09-03"
	Total     exportedTally   `json:"total"`
	Suggested int             `json:"suggested"`
	Themes    []exportedTally `json:"themes"`
	Missed    []exportedMiss  `json:"missed"`
}

func exportedTallyOf(theme string, t relay.Tally) exportedTally {
	return exportedTally{theme, t.Asked, t.Answered, t.Solved, int(t.Wait.Minutes())}
}

// exportReport writes the report on the questions of the last c.Days days, of all
// rooms, to w, as JSON if c.Format says so, otherwise as CSV. The error is a
// wrongFormat for html, or comes from the database or w.
func (c exportCommand) exportReport(ctx context.Context, config *Config, db *storage.DB, w io.Writer) error {
	if c.Format == "html" {
		return &wrongFormat{"le bilan", "csv ou json"}
	}
	book, err := rooms.OpenBook(ctx, roomDefaults(config), db)
	if err != nil {
		return err
	}
	s := shared{config: config, db: db, book: book}
	carrier := relay.NewCarrier(relay.Options{
		Store: db, Room: s.room, Book: book, Quiet: func(room chat.RoomID) relay.Quiet { return quietIn(s, room) },
	})
	since := time.Now().AddDate(0, 0, -c.Days)
	r, err := carrier.Report(ctx, relay.ReportOptions{Since: since})
	if err != nil {
		return err
	}
	out := exportedReport{
		Since: since.In(config.Timezone).Format(time.DateOnly), Total: exportedTallyOf("", r.Tally), Suggested: r.Suggested,
		Themes: []exportedTally{}, Missed: []exportedMiss{}, // [], not null
	}
	for _, t := range r.Themes {
		out.Themes = append(out.Themes, exportedTallyOf(t.Theme, t.Tally))
	}
	for _, m := range r.Missed {
		out.Missed = append(out.Missed, exportedMiss{m.Words, m.Askers})
	}
	if c.Format == "json" {
		return writeJSON(w, out)
	}
	return csv.NewWriter(w).WriteAll(out.rows())
}

// rows returns the report as the rows of a CSV: the names of the columns, then a row
// for each number, so that all rows have the same columns.
func (r exportedReport) rows() [][]string {
	rows := [][]string{{"since", "measure", "of", "value"}}
	add := func(measure, of string, value int) {
		rows = append(rows, []string{r.Since, measure, inert(of), strconv.Itoa(value)})
	}
	for i, t := range append([]exportedTally{r.Total}, r.Themes...) {
		kind := "theme_"
		if i == 0 {
			kind = ""
		}
		add(kind+"asked", t.Theme, t.Asked)
		add(kind+"answered", t.Theme, t.Answered)
		add(kind+"solved", t.Theme, t.Solved)
		add(kind+"first_answer_minutes", t.Theme, t.Minutes)
	}
	add("suggested", "", r.Suggested)
	for _, m := range r.Missed {
		add("missed_search_people", m.Words, m.People)
	}
	return rows
}
