package wire

import (
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// Consent is what a person has allowed an application.
type Consent struct {
	User    id.User   `json:"user"`
	Client  id.Client `json:"client_id"`
	Scope   string    `json:"scope"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// OfConsent returns the shape of c.
func OfConsent(c oauth.Consent) Consent {
	return Consent{c.User, c.Client, strings.Join(c.Scopes, " "), c.Created.UTC(), c.Updated.UTC()}
}
