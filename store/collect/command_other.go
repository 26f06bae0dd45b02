//go:build !unix

package collect

import (
	"os"
	"os/exec"
)

// ownGroup has no form here: cancelling ends the command alone.
func ownGroup(*exec.Cmd) {}

func signalOf(*os.ProcessState) string { return "" }
