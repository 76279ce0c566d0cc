package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/attachment"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// mediaOf returns the address of the content of a message's file, with the keys if the
// content is encrypted. The result is zero if the message gives no address or one that
// is longer than maxAddress, or if the address or the keys are in a form that the bot
// does not know.
func mediaOf(content *event.MessageEventContent) chat.Media {
	if content.File == nil {
		return mediaAt(content.URL, "")
	}
	keys := content.File.EncryptedFile
	if keys.PrepareForDecryption() != nil {
		return chat.Media{}
	}
	encoded, err := json.Marshal(content.File.EncryptedFile)
	if err != nil {
		return chat.Media{}
	}
	return mediaAt(content.File.URL, string(encoded))
}

// maxAddress limits the length of a file's address, in bytes.
const maxAddress = 500

func mediaAt(url id.ContentURIString, keys string) chat.Media {
	if uri, err := url.Parse(); err != nil || uri.IsEmpty() || len(url) > maxAddress {
		return chat.Media{}
	}
	return chat.Media{Address: string(url), Keys: keys}
}

// Prepare makes the file of the post p ready for the post's room, and returns where its
// content lies; it serves as queue.Config.Prepare. In an unencrypted room the result is
// the file's own address, since several events may share it. For an encrypted room,
// Prepare makes a copy with new keys: it downloads, decrypts, encrypts and uploads the
// content as a stream, so that memory holds little of it. The error is *queue.Refused
// if the file can never be copied, for example if either the file or the room is
// encrypted, but not both; its text holds no address and no name. After any other
// error, a later call may succeed.
func (c *Client) Prepare(ctx context.Context, p chat.Post) (chat.Media, error) {
	room := id.RoomID(p.Room)
	if err := c.askEncryption(ctx, room); err != nil {
		return chat.Media{}, prepareError(err)
	}
	encrypted, _ := c.rooms.encrypted(room)
	if encrypted != (p.File.Media.Keys != "") {
		return chat.Media{}, refusedFile("the file is not protected as its new room is", nil)
	}
	if !encrypted {
		return p.File.Media, nil
	}
	return c.copyEncrypted(ctx, p.File)
}

// fileError is an error about a file. Its text holds what failed and the HTTP status,
// and leaves out the cause, which holds the file's address.
type fileError struct {
	what  string
	cause error
}

func (e *fileError) Error() string {
	if he, ok := errors.AsType[mautrix.HTTPError](e.cause); ok && he.Response != nil {
		return fmt.Sprintf("%s: status %d", e.what, he.Response.StatusCode)
	}
	return e.what
}

func (e *fileError) Unwrap() error { return e.cause }

func refusedFile(what string, cause error) error {
	return &queue.Refused{Cause: &fileError{what, cause}}
}

// transferError turns err, the error of a download or upload, into one of the queue's
// errors: *queue.Refused if the homeserver will refuse the same request again,
// otherwise *queue.NotNow, which delays only the lane of the post. what names the
// request in the error's text.
func transferError(what string, err error) error {
	known, status := answered(err)
	gone := known != nil && !mayPass(err) && status != http.StatusGatewayTimeout
	if gone || isStatus(err, http.StatusRequestEntityTooLarge) {
		return refusedFile(what, err)
	}
	notNow := &queue.NotNow{Lane: true, Cause: &fileError{what, err}}
	if isStatus(err, http.StatusTooManyRequests) {
		notNow.After = retryAfter(err)
	}
	return notNow
}

// copyEncrypted downloads the encrypted file f and uploads, as a stream, a copy that is
// encrypted with new keys. It returns the copy's address and keys. Its requests respect
// the limit config.Pace. The error is *queue.Refused if the address or the keys cannot
// be parsed, if the content is longer than f.Size or does not have the stated hash, or
// if the homeserver refuses a request for good. Otherwise it is *queue.NotNow or that
// of ctx.
func (c *Client) copyEncrypted(ctx context.Context, f *chat.File) (chat.Media, error) {
	uri, err := id.ContentURIString(f.Media.Address).Parse()
	if err != nil {
		return chat.Media{}, refusedFile("the file's address cannot be read", nil)
	}
	var from attachment.EncryptedFile
	if err := json.Unmarshal([]byte(f.Media.Keys), &from); err != nil || from.PrepareForDecryption() != nil {
		return chat.Media{}, refusedFile("the file's keys cannot be read", nil)
	}
	if err := c.config.Pace.WaitN(ctx, 1); err != nil {
		return chat.Media{}, err
	}
	download, err := c.mx.Download(ctx, uri)
	if err != nil {
		return chat.Media{}, transferError("download a file", err)
	}
	defer func() { _ = download.Body.Close() }()
	length := download.ContentLength
	switch {
	case length > f.Size: // the relay compared f.Size with its bound
		return chat.Media{}, refusedFile("the file is larger than its message says", nil)
	case length < 0: // the homeserver does not say; a wrong size ends in a wrong hash
		length = f.Size
	}
	clear := from.DecryptStream(io.LimitReader(download.Body, length))
	to := attachment.NewEncryptedFile()
	sealed := to.EncryptStream(clear)
	if err := c.config.Pace.WaitN(ctx, 1); err != nil {
		return chat.Media{}, err
	}
	answer, err := c.mx.UploadMedia(ctx, mautrix.ReqUploadMedia{
		Content: unclosed{sealed}, ContentLength: length, ContentType: "application/octet-stream",
	})
	if err != nil {
		return chat.Media{}, transferError("upload a file", err)
	}
	// The hash is known once everything was read; nothing names the upload before.
	if err := sealed.Close(); err != nil {
		return chat.Media{}, refusedFile("the file is not what its message says", err)
	}
	keys, err := json.Marshal(to)
	if err != nil {
		return chat.Media{}, err
	}
	return chat.Media{Address: answer.ContentURI.String(), Keys: string(keys)}, nil
}

// unclosed wraps a reader and hides its method Close: the HTTP client would otherwise
// close the reader after a request.
type unclosed struct{ io.Reader }

// attached returns the content of the Matrix event for a post that sends the file
// p.File. The event points to p.Copy, the content that Prepare returned for the room,
// and to the post's thread or the message that it answers. A copy without keys is not
// encrypted. The error is *queue.Refused if the keys of p.Copy cannot be parsed.
func attached(p chat.Post) (*event.MessageEventContent, error) {
	content := &event.MessageEventContent{
		MsgType: event.MessageType("m." + p.File.Shown), Body: p.File.Name, FileName: p.File.Name,
		Info:     &event.FileInfo{MimeType: p.File.Type, Size: int(p.File.Size)},
		Mentions: &event.Mentions{},
	}
	if p.Copy.Keys == "" {
		content.URL = id.ContentURIString(p.Copy.Address)
	} else {
		content.File = &event.EncryptedFileInfo{URL: id.ContentURIString(p.Copy.Address)}
		if err := json.Unmarshal([]byte(p.Copy.Keys), &content.File.EncryptedFile); err != nil {
			return nil, refusedFile("the file's new keys cannot be read", nil)
		}
	}
	relate(content, p)
	return content, nil
}
