package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
)

// jsonEntry is an entry of « export faq --format json », as an import reads it; all
// fields but the texts may be absent.
type jsonEntry struct {
	Number    int64          `json:"number"`
	Question  string         `json:"question"`
	Answer    string         `json:"answer"`
	Kept      string         `json:"kept"`
	Audience  *chat.Audience `json:"audience"`
	Confirmed string         `json:"confirmed"`
	Helped    int            `json:"helped"`
}

// readEntries reads entries from content, JSON as « export faq --format json » writes
// it; days are in zone. The error is a *lineFault: the JSON is wrong, has an unknown
// field or a wrong day, or text follows the list.
func readEntries(content []byte, zone *time.Location) (entries []importedEntry, err error) {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	lineAt := func(offset int64) int {
		return 1 + bytes.Count(content[:min(int(offset), len(content))], []byte("\n"))
	}
	if _, err := d.Token(); err != nil { // the bracket that readFAQ saw
		return nil, &lineFault{1, "ce n’est pas une liste JSON"}
	}
	for d.More() {
		start := d.InputOffset()
		start += int64(len(content[start:]) - len(bytes.TrimLeft(content[start:], " \t\r\n,")))
		var one jsonEntry
		if err := d.Decode(&one); err != nil {
			at := start
			if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
				at = max(start, syntax.Offset)
			} else if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				at = start + kind.Offset
			} else if errors.Is(err, io.ErrUnexpectedEOF) {
				at = int64(len(content))
			}
			return nil, &lineFault{lineAt(at), fmt.Sprintf("cet objet JSON ne se lit pas (%v)", err)}
		}
		e := importedEntry{line: lineAt(start)}
		e.Number, e.Question, e.Answer, e.Helped = one.Number, one.Question, one.Answer, one.Helped
		if one.Audience != nil {
			e.Audience, e.limited = *one.Audience, true
		}
		for _, day := range []struct {
			text string
			to   *time.Time
		}{{one.Kept, &e.KeptAt}, {one.Confirmed, &e.ConfirmedAt}} {
			if day.text == "" {
				continue
			}
			if *day.to, err = time.ParseInLocation(time.DateOnly, day.text, zone); err != nil {
				return nil, &lineFault{e.line, fmt.Sprintf("« %.40s » n’est pas un jour comme 2026-09-03", day.text)}
			}
		}
		entries = append(entries, e)
	}
	if _, err := d.Token(); err != nil {
		return nil, &lineFault{lineAt(int64(len(content))), "la liste JSON ne se ferme pas"}
	}
	if rest := bytes.TrimSpace(content[d.InputOffset():]); len(rest) > 0 {
		return nil, &lineFault{lineAt(d.InputOffset()), "il y a du texte après la liste JSON"}
	}
	return entries, nil
}

var (
	markdownNumber   = regexp.MustCompile(`^(\d{1,18})\. +`)
	markdownFacts    = regexp.MustCompile(`^\*(\d{4}-\d{2}-\d{2})(?:, confirmée le (\d{4}-\d{2}-\d{2}))?(?:, (\d{1,9}) questions? closes? avec elle)?\*$`)
	markdownAudience = regexp.MustCompile(`^<!-- audience: ([a-z ]*) -->$`)
	markdownItem     = regexp.MustCompile(`^(\d{1,9})\\([.)])( |$)`)
	markdownEscape   = regexp.MustCompile("\\\\([\\\\`*_\\[\\]<>#|+=~-])")
)

// markdownReader is the state of reading entries of the FAQ from Markdown line by line.
type markdownReader struct {
	zone    *time.Location
	entries []importedEntry
	lines   []string // of the answer, a paragraph each
	open    bool     // the last paragraph goes on
	fenced  bool     // inside a block of code
	fence   int      // the line on which the last block of code begins
	ended   bool     // the answer's day or audience was read
}

// readSections reads entries from content, Markdown as « export faq » writes it: a
// heading of the second level for each question, then the answer. Days are in zone. The
// error is a *lineFault about the first line that cannot be read.
func readSections(content []byte, zone *time.Location) ([]importedEntry, error) {
	r := &markdownReader{zone: zone}
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		if why := r.line(n, strings.TrimRight(line, " \t\r\n")); why != "" {
			return nil, &lineFault{n, why}
		}
	}
	if r.fenced {
		return nil, &lineFault{r.fence, "ce bloc de code ne se ferme pas : il lui manque une ligne « ``` »"}
	}
	r.finish()
	return r.entries, nil
}

// line reads the line with number n into the entry under way, or starts a new entry in
// r.entries for a heading of the second level. why is a French sentence about a line
// that it cannot read; empty if it could.
func (r *markdownReader) line(n int, line string) (why string) {
	text := strings.TrimSpace(line)
	if r.fenced || strings.HasPrefix(text, "```") && len(r.entries) > 0 {
		if !r.fenced {
			r.fence = n
		}
		r.fenced = r.fenced != strings.HasPrefix(text, "```")
		return r.add(line, true)
	}
	question, isQuestion := strings.CutPrefix(text, "## ")
	switch {
	case text == "":
		r.open = false
		return ""
	case isQuestion:
		r.finish()
		e := importedEntry{line: n}
		if match := markdownNumber.FindStringSubmatch(question); match != nil {
			e.Number, _ = strconv.ParseInt(match[1], 10, 64) //nolint:errcheck // 18 digits fit
			question = question[len(match[0]):]
		}
		e.Question = unescaped(question)
		r.entries = append(r.entries, e)
		return ""
	case strings.HasPrefix(text, "# ") && len(r.entries) == 0:
		return "" // the title of the page
	case strings.HasPrefix(text, "#"):
		return "ce titre n’est pas celui d’une question : elles sont des titres de niveau 2, « ## … »"
	case len(r.entries) == 0:
		return "ce texte vient avant la première question : elles sont des titres de niveau 2, « ## … »"
	case strings.HasPrefix(text, "<!--"):
		return r.audience(text)
	}
	if match := markdownFacts.FindStringSubmatch(text); match != nil {
		return r.facts(match)
	}
	return r.add(unescaped(text), false)
}

// add adds a line to the answer under way: to its last paragraph, or as one of its own
// if alone is true or an empty line came before. why is a French sentence if the entry
// had ended; otherwise empty.
func (r *markdownReader) add(text string, alone bool) (why string) {
	switch {
	case r.ended:
		return "ce texte vient après le jour de la réponse : il lui manque un titre « ## … »"
	case r.open && !alone:
		r.lines[len(r.lines)-1] += " " + text
	default:
		r.lines = append(r.lines, text)
	}
	r.open = !alone
	return ""
}

// audience sets the audience of the last entry from text, a comment that the export
// wrote, and ends its answer. why is a French sentence about a comment or a word that
// it does not know; otherwise empty.
func (r *markdownReader) audience(text string) (why string) {
	match := markdownAudience.FindStringSubmatch(text)
	if match == nil {
		return "ce commentaire n’est pas de ceux que l’export écrit : retirez-le"
	}
	e := &r.entries[len(r.entries)-1]
	e.limited, r.ended = true, true
	ways := audienceWays(&e.Audience)
	for _, word := range strings.Fields(match[1]) {
		i := slices.IndexFunc(ways, func(way struct {
			name string
			is   *bool
		},
		) bool {
			return way.name == word
		})
		switch {
		case i >= 0:
			*ways[i].is = true
		case word != "closed":
			return fmt.Sprintf("« %.30s » n’est pas un public : clear, public, externals, elsewhere ou closed", word)
		}
	}
	return ""
}

// facts sets the days when the last entry was kept and confirmed, and how often it
// helped, from match, the parts of a line that the export wrote, and ends its answer.
// why is a French sentence about a wrong day or number; otherwise empty.
func (r *markdownReader) facts(match []string) (why string) {
	e := &r.entries[len(r.entries)-1]
	var err error
	if e.KeptAt, err = time.ParseInLocation(time.DateOnly, match[1], r.zone); err != nil {
		return fmt.Sprintf("« %s » n’est pas un jour", match[1])
	}
	if match[2] != "" {
		if e.ConfirmedAt, err = time.ParseInLocation(time.DateOnly, match[2], r.zone); err != nil {
			return fmt.Sprintf("« %s » n’est pas un jour", match[2])
		}
	}
	if match[3] != "" {
		if e.Helped, err = strconv.Atoi(match[3]); err != nil {
			return fmt.Sprintf("« %s » n’est pas un nombre", match[3])
		}
	}
	r.ended = true
	return ""
}

// finish stores the lines read as the answer of the last entry, if there is one, and
// makes r ready for the next one.
func (r *markdownReader) finish() {
	if len(r.entries) > 0 {
		r.entries[len(r.entries)-1].Answer = strings.Join(r.lines, "\n")
	}
	r.lines, r.open, r.fenced, r.ended = nil, false, false, false
}

// unescaped returns a line without the backslashes that the export of the FAQ as
// Markdown puts before signs (markdownSigns, markdownStart, listNumber). Other
// backslashes stay, also those before a full stop or a parenthesis that follows
// anything but a number at the start.
func unescaped(s string) string {
	return markdownEscape.ReplaceAllString(markdownItem.ReplaceAllString(s, "$1$2$3"), "$1")
}
