package fetch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// headSize is how many bytes are searched for the first element of a web page, which
// may follow a long comment.
const headSize = 16 << 10

// newBody returns a reader of the decompressed bytes of source, which fails with
// ErrTooLarge after max bytes, and with the cause of ctx once ctx has ended. Closing it
// closes source and calls cancel. page reports whether the bytes begin like a web page;
// contentType is the HTTP header of that name. On an error, source stays open and
// cancel uncalled.
func newBody(ctx context.Context, cancel context.CancelFunc, source io.ReadCloser, max int64, contentType string) (body io.ReadCloser, page bool, err error) {
	unpacked, err := unpack(source)
	if err != nil {
		return nil, false, reason(ctx, err)
	}
	l := &limited{ctx: ctx, cancel: cancel, source: unpacked, max: max}
	buffered := bufio.NewReaderSize(l, headSize)
	head, err := buffered.Peek(512)
	if err == nil && startsLikeMarkup(head) {
		head, err = buffered.Peek(headSize)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	return readCloser{buffered, l}, isPage(head, contentType), nil
}

// limited is a reader of at most max bytes of source: one more byte makes Read fail
// with ErrTooLarge. If source fails after ctx has ended, the error is the cause of ctx.
// Close closes source and calls cancel.
type limited struct {
	ctx    context.Context
	cancel context.CancelFunc // called by Close
	source io.ReadCloser
	max    int64
	read   int64
}

func (l *limited) Read(p []byte) (int, error) {
	// The byte beyond the limit distinguishes a body that just fits from one that does
	// not.
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
