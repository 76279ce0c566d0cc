//go:build !goolm || !sqlite_fts5

package main

import _ "embed"

// No such file exists: a build without the tags fails here, before it compiles
// anything, with this sentence as its message.
//
//go:embed "run make build, or give go the option -tags goolm,sqlite_fts5"
var _ string
