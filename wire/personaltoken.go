package wire

import (
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

// PersonalToken is a token that a person has for their own programs, without what is
// secret of it.
type PersonalToken struct {
	ID          id.ServiceKey `json:"key_id"`
	User        id.User       `json:"user"`
	Name        string        `json:"name"`
	Permissions []string      `json:"permissions"` // what alone it may be used for
	ExpiresAt   time.Time     `json:"expires_at"`
	Created     time.Time     `json:"created"`
	CreatedBy   string        `json:"created_by"`
	Revoked     time.Time     `json:"revoked,omitzero"`
	RevokedBy   string        `json:"revoked_by,omitempty"`
	LastUsed    time.Time     `json:"last_used,omitzero"` // to the minute
}

// NewPersonalToken is one that was just made.
type NewPersonalToken struct {
	PersonalToken
	Key Secret `json:"key"` // nobody sees it again
}

// OfPersonalToken returns the shape of k.
func OfPersonalToken(k access.KeyRecord) PersonalToken {
	w := PersonalToken{
		ID: k.ID, User: k.User, Name: k.Name, Permissions: []string{}, ExpiresAt: k.ExpiresAt.UTC(), Created: k.Created.UTC(), CreatedBy: k.CreatedBy,
		Revoked: k.Revoked.UTC(), RevokedBy: k.RevokedBy, LastUsed: k.Used.UTC(),
	}
	for _, p := range k.Permissions {
		w.Permissions = append(w.Permissions, p.String())
	}
	return w
}
