package access

import "time"

// Managed says that a set of files manages something. What has the name and was made
// at another time is another thing, which nobody manages.
type Managed struct {
	Kind string
	Name string
	Made time.Time
	Set  string
}
