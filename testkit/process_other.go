//go:build !linux

package testkit

import "syscall"

// endWithParent has no equivalent outside Linux: there a child may outlive a
// parent that is killed.
func endWithParent() *syscall.SysProcAttr { return nil }
