package testkit

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/attachment"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// SendFile uploads a file of that name and media type and sends it to a room, and
// returns the message's id, or the error of the upload or of the sending. sealed
// encrypts the content, as clients do in encrypted rooms. The manners change the
// message before, for example into a reply.
func (c *Client) SendFile(ctx context.Context, room id.RoomID, name, mediaType string, content []byte, sealed bool, manners ...Manner) (id.EventID, error) {
	m := message(name, manners)
	m.MsgType, m.FileName = event.MsgFile, name
	m.Info = &event.FileInfo{MimeType: mediaType, Size: len(content)}
	upload := bytes.Clone(content)
	if sealed {
		m.File = &event.EncryptedFileInfo{EncryptedFile: *attachment.NewEncryptedFile()}
		m.File.EncryptInPlace(upload)
		mediaType = "application/octet-stream"
	}
	answer, err := c.UploadMedia(ctx, mautrix.ReqUploadMedia{ContentBytes: upload, ContentType: mediaType})
	if err != nil {
		return "", fmt.Errorf("upload a file: %w", err)
	}
	if sealed {
		m.File.URL = answer.ContentURI.CUString()
	} else {
		m.URL = answer.ContentURI.CUString()
	}
	return c.SendEvent(ctx, room, event.EventMessage, m)
}

// ReadFile downloads the file of a message, and decrypts it if its content is
// encrypted. The error is one of the address, the download or the decryption.
func (c *Client) ReadFile(ctx context.Context, evt *event.Event) ([]byte, error) {
	m := evt.Content.AsMessage()
	address := m.URL
	if m.File != nil {
		address = m.File.URL
	}
	uri, err := address.Parse()
	if err != nil {
		return nil, fmt.Errorf("read a file's address: %w", err)
	}
	answer, err := c.Download(ctx, uri)
	if err != nil {
		return nil, fmt.Errorf("download a file: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err == nil && m.File != nil {
		err = m.File.DecryptInPlace(content)
	}
	return content, err
}
