package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime"
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

// read adds the elements of the list in the input to b. The error is that of readList;
// the elements before it are added.
func (b *builder) read(in *input) error {
	if first, err := in.first(); err != nil || first != '[' {
		return readList(in, "catalog", func(element any) error {
			b.add(candidateFrom(element))
			return nil
		})
	}
	return b.readArray(in)
}

// elementsAtOnce is how many elements one goroutine hands to another.
const elementsAtOnce = 64

// batch is some elements of the list that follow each other.
type batch struct {
	texts      []string
	candidates []candidate   // what they are, once done is closed
	err        error         // of the first that is no valid JSON
	done       chan struct{} // closed when the elements are decoded
}

func (b *batch) decode() {
	defer close(b.done)
	b.candidates = make([]candidate, 0, len(b.texts))
	for _, text := range b.texts {
		element, err := decodeElement(text)
		if err != nil {
			b.err = err
			return
		}
		b.candidates = append(b.candidates, candidateFrom(element))
	}
}

// readArray is read for a list that is the whole text. It finds the elements in the text
// while other goroutines decode those before them, which takes most of the time, and one
// adds them to b in the order of the list.
func (b *builder) readArray(in *input) error {
	processors := runtime.GOMAXPROCS(0)
	found, ordered := make(chan *batch), make(chan *batch, 2*processors)
	for range processors {
		go func() {
			for batch := range found {
				batch.decode()
			}
		}()
	}
	broken, added := make(chan struct{}), make(chan error)
	go func() { added <- b.addBatches(ordered, broken) }()
	next := &batch{done: make(chan struct{})}
	hand := func() bool {
		select {
		case <-broken:
			return false
		case ordered <- next:
			found <- next
			next = &batch{done: make(chan struct{})}
			return true
		}
	}
	err := readArray(in, func(text string) error {
		if next.texts = append(next.texts, text); len(next.texts) == elementsAtOnce && !hand() {
			return ErrNotJSON // that of the batch says more
		}
		return nil
	})
	hand()
	close(found)
	close(ordered)
	return cmp.Or(<-added, err)
}

// addBatches adds the elements of the batches to b, in order, and returns the error of
// the first that is no valid JSON; then it closes broken, and adds no more.
func (b *builder) addBatches(batches <-chan *batch, broken chan<- struct{}) error {
	var first error
	for batch := range batches {
		if <-batch.done; first != nil {
			continue
		}
		for i := range batch.candidates {
			b.add(batch.candidates[i])
		}
		if first = batch.err; first != nil {
			close(broken)
		}
	}
	return first
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
