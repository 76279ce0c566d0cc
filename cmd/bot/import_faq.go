package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

const (
	// maxImport bounds a file of entries, in bytes.
	maxImport = 32 << 20
	// maxEntryText bounds a question and an answer, in characters, as in a room.
	maxEntryText = 4000
	// maxEntryNumber bounds the numbers that an import keeps.
	maxEntryNumber = 1_000_000
)

// lineFault is the error for the first thing in a file that an import cannot read, as a
// French sentence with its line.
type lineFault struct {
	line int
	what string
}

func (e *lineFault) Error() string {
	return fmt.Sprintf("ligne %d : %s. Rien n’est importé : corrigez ce fichier, puis recommencez", e.line, e.what)
}

// importedEntry is an entry of the FAQ in an imported file, with the line that it
// starts on.
type importedEntry struct {
	relay.Entry
	line int
	// limited: the file says who may be shown it.
	limited bool
}

// importFAQ adds the entries of a file, read from in, to the FAQ, and prints how many
// it added and which it left out. The format is one of the export: Markdown or JSON.
// After an error, it has added none: the configuration is wrong, the file is too long,
// empty or has a fault, or the database cannot be read or written.
func (c importCommand) importFAQ(ctx context.Context, in io.Reader, std stdio, env environment) (err error) {
	config, err := c.load(env, std.err)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(in, maxImport+1))
	switch {
	case err != nil:
		return err
	case len(content) > maxImport:
		return errors.New("ce fichier dépasse 32 Mio : découpez-le")
	}
	now := time.Now()
	entries, err := readFAQ(content, config.Timezone, now)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return errors.New("ce fichier ne contient aucune question : en Markdown, chacune est un titre « ## … » ; en JSON, un objet d’une liste")
	}
	db, err := openToWrite(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var told importReport
	err = db.Do(ctx, func(ctx context.Context) error {
		told, err = addEntries(ctx, db, entries, c.ForAll, now)
		return err
	})
	if err != nil {
		return err
	}
	told.write(std.out)
	return nil
}

// openToWrite opens the bot's database to write to it; the bot may be running. The
// caller closes it. It refuses a database that is missing, or of another version than
// this program's, with an error that says what to do.
func openToWrite(ctx context.Context, config *Config) (*storage.DB, error) {
	read, err := openToRead(ctx, config) // it refuses a database that this program would upgrade
	if err != nil {
		return nil, err
	}
	if err := read.Close(); err != nil {
		return nil, err
	}
	return storage.Open(ctx, filepath.Join(config.State, "bot.db"))
}

// importReport is the result of an import: how many entries it added, how many were
// there, and which it left out.
type importReport struct {
	added, known int
	// others are the entries whose question has another answer in the FAQ, with its
	// number.
	others []importedEntry
}

func (r importReport) write(w io.Writer) {
	for _, e := range r.others {
		fmt.Fprintf(w, "Ligne %d, laissée de côté : la même question a une autre réponse dans la FAQ, n° %d. Pour la changer, dans le salon des experts : !faq modifier %d\n", e.line, e.Number, e.Number)
	}
	fmt.Fprintf(w, "Ajoutées : %d. Déjà là : %d.\n", r.added, r.known)
}

// addEntries adds to the FAQ the entries that it does not hold yet, in the transaction
// of ctx, and logs their number in the journal of changes at now, if there are any. It
// leaves out an entry whose question had another answer in the FAQ before, and changes or
// removes none. Entries with the same question and different answers are all added, as an
// export may have them. An entry for which the file gives no audience may be shown to
// everybody if forAll is true, otherwise only in the most protected rooms (the zero
// chat.Audience). The report r counts the entries added and those held before, and
// lists those left out. The error comes from the database.
func addEntries(ctx context.Context, db *storage.DB, entries []importedEntry, forAll bool, now time.Time) (r importReport, err error) {
	before, err := db.Entries(ctx)
	if err != nil {
		return r, err
	}
	held, answered := map[string]bool{}, map[string]int64{}
	for _, e := range before {
		held[evenLine(e.Question)+"\x00"+evenText(e.Answer)] = true
		answered[evenLine(e.Question)] = e.Number
	}
	for _, e := range entries {
		key := evenLine(e.Question) + "\x00" + evenText(e.Answer)
		other := answered[evenLine(e.Question)]
		switch {
		case held[key]:
			r.known++
			continue
		case other != 0:
			e.Number = other
			r.others = append(r.others, e)
			continue
		case forAll && !e.limited:
			e.Audience = chat.Everybody
		}
		held[key] = true
		if _, err := db.ImportEntry(ctx, e.Entry); err != nil {
			return r, err
		}
		r.added++
	}
	if r.added == 0 {
		return r, nil
	}
	return r, db.AddChange(ctx, rooms.Change{At: now, What: rooms.FAQ, After: fmt.Sprintf("%d importées", r.added)})
}

// evenLine returns the question s without the differences that the formats do not
// preserve: Markdown has a question in one line.
func evenLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// evenText returns the answer s without the differences that the formats do not
// preserve: empty lines, and spaces that are repeated or at the ends of lines.
func evenText(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = evenLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// readFAQ reads entries from content, in JSON if it starts with a bracket, otherwise in
// Markdown. Days are in the time zone zone; an entry without a day gets the time now.
// It replaces each user id in the texts by an ellipsis. An entry number that is
// negative or too large becomes 0. The error is a *lineFault.
func readFAQ(content []byte, zone *time.Location, now time.Time) ([]importedEntry, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	read := readSections
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		read = readEntries
	}
	if !utf8.Valid(content) {
		for i, line := range bytes.Split(content, []byte("\n")) {
			if !utf8.Valid(line) {
				return nil, &lineFault{i + 1, "ce n’est pas de l’UTF-8"}
			}
		}
	}
	entries, err := read(content, zone)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		e := &entries[i]
		e.Question, e.Answer = relay.WithoutIDs(strings.TrimSpace(e.Question)), relay.WithoutIDs(strings.TrimSpace(e.Answer))
		if e.KeptAt.IsZero() {
			e.KeptAt = now
		}
		if e.Number > maxEntryNumber || e.Number < 0 {
			e.Number = 0
		}
		if why := faultOfEntry(e.Entry); why != "" {
			return nil, &lineFault{e.line, why}
		}
	}
	return entries, nil
}

// faultOfEntry returns the first fault of an entry as a French sentence: a text that is
// missing or too long, or a negative count; empty if it has none.
func faultOfEntry(e relay.Entry) string {
	switch {
	case e.Question == "":
		return "il manque le texte de la question"
	case e.Answer == "":
		return "cette question n’a pas de réponse"
	case utf8.RuneCountInString(e.Question) > maxEntryText:
		return "cette question dépasse 4 000 caractères"
	case utf8.RuneCountInString(e.Answer) > maxEntryText:
		return "cette réponse dépasse 4 000 caractères"
	case e.Helped < 0:
		return "« helped » est un nombre de questions"
	}
	return ""
}
