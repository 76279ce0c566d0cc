package commands

import "heraut/chat"

// Row is a row of the table, for tests that compare the table with the bot's
// behaviour.
type Row struct {
	Name           string
	Level          chat.Level
	Direct, Closed bool // it needs a direct message; it needs a room that no stranger reads
}

// Rows returns the rows of the table.
func Rows() (all []Row) {
	for _, c := range table() {
		all = append(all, Row{c.name(), c.level, c.needs&aDirect != 0, c.needs&aClosed != 0})
	}
	return all
}
