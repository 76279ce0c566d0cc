//go:build !linux

package testkit

import "syscall"

// endWithParent has no equivalent outside Linux: there a child may outlive a killed
// parent.
func endWithParent() *syscall.SysProcAttr { return nil }
