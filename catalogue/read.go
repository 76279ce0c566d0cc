package catalogue

import (
	"errors"
	"fmt"
	"io"
)

// File is the content of a published catalogue: its entries, and the elements that
// cannot be used.
type File struct {
	Entries []Software
	Dropped []Dropped // in the order of the list
	// Generation is the most common one among the entries.
	Generation Generation
}

// Dropped is an unusable element of the list, with the reason.
type Dropped struct {
	Index  int    `json:"index"` // position in the list, from 0
	Reason string `json:"reason"`
}

// Read decodes a catalogue of any generation: a JSON array of elements, or generation
// A's object with such an array under "catalog". It decides the format of each element
// separately. It drops and reports an unusable element and reads the others. The error
// is ErrUnknownList if more than half of the elements are of another kind, and
// ErrNoEntries if none is usable, as in a list of repositories. Any error wraps one of
// the Err values of this package, such as ErrTooLarge for more than MaxSize bytes, or
// is r's.
func Read(r io.Reader) (File, error) {
	f, err := read(newInput(r))
	if err != nil {
		return File{}, fmt.Errorf("read catalogue: %w", err)
	}
	return f, nil
}

func read(in *input) (File, error) {
	if err := startsJSON(in); err != nil {
		return File{}, err
	}
	var b builder
	if err := b.read(in); err != nil {
		return File{}, in.cause(err)
	}
	if b.foreign*2 > b.index {
		return File{}, unknownList(JSONList, b.foreignFields)
	}
	f := b.file()
	if len(f.Entries) == 0 {
		return File{}, noEntries(f.Dropped)
	}
	return f, nil
}

// elementsAtOnce is how many elements one goroutine hands to the other.
const elementsAtOnce = 64

// read adds the elements of the list in the input to b. It decodes elements while
// another goroutine turns those before them into entries, since each takes half of the
// time. The error is that of readList; the elements before it are added.
func (b *builder) read(in *input) error {
	decoded, added := make(chan []any, 2), make(chan struct{})
	go func() {
		defer close(added)
		for elements := range decoded {
			for _, e := range elements {
				b.add(e)
			}
		}
	}()
	var next []any
	err := readList(in, "catalog", func(element any) error {
		if next = append(next, element); len(next) == elementsAtOnce {
			decoded <- next
			next = nil
		}
		return nil
	})
	decoded <- next
	close(decoded)
	<-added
	return err
}

// noEntries returns an error for a list without any usable entry, with the reason of
// the first dropped element. It wraps ErrNoEntries.
func noEntries(dropped []Dropped) error {
	if len(dropped) == 0 {
		return ErrNoEntries
	}
	return fmt.Errorf("%w: element %d %s", ErrNoEntries, dropped[0].Index, dropped[0].Reason)
}

// startsJSON returns ErrWebPage if the text begins like a web page, an error about the
// columns if it is a table, ErrEmpty if it has only white space, ErrNotText if it
// begins with a control character, or the reader's error. Otherwise it returns nil,
// even if the text is no JSON: the JSON decoder reports all other faults. It consumes
// white space only.
func startsJSON(in *input) error {
	first, err := in.first()
	switch {
	case err != nil:
		return err
	case first == '<':
		return ErrWebPage
	case first == '[' || first == '{':
		return nil
	}
	start, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return in.cause(err)
	}
	if trouble := tableTrouble(start); trouble != nil {
		return trouble
	}
	return nil // the decoder reports the fault
}
