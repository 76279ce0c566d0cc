//go:build !goolm || !sqlite_fts5

package main

import _ "embed"

// There is no such file: a build without the tags stops here, before anything
// is compiled, with this sentence as its message.
//
//go:embed "run make build, or give go the option -tags goolm,sqlite_fts5"
var _ string
