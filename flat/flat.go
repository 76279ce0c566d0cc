// Package flat stores slices of numbers and texts in a file, and reads them where they
// lie in it: opening a file of 40 MiB takes milliseconds, and what nobody reads takes
// no memory. Only the program that wrote a file can read it.
package flat

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"unsafe"
)

// ErrStale means that a file is damaged, or was written under another key.
var ErrStale = errors.New("the stored form is of another version, or damaged")

// Writer gathers the parts of a file in memory, in the order in which a Reader will ask
// for them. Its method Write stores them.
type Writer struct{ data []byte }

// Add appends the slice s to the file of w as its next part; Next reads it. It panics
// if the elements hold pointers, as texts and slices do.
func Add[T any](w *Writer, s []T) {
	if t := reflect.TypeFor[T](); hasPointers(t) {
		panic(fmt.Sprintf("flat: %s holds pointers", t))
	}
	w.data = binary.LittleEndian.AppendUint64(w.data, uint64(len(s)))
	if len(s) > 0 {
		w.data = append(w.data, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(len(s))*unsafe.Sizeof(s[0]))...)
	}
	for len(w.data)%8 != 0 {
		w.data = append(w.data, 0)
	}
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Float32, reflect.Float64:
		return false
	case reflect.Array:
		return hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return true
}

// AddText appends the text s to the file of w as its next part; NextText reads it.
func AddText(w *Writer, s string) { Add(w, []byte(s)) }

const magic = "flat\x00\x00\x00\x01"

// headerSize is the size of the header: magic, the key's sum, the length and the
// checksum of the data.
const headerSize = len(magic) + sha256.Size + 16

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func header(key string, length int, checksum uint32) []byte {
	sum := sha256.Sum256([]byte(key))
	out := append([]byte(magic), sum[:]...)
	out = binary.LittleEndian.AppendUint64(out, uint64(length))
	return binary.LittleEndian.AppendUint64(out, uint64(checksum))
}

// Write stores the parts in a file at path, readable by its owner only. The file
// appears whole or not at all, and replaces an older one. key is any text, such as a
// version: Open needs the same. The error is the system's.
func (w *Writer) Write(path, key string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("store %s: %w", path, err)
	}
	_, err = f.Write(header(key, len(w.data), crc32.Checksum(w.data, castagnoli)))
	if err == nil {
		_, err = f.Write(w.data)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("store %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}

// File is an open file, which needs no closing. Slices and texts that come from it are
// valid as long as the program refers to the File, and for at least a minute more.
type File struct{ data []byte }

// Open opens the file at path, which Write has stored with the same key, and checks
// that it is whole. The error wraps ErrStale if the file was stored with another key or
// is damaged. Any other error is the system's, such as fs.ErrNotExist. The File reads a
// copy without a name, which Open makes in the same directory, so a later change of the
// file at path does not change it. The copy needs space there until the program no
// longer uses the File.
func Open(path, key string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// A mapped file that is cut after it was opened ends the process when it is read
	// (SIGBUS).
	private, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	defer private.Close()
	if err := os.Remove(private.Name()); err != nil {
		return nil, err
	}
	return openCopy(io.TeeReader(f, private), private, key)
}

// openCopy reads a stored file from the beginning, which also writes it to private, and
// returns the File that reads private. The error wraps ErrStale if the file was stored
// with another key than key or is damaged; any other error is the system's.
func openCopy(f io.Reader, private *os.File, key string) (*File, error) {
	// The file is read, rather than its mapping, so that its pages take no memory.
	checksum := crc32.New(castagnoli)
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStale, err)
	}
	length, err := io.Copy(checksum, f)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(head, header(key, int(length), checksum.Sum32())) {
		return nil, ErrStale
	}
	return mapped(private, headerSize+int(length))
}

// unmapping is held while a file is unmapped, and by WhileMapped.
var unmapping sync.Mutex

// WhileMapped calls do and returns its error; while do runs, this package unmaps no
// file. It is for code that works on addresses of the process's memory, since the
// system may use the addresses of an unmapped file for something else at once. do must
// not call WhileMapped.
func WhileMapped(do func() error) error {
	unmapping.Lock()
	defer unmapping.Unlock()
	return do()
}

// Reader reads the parts of a file, one after the other, in the order in which the
// Writer got them.
type Reader struct{ rest []byte }

// Reader returns a new Reader that stands at the first part of the file.
func (f *File) Reader() *Reader { return &Reader{f.data[headerSize:]} }

// Next returns the next part of the file that r reads, as a slice that must not be
// changed, and moves r on; nil for an empty part. T must be the type with which the
// same program added it. After the last part it panics.
func Next[T any](r *Reader) []T {
	n := int(binary.LittleEndian.Uint64(r.rest))
	r.rest = r.rest[8:]
	size := n * int(reflect.TypeFor[T]().Size())
	part := r.rest[:size:size]
	r.rest = r.rest[(size+7)/8*8:]
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(part))), n)
}

// NextText returns the next part of the file that r reads, which AddText added, as a
// text, and moves r on. After the last part it panics.
func NextText(r *Reader) string {
	b := Next[byte](r)
	return unsafe.String(unsafe.SliceData(b), len(b))
}
