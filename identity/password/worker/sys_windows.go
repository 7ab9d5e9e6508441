package worker

import (
	"os"
	"syscall"
)

// The directory of the parent will do.
const workDir = ""

// Flags of CreateProcess: the lowest priority, and no Ctrl-C from the console.
const (
	idlePriorityClass     = 0x40
	createNewProcessGroup = 0x200
)

func executable() (string, error) { return os.Executable() }

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: idlePriorityClass | createNewProcessGroup, HideWindow: true}
}

// keepFilesFromChildren does nothing: what Go opens is closed to children.
func keepFilesFromChildren() {}

// lower does nothing: the parent chose the priority.
func lower() {}
