package wire

import (
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// RefreshFamily is what an application holds of a person: the refresh tokens of one
// sign-in, of which one is good at a time.
type RefreshFamily struct {
	ID            id.Family        `json:"id"`
	Authorization id.Authorization `json:"authorization"` // what the audit log calls it
	User          id.User          `json:"user"`
	Client        id.Client        `json:"client_id"`
	Session       id.Session       `json:"session"` // the browser session of which it came, which may be over
	Scope         string           `json:"scope"`
	Audiences     []string         `json:"audiences"`
	ACR           string           `json:"acr"`
	AMR           []string         `json:"amr"`
	AuthTime      time.Time        `json:"auth_time"`
	Rotates       bool             `json:"rotates"` // each use brings the next token
	Created       time.Time        `json:"created"`
	Used          time.Time        `json:"used"` // when its present token was made
	IdleExpires   time.Time        `json:"idle_expires"`
	Expires       time.Time        `json:"expires"`
}

// OfFamily returns the shape of f.
func OfFamily(f oauth.FamilyState) RefreshFamily {
	return RefreshFamily{
		ID: f.ID, Authorization: f.Authorization.ID, User: f.Authorization.User, Client: f.Client, Session: f.Session,
		Scope: strings.Join(f.Scopes, " "), Audiences: list(f.Audiences), ACR: f.Level.String(), AMR: list(f.AMR), AuthTime: f.AuthTime.UTC(),
		Rotates: !f.Static, Created: f.Created.UTC(), Used: f.RotatedAt.UTC(), IdleExpires: f.IdleExpires.UTC(), Expires: f.Expires.UTC(),
	}
}
