package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// getFile opens the file at location, a path or a file URL. The response's ETag
// consists of the file's size and modification time; if it equals since, the response
// is NotModified and has no body. The error is ErrNotFile for a directory, a pipe or a
// device, or the system's.
func (g *Getter) getFile(ctx context.Context, location string, since Validators) (*Response, error) {
	path, err := filePath(location)
	if err != nil {
		return nil, err
	}
	// Opening a pipe would block until a writer comes.
	info, err := os.Stat(path)
	if err != nil {
		return nil, bare(err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotFile
	}
	answer := &Response{
		Body:       http.NoBody,
		Validators: Validators{ETag: fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())},
		Modified:   info.ModTime(),
	}
	if answer.Validators == since {
		answer.NotModified = true
		return answer, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	answer.Body, answer.Page, err = newBody(ctx, func() {}, f, g.maxBytes, "")
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return answer, nil
}

// filePath returns the path in a location, which is a path or a file URL. The error
// wraps ErrNotFile for the URL of a file on another machine; a malformed URL is an
// error too.
func filePath(location string) (string, error) {
	if !strings.Contains(location, "://") {
		return location, nil
	}
	u, err := url.Parse(location)
	if err != nil {
		return "", bare(err)
	}
	if u.Host != "" && u.Host != "localhost" {
		return "", fmt.Errorf("%w of this machine: a file URL begins with file:///", ErrNotFile)
	}
	return u.Path, nil
}
