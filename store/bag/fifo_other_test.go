//go:build !unix

package bag

import "errors"

func mkfifo(string) error { return errors.ErrUnsupported }
