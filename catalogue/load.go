package catalogue

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"time"

	"heraut/fetch"
)

// Load reads the catalogue at location, once, or at its V1Address when location fails;
// the error is that of location when both fail. The time says when the data were
// current: the modification time of a file, or now for a URL.
func Load(ctx context.Context, getter *fetch.Getter, location string) (File, time.Time, error) {
	var first error
	for _, location := range locations(location) {
		file, at, err := loadFrom(ctx, getter, location)
		if err == nil {
			return file, at, nil
		}
		if first == nil {
			first = err
		}
	}
	return File{}, time.Time{}, first
}

func loadFrom(ctx context.Context, getter *fetch.Getter, location string) (File, time.Time, error) {
	resp, err := getter.Get(ctx, location, fetch.Validators{})
	if err != nil {
		return File{}, time.Time{}, err
	}
	defer resp.Body.Close()
	file, err := Read(Text(resp.Body, resp.ContentType))
	if err != nil {
		return File{}, time.Time{}, fmt.Errorf("%s: %w", fetch.Redacted(location), err)
	}
	if resp.Modified.IsZero() {
		return file, time.Now(), nil
	}
	return file, resp.Modified, nil
}

// readAndPack reads a catalogue, and returns its content together with the gzipped
// bytes, to be stored. The error is that of Read or of the compression.
func readAndPack(r io.Reader) (File, []byte, error) {
	var packed bytes.Buffer
	// The best compression would take a fifth of the time to read a large catalogue.
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return File{}, nil, err
	}
	file, err := Read(io.TeeReader(r, z))
	if err == nil {
		err = z.Close()
	}
	return file, packed.Bytes(), err
}

// unpack reads a catalogue from the bytes that readAndPack returned. The error says
// that they are damaged or no longer readable.
func unpack(packed []byte) (File, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return File{}, err
	}
	return Read(z)
}
