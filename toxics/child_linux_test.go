package toxics_test

import "syscall"

// childAttributes ties a child to the thread that forked it: a test that is cut
// off leaves no process that is frozen.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
