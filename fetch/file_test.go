package fetch

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestGetReadsFilesAsURLs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "données #1.json")
	modified := time.Date(2026, 9, 3, 10, 0, 0, 0, time.UTC)
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write("[1]", modified)
	g := newGetter(t, Options{})
	for _, location := range []string{
		path,
		(&url.URL{Scheme: "file", Path: path}).String(),
		(&url.URL{Scheme: "FILE", Host: "localhost", Path: path}).String(),
	} {
		resp, err := g.Get(t.Context(), location, Validators{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil || string(text) != "[1]" || resp.Body.Close() != nil || !resp.Modified.Equal(modified) {
			t.Errorf("%s: %q, %+v, %v", location, text, resp, err)
		}
	}
	first, err := g.Get(t.Context(), path, Validators{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Body.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text        string
		at          time.Time
		notModified bool
	}{
		{"[1]", modified, true},
		{"[2]", modified.Add(time.Nanosecond), false},
		{"[12]", modified, false},
	} {
		write(c.text, c.at)
		again, err := g.Get(t.Context(), path, first.Validators)
		if err != nil || again.NotModified != c.notModified {
			t.Fatalf("%+v: %+v, %v", c, again, err)
		}
		if err := again.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestGetNamesWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		location string
		want     error
	}{
		"absent":          {filepath.Join(dir, "absent"), fs.ErrNotExist},
		"directory":       {dir, ErrNotFile},
		"pipe":            {pipe, ErrNotFile},
		"page":            {write("page", "<html>"), ErrHTML},
		"large":           {write("large", strings.Repeat("a", 2000)), ErrTooLarge},
		"another machine": {"file://elsewhere/etc/hostname", ErrNotFile},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t.Context(), newGetter(t, Options{MaxBytes: 1000}), c.location)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got := strings.Count(err.Error(), c.location); got > 1 {
				t.Errorf("%q names the file %d times", err, got)
			}
		})
	}
}
