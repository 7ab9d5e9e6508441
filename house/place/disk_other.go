//go:build !linux && !darwin

package place

import "errors"

// FreeSpace is not known on this system.
func FreeSpace(string) (uint64, error) { return 0, errors.New("not on this system") }
