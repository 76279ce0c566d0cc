package flat

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
)

type pair struct {
	A int32
	B bool
	C float32
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.flat")
	pairs, numbers := []pair{{1, true, 0.5}, {-2, false, 3}}, []uint64{1, 1 << 63}
	var w Writer
	AddText(&w, "été")
	Add(&w, pairs)
	Add(&w, []int32{})
	Add(&w, numbers)
	AddText(&w, "")
	if err := w.Write(path, "key"); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, "key")
	if err != nil {
		t.Fatal(err)
	}
	r := f.Reader()
	if s := NextText(r); s != "été" {
		t.Errorf("text %q", s)
	}
	if got := Next[pair](r); !slices.Equal(got, pairs) {
		t.Errorf("pairs %v", got)
	}
	if got := Next[int32](r); len(got) != 0 {
		t.Errorf("none %v", got)
	}
	if got := Next[uint64](r); !slices.Equal(got, numbers) {
		t.Errorf("numbers %v", got)
	}
	if s := NextText(r); s != "" || len(r.rest) != 0 {
		t.Errorf("text %q, %d bytes left", s, len(r.rest))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A file that is rewritten or cut after it was opened still holds the same, and does not
// end the process.
func TestFileIsOurs(t *testing.T) {
	numbers := make([]uint64, 1<<16)
	for i := range numbers {
		numbers[i] = uint64(i) * 7
	}
	var w Writer
	Add(&w, numbers)
	for name, harm := range map[string]func(path string) error{
		"cut":         func(path string) error { return os.Truncate(path, 10) },
		"emptied":     func(path string) error { return os.Truncate(path, 0) },
		"overwritten": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 8<<16), 0o600) },
		"removed":     os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the fault ended the process
			dir := t.TempDir()
			path := filepath.Join(dir, "a.flat")
			if err := w.Write(path, "key"); err != nil {
				t.Fatal(err)
			}
			f, err := Open(path, "key")
			if err != nil {
				t.Fatal(err)
			}
			if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
				t.Errorf("the directory holds %v, %v", files, err)
			}
			if err := harm(path); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if fault := recover(); fault != nil {
					t.Error(fault)
				}
			}()
			if got := Next[uint64](f.Reader()); !slices.Equal(got, numbers) {
				t.Error("it holds something else")
			}
		})
	}
}

func TestStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.flat")
	var w Writer
	Add(&w, []int32{1, 2, 3})
	if _, err := Open(path, "key"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if err := w.Write(path, "key"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, "other"); !errors.Is(err, ErrStale) {
		t.Errorf("another key: %v", err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) { // each byte counts, and each end
		broken := slices.Clone(whole)
		broken[n] ^= 4
		for name, content := range map[string][]byte{"changed": broken, "cut": whole[:n], "longer": append(slices.Clone(whole), 0)} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path, "key"); !errors.Is(err, ErrStale) {
				t.Fatalf("%s at %d: %v", name, n, err)
			}
		}
	}
}

func TestAddRefusesPointers(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a slice of texts was taken")
		}
	}()
	Add(new(Writer), []struct{ s string }{{"a"}})
}
