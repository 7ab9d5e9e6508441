package check

import (
	"fmt"
	"os"

	"gatehouse/config"
	"gatehouse/config/manifest"
)

// folder looks at the files that a server applies by itself: whether they can be read,
// and who may change them. What they would change the house knows.
func folder(c config.Config) []Finding {
	path := c.Apply.Folder
	if path == "" {
		return nil
	}
	var found []Finding
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o022 != 0 {
		found = append(found, Finding{
			"apply.folder", Warning, fmt.Sprintf("others may change what is in %s (mode %04o), and steer this Gatehouse by that", path, info.Mode().Perm()),
			fmt.Sprintf("chmod go-w %s", path),
		})
	}
	files, err := manifest.Load(path, nil)
	if err == nil {
		_, err = manifest.Read(files)
	}
	if err != nil {
		found = append(found, Finding{
			"apply.folder", Problem, "the files in " + path + " cannot be read, and what was there stays: " + err.Error(), "gatehouse apply --plan -f " + path,
		})
	}
	return found
}
