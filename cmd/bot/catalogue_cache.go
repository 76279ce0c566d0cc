package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/flat"
	"heraut/search"
)

// catalogueCache stores catalogues in a directory that may be deleted at any time. For
// a catalogue that a room searches alone, it also stores the search index. It
// implements catalogue.Cache.
type catalogueCache struct {
	dir string
	// indexed is true for catalogues whose index is stored too.
	indexed bool
	log     zerolog.Logger
}

// newCatalogueCache returns the cache of the catalogues in the configuration, in the
// directory cache of the bot's state, which it makes if necessary. It deletes all files
// there except those of configured catalogues. A directory that cannot be made is only
// logged: the cache then stores nothing.
func newCatalogueCache(config *Config, log zerolog.Logger) catalogueCache {
	c := catalogueCache{dir: filepath.Join(config.State, "cache"), indexed: true, log: log}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		log.Warn().Err(err).Msg("Catalogues cannot be stored ready for use: starts take longer")
	}
	keep := map[string]bool{}
	for _, name := range storedCatalogues(config) {
		keep[filepath.Base(c.path(name))] = true
	}
	files, _ := os.ReadDir(c.dir) // without the directory there is nothing to delete
	for _, f := range files {
		if !keep[f.Name()] {
			_ = os.Remove(filepath.Join(c.dir, f.Name()))
		}
	}
	return c
}

// withoutIndex returns a copy of the cache c, on the same directory, that stores
// catalogues without their index. It serves for catalogues that people only search
// together with others. c does not change.
func (c catalogueCache) withoutIndex() catalogueCache {
	c.indexed = false
	return c
}

func (c catalogueCache) path(name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:16])+".flat")
}

// Load returns the stored catalogue of that name and version, with its index if the
// cache stores indexes; asOf becomes the date of the catalogue. It returns nil if none
// is stored, if the stored one has another version, comes from another build of the
// program or is damaged, or if the file cannot be read; it logs only the last.
func (c catalogueCache) Load(name, version string, asOf time.Time) *catalogue.Catalogue {
	f, err := flat.Open(c.path(name), c.key(name, version))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, flat.ErrStale):
		return nil
	case err != nil:
		c.log.Warn().Err(err).Msg("A catalogue stored ready for use cannot be read: it is made again")
		return nil
	}
	r := f.Reader()
	stored, err := catalogue.Stored(f, r, asOf)
	if err != nil {
		return nil // only another program writes that, under another key
	}
	if c.indexed {
		search.UseStored(stored, f, r)
	}
	return stored
}

// Save writes the catalogue made to a file, in place of earlier versions of the
// catalogue of that name. It returns the catalogue as loaded from that file, which
// takes less memory than made. If writing fails, which it logs, or loading fails, it
// returns made itself.
func (c catalogueCache) Save(name, version string, made *catalogue.Catalogue) *catalogue.Catalogue {
	var w flat.Writer
	err := made.Store(&w)
	if err == nil {
		if c.indexed {
			search.Store(made, &w)
		}
		err = w.Write(c.path(name), c.key(name, version))
	}
	if err != nil {
		c.log.Warn().Err(err).Msg("A catalogue cannot be stored ready for use: the next start takes longer")
		return made
	}
	if stored := c.Load(name, version, made.AsOf()); stored != nil {
		return stored
	}
	return made
}

// key returns the text by which Load recognises that a stored file is current. It
// consists of the catalogue's name and version, whether the index is stored too, and
// the build of the program: another build may index entries in another way.
func (c catalogueCache) key(name, version string) string {
	return strings.Join([]string{name, version, map[bool]string{true: "indexed"}[c.indexed], programKey()}, "\n")
}

// programKey returns a text that differs between builds of the program. It is computed
// at the first call.
var programKey = sync.OnceValue(func() string {
	key := release()
	if info, ok := debug.ReadBuildInfo(); ok {
		key += info.String()
	}
	// Builds of a changed tree have the same version, but another size or time.
	if path, err := os.Executable(); err == nil {
		if file, err := os.Stat(path); err == nil {
			key += file.ModTime().UTC().String() + " " + strconv.FormatInt(file.Size(), 10)
		}
	}
	return key
})
