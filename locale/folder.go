package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"heraut/text"
)

// dataFile is the file of a language's folder that holds its words.
const dataFile = "language.yaml"

// words is the content of a language's data file: what its templates do not hold.
type words struct {
	// Name is the language's name in itself. Called are further names by which people
	// choose it.
	Name   string   `yaml:"name"`
	Called []string `yaml:"called"`
	// Fallback is the code of the language that serves where the folder has no text; a
	// language of the program itself has none.
	Fallback string `yaml:"fallback"`

	And       string `yaml:"and"`    // before the last item of a list
	Other     string `yaml:"other"`  // ends a truncated list, for one other item
	Others    string `yaml:"others"` // the same for several; %s is their number
	Thousands string `yaml:"thousands"`
	// Plural is the code of the language whose plural rule, by Unicode's CLDR, serves;
	// empty: the folder's own code.
	Plural   string   `yaml:"plural"`
	Months   []string `yaml:"months"`
	Weekdays []string `yaml:"weekdays"` // from Sunday on
	Date     string   `yaml:"date"`     // with {day}, {month} and {year}
	First    string   `yaml:"first"`    // the first day of a month; empty: "1"

	Articles []article `yaml:"articles"`
	// Definitions follow a name at the beginning of a description: "is a".
	Definitions []string `yaml:"definitions"`
	// Placeholders stand in catalogues for a missing value.
	Placeholders []string `yaml:"placeholders"`
	// Fillers do not count in a question about the services. Ignored words say nothing
	// about what a search looks for.
	Fillers []string `yaml:"fillers"`
	Ignored []string `yaml:"ignored"`
	// Greetings begin a line; Courtesy are the words of lines that ask for nothing.
	Greetings []string `yaml:"greetings"`
	Courtesy  []string `yaml:"courtesy"`

	// Says maps the bot's own words, in which it keeps settings, to those of the
	// language; Typed maps further words that people type to the bot's own.
	Says  map[string]string `yaml:"says"`
	Typed map[string]string `yaml:"typed"`
}

// readWords reads the data file in the folder of the language with that code. fallback
// returns the words of the language that the file names as its fallback, "" if it names
// none, and false for an unknown one. Where the file does not give the marks of lists
// and numbers, the names of days and months, the form of the date or the bot's own
// words, the result has those of the fallback. Any other field that the file lacks is
// empty, except that Plural becomes code. The error says why the file is missing,
// invalid or incomplete.
func readWords(folder fs.FS, code string, fallback func(code string) (words, bool)) (words, error) {
	data, err := fs.ReadFile(folder, dataFile)
	if err != nil {
		return words{}, err
	}
	w, known := fallback(fallbackIn(data))
	if !known {
		return words{}, fmt.Errorf("%s: fallback: %q is no language of the bot", dataFile, fallbackIn(data))
	}
	w.Name, w.Called, w.Plural = "", nil, code
	w.First, w.Articles = "", nil
	w.Fillers, w.Ignored, w.Greetings, w.Courtesy, w.Typed = nil, nil, nil, nil, nil
	w.Definitions, w.Placeholders = nil, nil
	if err := yaml.UnmarshalWithOptions(data, &w, yaml.Strict()); err != nil {
		return words{}, fmt.Errorf("%s: %w", dataFile, err)
	}
	w.fold()
	return w, w.check()
}

// fallbackIn returns the fallback that a data file names; empty if it names none or
// cannot be parsed.
func fallbackIn(data []byte) string {
	var head struct {
		Fallback string `yaml:"fallback"`
	}
	_ = yaml.Unmarshal(data, &head) // the whole file is parsed next, and its faults told
	return head.Fallback
}

// fold folds, in place, the lists of words with which texts are compared, and the nouns
// of the articles. Definitions, Says and Typed stay as they are; readCanonical folds
// the latter two.
func (w *words) fold() {
	for _, list := range [][]string{w.Called, w.Placeholders, w.Fillers, w.Ignored, w.Greetings, w.Courtesy} {
		for i := range list {
			list[i] = text.Fold(list[i])
		}
	}
	for i := range w.Articles {
		for j, noun := range w.Articles[i].Nouns {
			w.Articles[i].Nouns[j] = text.Fold(noun)
		}
	}
}

func (w *words) check() error {
	switch {
	case strings.TrimSpace(w.Name) == "":
		return errors.New(dataFile + ": name: the language’s name in itself is missing")
	case len(w.Months) != 12:
		return fmt.Errorf("%s: months: 12 names are expected, there are %d", dataFile, len(w.Months))
	case len(w.Weekdays) != 7:
		return fmt.Errorf("%s: weekdays: 7 names are expected, from Sunday on, there are %d", dataFile, len(w.Weekdays))
	case !strings.Contains(w.Date, "{day}") || !strings.Contains(w.Date, "{month}") || !strings.Contains(w.Date, "{year}"):
		return errors.New(dataFile + ": date: {day}, {month} and {year} are expected")
	case !strings.Contains(w.Others, "%s"):
		return errors.New(dataFile + ": others: %s, the number, is missing")
	}
	return nil
}

// languageCode matches the name of a language's folder: the beginning of a BCP 47 tag.
var languageCode = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// folders returns the names of the folders in root that hold a language, Default first,
// then in alphabetical order. A folder without a data file, or whose name is no
// language code, holds none. The error is that of reading root.
func folders(root fs.FS) (codes []string, err error) {
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, err := fs.Stat(root, e.Name()+"/"+dataFile); err == nil && languageCode.MatchString(e.Name()) {
			codes = append(codes, e.Name())
		}
	}
	slices.SortFunc(codes, byCode)
	return codes, nil
}

// byCode compares two codes of languages, for sorting: Default first, then in
// alphabetical order.
func byCode(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == Default:
		return -1
	case b == Default:
		return 1
	}
	return strings.Compare(a, b)
}
