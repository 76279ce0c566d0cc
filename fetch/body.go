package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// newBody returns l's bytes unless the first of them show a web page. On an
// error l stays open.
func newBody(l *limited, contentType string) (io.ReadCloser, error) {
	buffered := bufio.NewReader(l)
	head, err := buffered.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if isHTML(head, contentType) {
		return nil, ErrHTML
	}
	return struct {
		io.Reader
		io.Closer
	}{buffered, l}, nil
}

// isHTML looks at the bytes, since the Content-Type of data is often wrong.
// XML with a comment first looks like HTML; there the Content-Type decides.
func isHTML(head []byte, contentType string) bool {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	return strings.HasPrefix(http.DetectContentType(head), "text/html") && !strings.Contains(contentType, "xml")
}

// limited reads at most max bytes from source; one more is ErrTooLarge. Once
// ctx is done, its reason is the error.
type limited struct {
	ctx    context.Context
	cancel context.CancelFunc // called by Close
	source io.ReadCloser
	max    int64
	read   int64
}

func (l *limited) Read(p []byte) (int, error) {
	// The byte beyond the limit tells a body that just fits from one that does not.
	if room := l.max + 1 - l.read; int64(len(p)) > room {
		p = p[:room]
	}
	n, err := l.source.Read(p)
	l.read += int64(n)
	switch {
	case l.read > l.max:
		return 0, fmt.Errorf("%w: more than %s", ErrTooLarge, size(l.max))
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	case l.ctx.Err() == nil && errors.Is(err, io.ErrUnexpectedEOF):
		return n, fmt.Errorf("the answer was cut off: %w", err)
	}
	return n, reason(l.ctx, err)
}

func (l *limited) Close() error {
	defer l.cancel()
	return l.source.Close()
}

func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
