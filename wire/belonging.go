package wire

import (
	"time"

	"gatehouse/access"
)

// Belonging is a group or an organisation in which somebody is, was or will be, by one way.
type Belonging struct {
	In        Subject   `json:"in"`     // a group or an organisation
	Direct    bool      `json:"direct"` // they are in it themselves
	Path      []Subject `json:"path"`   // the groups on the way there
	NotBefore time.Time `json:"not_before,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Reason    string    `json:"reason,omitempty"` // of the last step
	Since     time.Time `json:"since"`            // when the last of the steps came to be there, or begins to count
}

// OfBelonging returns the shape of b.
func OfBelonging(b access.Belonging) Belonging {
	w := Belonging{
		In: OfSubject(b.Of), Direct: len(b.Path) == 0, Path: []Subject{}, NotBefore: b.When.NotBefore.UTC(), ExpiresAt: b.When.ExpiresAt.UTC(),
		Reason: b.Reason, Since: b.Since.UTC(),
	}
	for _, g := range b.Path {
		w.Path = append(w.Path, OfSubject(g))
	}
	return w
}
