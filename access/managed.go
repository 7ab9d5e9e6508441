package access

import "time"

// Managed says that a set of files manages something. What has the name and was made
// at another time is another thing, which nobody manages. It is package apply's, and lies
// here for the store, which keeps it and does not know that package.
type Managed struct {
	Kind string
	Name string
	Made time.Time
	Set  string
}
