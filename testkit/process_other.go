//go:build !linux

package testkit

import "syscall"

// endWithParent returns nil, no attributes for a child process: only the version for
// Linux ends a child when its parent is killed; here the child may live on.
func endWithParent() *syscall.SysProcAttr { return nil }
