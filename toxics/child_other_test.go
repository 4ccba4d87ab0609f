//go:build !linux

package toxics_test

import "syscall"

// childAttributes has nothing to say: only Linux can tie a child to its parent.
func childAttributes() *syscall.SysProcAttr { return nil }
