package sources

import (
	"bytes"
	"fmt"

	"heraut/fetch"
)

// How much a feed may hold: some megabytes of nothing but tags would take
// gigabytes to parse.
const (
	maxElements = 200_000
	maxObjects  = 50_000 // of JSON: each costs more
	maxNesting  = 500
)

// checkElements looks at how many elements, or objects, a feed has and how deep
// they are in one another, without parsing it.
func checkElements(body []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		if bytes.Count(body, []byte("{")) > maxObjects {
			return fmt.Errorf("%w: more than %d objects", fetch.ErrTooLarge, maxObjects)
		}
		return nil
	}
	elements, depth := 0, 0
	for {
		_, rest, more := bytes.Cut(body, []byte("<"))
		switch body = rest; {
		case !more:
			return nil
		case bytes.HasPrefix(body, []byte("![CDATA[")):
			_, body, _ = bytes.Cut(body, []byte("]]>"))
		case bytes.HasPrefix(body, []byte("!--")):
			_, body, _ = bytes.Cut(body, []byte("-->"))
		case bytes.HasPrefix(body, []byte("!")), bytes.HasPrefix(body, []byte("?")):
		case bytes.HasPrefix(body, []byte("/")):
			depth--
		default:
			elements++
			if end := bytes.IndexByte(body, '>'); end < 1 || body[end-1] != '/' {
				depth++
			}
		}
		if elements > maxElements || depth > maxNesting {
			return fmt.Errorf("%w: more than %d elements, or %d in one another", fetch.ErrTooLarge, maxElements, maxNesting)
		}
	}
}
