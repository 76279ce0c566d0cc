//go:build !linux

package main

// giveBackPages does nothing here and returns nil: only Linux can give back parts of
// the program's file.
func giveBackPages() error { return nil }
