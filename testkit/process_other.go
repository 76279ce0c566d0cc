//go:build !linux

package testkit

import "syscall"

// endWithParent returns nil, no attributes for a child process: systems other than
// Linux cannot end a child when its parent is killed, so the child may live on.
func endWithParent() *syscall.SysProcAttr { return nil }
