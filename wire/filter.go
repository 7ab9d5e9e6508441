package wire

import (
	"time"

	"gatehouse/id"
	"gatehouse/saved"
)

// SavedFilter is a filter of a list that somebody keeps for themselves.
type SavedFilter struct {
	ID      id.Filter         `json:"id"`
	List    string            `json:"list"`
	Name    string            `json:"name"`
	Query   map[string]string `json:"query"` // the parameters of the list in the console that are set, with their values
	Created time.Time         `json:"created"`
}

// OfFilter returns the shape of f.
func OfFilter(f saved.Filter) SavedFilter {
	return SavedFilter{f.ID, f.List, f.Name, f.Query, f.Created.UTC()}
}
