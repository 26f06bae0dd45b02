package store

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func sinceBoot() (string, time.Duration) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &ts); err != nil {
		return "unknown", 0
	}
	tv, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return "unknown", time.Duration(ts.Nano())
	}
	return strconv.FormatInt(tv.Sec, 36), time.Duration(ts.Nano())
}
