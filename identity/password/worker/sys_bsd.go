//go:build unix && !linux

package worker

import (
	"os"
	"syscall"
)

// workDir is a directory that stays.
const workDir = "/"

func executable() (string, error) { return os.Executable() }

// attributes keep the signals of a terminal from the child.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// keepFilesFromChildren does nothing: what Go opens is closed to children.
func keepFilesFromChildren() {}

// lower gives the process the lowest priority and no core dumps, which would
// hold passwords.
func lower() {
	lowerPriority()
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
