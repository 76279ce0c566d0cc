package main

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// value stores the value of the YAML node n in v, a settable field of the Config, with
// everything inside it, and records the line of each key in r. path is the key of the
// value. It records a fault if the value does not fit the field's type; v may then be
// changed in part. It panics for a type that it cannot read.
func (r *reader) value(n ast.Node, path string, v reflect.Value) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.fault(path, "une valeur qui commence par !, & ou * s’écrit entre guillemets, par exemple prefix: \"!\"")
		return
	}
	_, scalar := n.(ast.ScalarNode)
	_, empty := n.(*ast.NullNode)
	empty = empty || n == nil
	parsed, err := parseScalar(text(n), v)
	switch {
	case scalar && strings.Contains(text(n), leftOut):
		r.fault(path, "l’export des réglages a retiré ce secret ; remplacez "+leftOut+" par sa valeur")
	case parsed && empty && v.Kind() != reflect.String:
		r.fault(path, "cette clé est vide ; donnez-lui une valeur, ou retirez-la")
	case parsed && !empty && !scalar:
		r.fault(path, "une seule valeur est attendue, ni liste ni clés")
	case err != nil:
		r.fault(path, err.Error())
	case parsed:
	case v.Kind() == reflect.Slice:
		r.list(n, path, v, empty)
	case v.Kind() == reflect.Struct:
		r.mapping(n, path, v, empty)
	case v.Kind() == reflect.Map:
		r.texts(n, path, v, empty)
	default:
		panic(fmt.Sprintf("no way to read a %v", v.Type()))
	}
}

func (r *reader) list(n ast.Node, path string, v reflect.Value, empty bool) {
	v.SetZero() // the file's list replaces the default
	if empty {
		return
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fault(path, "une liste est attendue, entre crochets ou avec un tiret devant chaque valeur")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.lines[at] = line(item, r.line(path))
		r.value(item, at, v.Index(i))
	}
}

func (r *reader) mapping(n ast.Node, path string, v reflect.Value, empty bool) {
	if empty {
		return
	}
	known := keys(v.Type())
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.fault(path, "des clés sont attendues ici : "+strings.Join(known, ", "))
		return
	}
	seen := map[string]bool{}
	for _, entry := range m.Values {
		key := entry.Key.GetToken().Value
		at := join(path, key)
		if !seen[key] {
			r.lines[at] = line(entry.Key, r.line(path))
		}
		field := slices.Index(known, key)
		switch {
		case seen[key]:
			r.faults = append(r.faults, Remark{r.file, line(entry.Key, r.line(path)), fmt.Sprintf("%s : cette clé est déjà donnée ligne %d ; gardez une seule des deux", label(at), r.line(at))})
		case field < 0:
			r.fault(at, "clé inconnue ; celles qui vont ici sont "+strings.Join(known, ", "))
		default:
			r.value(entry.Value, at, v.Field(field))
		}
		seen[key] = true
	}
}

// texts replaces the content of v, a map of texts, by the keys and values of the
// mapping n. It allows any key, since the check of the configuration comes later. It
// records a fault at path for a node that is no mapping. empty says that the file gives
// no value; v then stays as it is.
func (r *reader) texts(n ast.Node, path string, v reflect.Value, empty bool) {
	if empty {
		return
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.fault(path, "des clés sont attendues ici, chacune suivie de sa valeur")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, entry := range m.Values {
		key := entry.Key.GetToken().Value
		at := join(path, key)
		r.lines[at] = line(entry.Key, r.line(path))
		value := reflect.New(v.Type().Elem()).Elem()
		r.value(entry.Value, at, value)
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

// keys returns the YAML keys of the fields of a struct type, in the order of the
// fields. It panics for another type.
func keys(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

// parseScalar converts the text s to the type of v, stores it in v and returns true. It
// returns false, and stores nothing, if values of that type are lists or mappings
// rather than single texts. The error, which comes with true, is a French sentence that
// says why s cannot be converted.
func parseScalar(s string, v reflect.Value) (bool, error) {
	switch into := v.Addr().Interface().(type) {
	case *time.Duration:
		d, err := parseDuration(s)
		*into = d
		return true, quoting(s, err)
	case **time.Location:
		zone, err := time.LoadLocation(s)
		if err != nil || s == "" || s == "Local" {
			return true, fmt.Errorf("« %s » n’est pas un fuseau horaire connu ; écrivez par exemple Europe/Paris", s)
		}
		*into = zone
		return true, nil
	case **url.URL:
		u, err := parseBase(s)
		*into = u
		return true, err
	case encoding.TextUnmarshaler:
		return true, quoting(s, into.UnmarshalText([]byte(s)))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		if s != "true" && s != "false" {
			return true, fmt.Errorf("« %s » : true ou false est attendu", s)
		}
		v.SetBool(s == "true")
	case reflect.Int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return true, fmt.Errorf("« %s » : un nombre entier est attendu", s)
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return true, fmt.Errorf("« %s » : un nombre est attendu", s)
		}
		v.SetFloat(f)
	default:
		return false, nil
	}
	return true, nil
}

func quoting(s string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("« %s » : %w", s, err)
}

// text returns the text of a YAML node that holds a single value; empty for a list, a
// mapping or no value.
func text(n ast.Node) string {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return ""
	case *ast.LiteralNode:
		return n.Value.Value
	case ast.ScalarNode:
		return n.GetToken().Value
	}
	return ""
}

func line(n ast.Node, otherwise int) int {
	if n == nil || n.GetToken() == nil {
		return otherwise
	}
	return n.GetToken().Position.Line
}
