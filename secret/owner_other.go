//go:build !unix

package secret

import "io/fs"

// ofRoot reports whether root owns the file; there is none here.
func ofRoot(fs.FileInfo) bool { return false }
