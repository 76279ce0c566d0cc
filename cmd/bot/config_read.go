package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"heraut/locale"
)

// Remark is a sentence about a value of the configuration file, with its key and line.
type Remark struct {
	File string
	Line int // from 1, or 0 for the whole file
	Text string
}

func (r Remark) String() string {
	if r.Line == 0 {
		return fmt.Sprintf("%s: %s", r.File, r.Text)
	}
	return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Text)
}

// Faults lists all faults of a configuration, in the order of the file.
type Faults []Remark

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// ExitStatus returns the exit status of a program whose configuration is wrong, 2.
func (Faults) ExitStatus() int { return statusUsage }

// loadConfig reads the configuration from file, with the secrets, and puts its
// languages in force for the process. env looks up variables of the environment, like
// os.Getenv. It also returns remarks, which deserve an operator's attention but prevent
// nothing. A wrong or missing file gives one error of type Faults with all its faults,
// and no configuration.
func loadConfig(file string, env func(string) string) (*Config, []Remark, error) {
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, Faults{{file, 0, "ce fichier n’existe pas ; copiez config.example.yaml, adaptez-le, et donnez son chemin par --config"}}
	case err != nil:
		return nil, nil, Faults{{file, 0, fmt.Sprintf("ce fichier ne se lit pas : %v", err)}}
	}
	return readConfig(file, data, env)
}

// readConfig returns the configuration in data, the content of the configuration file,
// with the secrets, and puts its languages in force for the process. It also returns
// remarks about values that are allowed but probably mistakes. The error, for a wrong
// configuration, is of type Faults and lists all faults, or only that of the encoding
// or of the YAML syntax if there is one. file is the file's path, to which relative
// paths in it refer and which messages show; env looks up variables of the environment.
func readConfig(file string, data []byte, env func(string) string) (*Config, []Remark, error) {
	r := &reader{file: file, env: env, lines: map[string]int{"": 1}, wrong: map[string]bool{}}
	r.encoding(data)
	if len(r.faults) > 0 {
		return nil, nil, r.faults
	}
	root := r.parse(data)
	if len(r.faults) > 0 {
		return nil, nil, r.faults
	}
	c := defaults(r.preset(root))
	r.value(root, "", reflect.ValueOf(c).Elem())
	r.check(c)
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Remark) int { return a.Line - b.Line })
		return nil, nil, r.faults
	}
	r.warn(root, c)
	slices.SortStableFunc(r.remarks, func(a, b Remark) int { return a.Line - b.Line })
	locale.Use(r.languages)
	return c, r.remarks, nil
}

// A reader turns the YAML of the configuration file into a Config, and collects faults
// and remarks. A path names a value in the file: "rooms[0].watches[1].source".
type reader struct {
	file    string
	env     func(string) string
	lines   map[string]int  // of each path in the file
	wrong   map[string]bool // the paths with a fault
	faults  Faults
	remarks []Remark
	// languages are those of the program and of the configuration.
	languages *locale.Set
}

// parse returns the syntax tree of data, the configuration file; nil for an empty file
// and, after recording a fault, for one that is not YAML or has several documents.
func (r *reader) parse(data []byte) ast.Node {
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	f, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	var syntax *yaml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		at := syntax.Token.Position
		r.faults = append(r.faults, Remark{r.file, at.Line, syntaxFault(syntax, data)})
		return nil
	case err != nil:
		r.faults = append(r.faults, Remark{r.file, 1, fmt.Sprintf("ce n’est pas du YAML (%v)", err)})
		return nil
	case len(f.Docs) > 1:
		second := f.Docs[1].Start // absent after a «...»
		if second == nil {
			second = f.Docs[1].GetToken()
		}
		r.faults = append(r.faults, Remark{r.file, second.Position.Line, "un seul document YAML est attendu ; retirez cette ligne et celles qui la suivent"})
		return nil
	case len(f.Docs) == 0:
		return nil
	}
	return f.Docs[0].Body
}

// syntaxFault returns a French sentence about err, an error in the YAML of data. It
// explains the commonest mistakes in hand-written files.
func syntaxFault(err *yaml.SyntaxError, data []byte) string {
	at := err.Token.Position
	lines := strings.Split(string(data), "\n")
	line := ""
	if at.Line >= 1 && at.Line <= len(lines) {
		line = lines[at.Line-1]
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch value := strings.TrimSpace(err.Token.Value); {
	case strings.Contains(indent, "\t"):
		return "une tabulation en tête de ligne ; en YAML, décalez les lignes avec des espaces"
	case value != "" && strings.ContainsAny(value[:1], "@`%"):
		return fmt.Sprintf("une valeur qui commence par « %s » s’écrit entre guillemets, par exemple \"@camille:example.org\"", value[:1])
	}
	return fmt.Sprintf("la syntaxe YAML est fausse, colonne %d (%s) ; vérifiez l’alignement, les guillemets et les crochets de cette ligne et de celle d’avant", at.Column, err.Message)
}

// preset returns PresetTchap if the file, whose tree is root, names it as its preset,
// otherwise PresetMatrix. It is read before everything else, since the defaults depend
// on it.
func (r *reader) preset(root ast.Node) Preset {
	if m, ok := root.(*ast.MappingNode); ok {
		for _, entry := range m.Values {
			if entry.Key.GetToken().Value == "preset" && text(entry.Value) == string(PresetTchap) {
				return PresetTchap
			}
		}
	}
	return PresetMatrix
}

// line returns the number of the line of the file in which the value at path stands.
// For a missing value, it is the line of the nearest key around it, or 1 if there is
// none.
func (r *reader) line(path string) int {
	for {
		if n, ok := r.lines[path]; ok {
			return n
		}
		path = parent(path)
	}
}

// fault records in r that the value at path is wrong, as a French sentence with the key
// and the line, unless a fault at the same path or around it is recorded already. An
// empty path stands for the whole file.
func (r *reader) fault(path, sentence string) {
	for above := path; ; above = parent(above) {
		if r.wrong[above] {
			return
		}
		if above == "" {
			break
		}
	}
	r.wrong[path] = true
	if path != "" {
		sentence = label(path) + " : " + sentence
	}
	r.faults = append(r.faults, Remark{r.file, r.line(path), sentence})
}

func (r *reader) remark(path, sentence string) {
	r.remarks = append(r.remarks, Remark{r.file, r.line(path), label(path) + " : " + sentence})
}

// parent returns the path of the value that contains the value at path: "rooms[0]" for
// "rooms[0].prefix". For a top-level key, and for "", it returns "", which stands for
// the whole file.
func parent(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// label returns a path without its indexes, for messages: "rooms.prefix" for
// "rooms[0].prefix". The line number beside it tells the elements apart.
func label(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "[") {
		_, after, indexed := strings.Cut(part, "]")
		if !indexed {
			after = part
		}
		b.WriteString(after)
	}
	return b.String()
}

// near returns a path that is relative to the configuration file's directory in a form
// that can be opened from the working directory. An absolute path stays as it is.
func (r *reader) near(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.file), path)
}
