package apply

import (
	"strings"

	"gatehouse/fault"
)

// Config is the folder whose files a server applies by itself.
type Config struct {
	// Folder is where files lie that say what the house shall be like (docs/apply.md):
	// they are applied at each start, and when they change. Whoever may write there
	// steers the house. Empty: none is.
	Folder string `setting:"folder"`
	// Name is the name of the set that they are.
	Name string `setting:"name"`
	// Prune lets what was made from these files and is in them no more be removed.
	Prune bool `setting:"prune"`
}

// DefaultConfig applies nothing.
func DefaultConfig() Config { return Config{Name: "folder"} }

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	if !isSetName(c.Name) {
		return []fault.Field{{Name: "name", Problem: "must be between 1 and 64 small letters, digits, -, _ and dots"}}
	}
	return nil
}

func isSetName(name string) bool {
	return name != "" && len(name) <= maxSetName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}
