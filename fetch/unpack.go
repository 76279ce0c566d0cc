package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

var (
	gzipMagic = []byte{0x1f, 0x8b, 0x08}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// checkEncoding refuses compressions that this package cannot undo. The transport undoes the gzip that it asked for, and removes its header;
// whether bytes that came with another header are gzip is seen by the bytes.
// Servers also name character sets here, and that there is nothing to undo.
func checkEncoding(header string) error {
	for encoding := range strings.SplitSeq(strings.ToLower(header), ",") {
		switch encoding = strings.TrimSpace(encoding); encoding {
		case "", "identity", "none", "binary", "7bit", "8bit", "gzip", "x-gzip":
			continue
		}
		if known, _ := charset.Lookup(encoding); known == nil {
			return fmt.Errorf("%w: %q", ErrEncoding, encoding)
		}
	}
	return nil
}

// unpack returns source, unpacked if it is gzip, whatever was said of it.
func unpack(source io.ReadCloser) (io.ReadCloser, error) {
	buffered := bufio.NewReader(source)
	magic, _ := buffered.Peek(4) // an error comes again with what is read
	switch {
	case bytes.HasPrefix(magic, zstdMagic):
		return nil, fmt.Errorf("%w: %q", ErrEncoding, "zstd")
	case !bytes.HasPrefix(magic, gzipMagic):
		return readCloser{buffered, source}, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return readCloser{z, source}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}
