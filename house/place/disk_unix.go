//go:build linux || darwin

package place

import "syscall"

// FreeSpace returns how many bytes of the disk at dir others than root may fill.
func FreeSpace(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
