package clock

import "golang.org/x/sys/unix"

// monotonic reads the kernel's monotonic clock, which all processes of a
// machine share. The time package keeps its own reading private to a process.
func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		// The call fails only for an unknown clock id or a bad pointer.
		panic("clock: read CLOCK_MONOTONIC: " + err.Error())
	}
	return ts.Nano()
}
