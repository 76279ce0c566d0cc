// Package howto answers the questions about the free software services themselves: how
// to become a référent, where to ask a question. The answers stand in a YAML file of each
// language's folder, which operators may replace.
package howto

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"heraut/locale"
	"heraut/text"
)

// Entry is a question about the services, in several phrasings, with its answer and
// links.
type Entry struct {
	Title string `yaml:"title"`
	// Asked holds the phrasings that the entry answers: a line that contains one of
	// them asks for the entry. Articles, prepositions, accents and plurals do not
	// count.
	Asked []string `yaml:"asked"`
	// Answer is plain text. Text between backquotes is a command; it starts with "!",
	// which stands for the room's prefix.
	Answer string `yaml:"answer"`
	Links  []Link `yaml:"links"`

	words [][]string // the content of each of Asked; set by Read
}

// Link is a web page that says more than the answer.
type Link struct {
	Label string `yaml:"label"`
	URL   string `yaml:"url"`
}

// Book holds the questions and answers in one language, in the order in which Find
// tries them.
type Book []Entry

// File is the name of the file of entries in a language's folder.
const File = "howto.yaml"

// Default returns the entries in the file File of a language's folder; none, without an
// error, if there is no such file or language. It reads the file at each call. The
// error names the file and wraps that of Read.
func Default(lang string) (Book, error) {
	data, ok := locale.File(lang, File)
	if !ok {
		return nil, nil
	}
	book, err := Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", lang, File, err)
	}
	return book, nil
}

// Bounds of an entry, so that its answer fits on a phone.
const (
	maxTitle  = 80  // characters
	maxAnswer = 600 // characters
	maxLinks  = 4
)

// Read parses and checks a file of questions and answers in YAML, and replaces line
// breaks in answers with spaces. The error says that the YAML is wrong or has an unknown
// key, or which entry is wrong and why: a title or an answer that is missing or too
// long, too many links or a wrong one, no phrasing, or one with fewer than two words
// besides filler words such as articles.
func Read(data []byte) (Book, error) {
	var book Book
	if err := yaml.UnmarshalWithOptions(data, &book, yaml.Strict()); err != nil {
		return nil, err
	}
	for i := range book {
		book[i].Answer = strings.ReplaceAll(strings.TrimSpace(book[i].Answer), "\n", " ")
		if err := book[i].check(); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		for _, asked := range book[i].Asked {
			book[i].words = append(book[i].words, content(asked))
		}
	}
	return book, nil
}

func (e Entry) check() error {
	switch {
	case e.Title == "" || utf8.RuneCountInString(e.Title) > maxTitle:
		return fmt.Errorf("title must have 1 to %d characters", maxTitle)
	case e.Answer == "" || utf8.RuneCountInString(e.Answer) > maxAnswer:
		return fmt.Errorf("answer must have 1 to %d characters", maxAnswer)
	case len(e.Links) > maxLinks:
		return fmt.Errorf("links must have at most %d items", maxLinks)
	case len(e.Asked) == 0:
		return errors.New("asked must name at least one phrasing")
	}
	for _, asked := range e.Asked {
		if len(content(asked)) < 2 {
			return fmt.Errorf("asked: %q has less than two words of content, so it would answer too much", asked)
		}
	}
	for _, link := range e.Links {
		u, err := url.Parse(link.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || link.Label == "" {
			return fmt.Errorf("links: %q is not a label with an http or https address", link.URL)
		}
	}
	return nil
}

// Find returns the entry that answers a line, and true: the first entry that has a
// phrasing whose words stand in the line in that order, one right after the other.
// Case, accents, filler words such as articles, and the endings of plurals and feminine
// participles do not count. If no entry fits, it returns an empty one and false.
func (b Book) Find(line string) (Entry, bool) {
	words := content(line)
	for _, e := range b {
		if slices.ContainsFunc(e.words, func(asked []string) bool { return contains(words, asked) }) {
			return e, true
		}
	}
	return Entry{}, false
}

// content returns the words of s as text.Words folds them for comparison, without the
// filler words of any language, such as articles.
func content(s string) (words []string) {
	for _, w := range text.Words(s) {
		if !locale.IsFiller(w) {
			words = append(words, w)
		}
	}
	return words
}

// contains reports whether the words of phrase occur in words, next to each other and
// in that order, compared without the endings that singular removes. It is true for an
// empty phrase.
func contains(words, phrase []string) bool {
	for i := range len(words) - len(phrase) + 1 {
		if begins(words[i:], phrase) {
			return true
		}
	}
	return false
}

func begins(words, phrase []string) bool {
	for i, w := range phrase {
		if singular(words[i]) != singular(w) {
			return false
		}
	}
	return true
}

// singular returns a folded word without a final s and then, if more than four letters
// are left, without a final e. So the plural and the feminine form of a word count as
// the word itself: référent, référente, référents.
func singular(w string) string {
	w = strings.TrimSuffix(w, "s")
	if len(w) > 4 {
		w = strings.TrimSuffix(w, "e")
	}
	return w
}
