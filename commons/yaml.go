package commons

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"heraut/catalogue"
)

// The bounds of a YAML text: real ones have at most some 50 KiB.
const (
	maxYAML  = 256 << 10
	maxDepth = 32
)

var (
	errYAML     = errors.New("it is not valid YAML")
	errTooLarge = fmt.Errorf("its YAML has more than %d KiB", maxYAML>>10)
	errTooDeep  = fmt.Errorf("its YAML is nested more than %d deep", maxDepth)
)

// decodeYAML parses untrusted YAML into the values that JSON would give: maps, lists,
// texts and nil. Every scalar but null becomes a text, since «1.0» is a version and no
// number. An alias shares the value of its anchor, so a file cannot grow in memory by
// aliases of aliases. An empty file gives nil. The error is errTooLarge or errTooDeep,
// or wraps errYAML.
func decodeYAML(data []byte) (value any, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxYAML {
		return nil, errTooLarge
	}
	if nestsDeep(data) {
		return nil, errTooDeep
	}
	defer func() {
		if p := recover(); p != nil { // the library panics at some malformed texts
			value, err = nil, fmt.Errorf("%w: %v", errYAML, p)
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, fmt.Errorf("%w: %s", errYAML, catalogue.CleanText(err.Error(), 200))
	}
	if len(file.Docs) == 0 {
		return nil, nil //nolint:nilnil // an empty text is YAML's null
	}
	return (&yamlDecoder{anchors: map[string]any{}}).value(file.Docs[0].Body, 0), nil
}

// nestsDeep reports whether brackets nest too deep for the parser, which recurses, or
// a line is indented too far.
func nestsDeep(data []byte) bool {
	depth, indent, atStart := 0, 0, true
	for _, c := range data {
		switch {
		case c == '\n':
			indent, atStart = 0, true
			continue
		case atStart && (c == ' ' || c == '-'):
			if indent++; indent > 8*maxDepth {
				return true
			}
			continue
		case c == '[' || c == '{':
			depth++
		case (c == ']' || c == '}') && depth > 0:
			depth--
		}
		atStart = false
		if depth > maxDepth {
			return true
		}
	}
	return false
}

type yamlDecoder struct{ anchors map[string]any }

func (y *yamlDecoder) value(node ast.Node, depth int) any {
	if node == nil || depth > maxDepth {
		return nil
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		out := map[string]any{}
		for _, pair := range n.Values {
			out[keyOf(pair)] = y.value(pair.Value, depth+1)
		}
		return out
	case *ast.MappingValueNode:
		return map[string]any{keyOf(n): y.value(n.Value, depth+1)}
	case *ast.SequenceNode:
		out := make([]any, 0, len(n.Values))
		for _, v := range n.Values {
			out = append(out, y.value(v, depth+1))
		}
		return out
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.StringNode:
		return n.Value
	case *ast.TagNode:
		return y.value(n.Value, depth+1)
	case *ast.AnchorNode:
		v := y.value(n.Value, depth+1)
		y.anchors[n.Name.GetToken().Value] = v
		return v
	case *ast.AliasNode:
		return y.anchors[n.Value.GetToken().Value]
	case *ast.NullNode:
		return nil
	}
	return node.GetToken().Value // a number, a boolean
}

func keyOf(pair *ast.MappingValueNode) string {
	if s, ok := pair.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return pair.Key.GetToken().Value
}
