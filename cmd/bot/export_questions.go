package main

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"heraut/relay"
	"heraut/storage"
)

// exportedQuestion is a question in the output of «bot export questions». No field
// names a person or holds an id of one, but the text may mention people.
type exportedQuestion struct {
	Number   int64  `json:"number"`
	Relay    string `json:"relay"`
	Theme    string `json:"theme,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Status   string `json:"status"`
	Text     string `json:"text,omitempty"`     // empty for a withdrawn question
	Asked    string `json:"asked"`              // RFC 3339
	Answered string `json:"answered,omitempty"` // the first answer
	Closed   string `json:"closed,omitempty"`
}

// questionColumns are the column names of the CSV, in the order of
// exportedQuestion.fields.
var questionColumns = []string{"number", "relay", "theme", "subject", "status", "text", "asked", "answered", "closed"}

// inert returns the text of a CSV cell in a form that a spreadsheet does not run as a
// formula: if the text begins with =, +, -, @, a tab or a carriage return, inert puts
// an apostrophe before it. Any other text comes back unchanged.
func inert(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}

// fields returns the question as a row of CSV, in the order of questionColumns. A text
// that a spreadsheet would run as a formula gets an apostrophe in front.
func (q exportedQuestion) fields() []string {
	row := []string{strconv.FormatInt(q.Number, 10), q.Relay, q.Theme, q.Subject, q.Status, q.Text, q.Asked, q.Answered, q.Closed}
	for i, cell := range row {
		row[i] = inert(cell)
	}
	return row
}

// exportQuestions writes all questions that the database still has to w, as JSON if
// c.Format says so, otherwise as CSV. The error is a wrongFormat for html, or comes
// from the database or w.
func (c exportCommand) exportQuestions(ctx context.Context, config *Config, db *storage.DB, w io.Writer) error {
	if c.Format == "html" {
		return &wrongFormat{"les questions", "csv ou json"}
	}
	all, err := db.QuestionsSince(ctx, time.Time{})
	if err != nil {
		return err
	}
	out := make([]exportedQuestion, len(all)) // encodes an empty list as []
	for i, q := range all {
		out[i] = exported(q, config.Timezone)
	}
	if c.Format == "json" {
		return writeJSON(w, out)
	}
	table := csv.NewWriter(w)
	rows := [][]string{questionColumns}
	for _, q := range out {
		rows = append(rows, q.fields())
	}
	return table.WriteAll(rows)
}

func exported(q relay.Question, zone *time.Location) exportedQuestion {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(time.RFC3339)
	}
	return exportedQuestion{
		Number: q.Number, Relay: q.Relay, Theme: q.Theme, Subject: q.Subject, Status: string(q.Status), Text: q.Text,
		Asked: at(q.AskedAt), Answered: at(q.AnsweredAt), Closed: at(q.ClosedAt),
	}
}
