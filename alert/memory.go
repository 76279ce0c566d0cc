package alert

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// recall sets a.sent to the messages stored in the newest readable file of
// Options.Files. Without such a file a.sent stays as it is. It logs a file that exists
// but cannot be read.
func (a *Alarm) recall() {
	var newest os.FileInfo
	for _, file := range a.Files {
		info, err := os.Stat(file)
		if err == nil && newest != nil && info.ModTime().Before(newest.ModTime()) {
			continue
		}
		sent := map[string]map[string]sent{}
		var data []byte
		if err == nil {
			data, err = os.ReadFile(file)
		}
		if err == nil {
			err = json.Unmarshal(data, &sent)
		}
		switch {
		case err == nil:
			a.sent, newest = sent, info
		case !errors.Is(err, fs.ErrNotExist):
			a.Log.Warn().Err(err).Msg("What was told outside of Matrix could not be read: it may be told again")
		}
	}
}

// remember writes a.sent, the messages already sent, to the first of Options.Files that
// can be written. Without files it does nothing. The error means that there are files
// and none could be written.
func (a *Alarm) remember() error {
	data, err := json.Marshal(a.sent)
	if err != nil {
		return err
	}
	var failed error
	for _, file := range a.Files {
		if err := replaceFile(file, data); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		return nil
	}
	return failed
}

// replaceFile writes data to the named file, which only its owner may read, by way of a
// file with the suffix .part beside it. It replaces the whole file at once, so a crash
// or an error leaves the old contents or the new ones.
func replaceFile(name string, data []byte) error {
	part := name + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}
