package worker

import (
	"os"
	"strconv"
	"syscall"
)

// workDir is a directory that stays.
const workDir = "/"

// executable is this very program, also after another one took its place on the disk.
func executable() (string, error) {
	const self = "/proc/self/exe"
	_, err := os.Stat(self)
	return self, err
}

// attributes keep the signals of a terminal from the child, and end it with its
// parent even if it does not read its pipe.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// keepFilesFromChildren closes to children what this process itself was handed
// by its parent; what it opens is closed to them anyway.
func keepFilesFromChildren() {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// lower gives the process the lowest priority, a name of its own, the first
// place when memory runs out, and no core dumps, which would hold passwords.
func lower() {
	lowerPriority()
	_ = os.WriteFile("/proc/self/comm", []byte("gatehouse-hash"), 0)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	// Also for a core_pattern that is a pipe, and against who reads /proc/PID/mem.
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}
