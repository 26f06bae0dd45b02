//go:build !windows

package main

import "io/fs"

const terminal = "/dev/tty"

// othersRead says whether others than the owner may read a file.
func othersRead(mode fs.FileMode) bool { return mode.Perm()&0o077 != 0 && mode.IsRegular() }
