package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// leftovers begin the names of what back-ups and restores write on the way: each
// may be a whole copy of the database.
var leftovers = []string{".gatehouse-backup-", ".gatehouse-dump-", ".gatehouse-restore-"}

// leftoverAge is longer than any back-up or restore takes.
const leftoverAge = 24 * time.Hour

// removeLeftovers removes from a folder what back-ups and restores that were killed
// have left there long before now.
func removeLeftovers(folder string, now time.Time) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isLeftover(e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().After(now.Add(-leftoverAge)) {
			continue
		}
		if err := errors.Join(err, os.RemoveAll(filepath.Join(folder, e.Name()))); err != nil {
			return err
		}
	}
	return nil
}

func isLeftover(name string) bool {
	for _, begin := range leftovers {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return false
}
