//go:build !linux

package vault

import "os"

// renameNew renames and fails if the target exists.
func renameNew(from, to string) error { return checkedRename(from, to) }

// startWriteback has no portable form; the sync does all the work.
func startWriteback(*os.File, int64, int64) {}
