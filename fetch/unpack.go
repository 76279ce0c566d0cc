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

// checkEncoding returns an error that wraps ErrEncoding if header, a Content-Encoding,
// names a compression that this package cannot undo; otherwise nil. The transport
// undoes the gzip that it asked for and removes the header; unpack recognises other
// gzip by its bytes. Servers also put character sets into this header, or words for no
// compression.
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

// unpack returns a reader of source, decompressed if its bytes are gzip, whatever the
// headers say. Closing it closes source. The error wraps ErrEncoding for zstd, or is
// that of a broken gzip header.
func unpack(source io.ReadCloser) (io.ReadCloser, error) {
	buffered := bufio.NewReader(source)
	magic, _ := buffered.Peek(4) // the next read returns the same error
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
