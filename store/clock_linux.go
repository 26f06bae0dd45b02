package store

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func sinceBoot() (string, time.Duration) {
	boot := "unknown"
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		boot = strings.ToLower(strings.TrimSpace(string(id)))
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return boot, 0
	}
	return boot, time.Duration(ts.Nano())
}
