package wire

import (
	"encoding/json"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// ClientState is a client with what it did of late.
type ClientState struct {
	Client
	Kind oauth.Kind `json:"kind" enum:"web,browser,native,machine"`
	// LastUsed is when somebody last signed in to it, or it last got tokens; some seconds of
	// that may be missing.
	LastUsed time.Time `json:"last_used,omitzero"`
	SignIns  int64     `json:"sign_ins_30_days"`
}

// OfClientUse returns the shape of c with what is remembered of it.
func OfClientUse(c oauth.Client, u oauth.UseSum) ClientState {
	s := ClientState{Client: OfClient(c), Kind: c.Kind(), SignIns: u.SignIns}
	if !u.Last.IsZero() {
		s.LastUsed = u.Last.UTC()
	}
	return s
}

// ClientRefusal is a request of an application that was refused, as often as it came alike.
type ClientRefusal struct {
	Code     string    `json:"code"` // of the page, or of the protocol
	Says     string    `json:"says"`
	Received string    `json:"received,omitempty"` // the redirect URI that came, without its query and fragment; a stranger may have written it
	Partial  bool      `json:"partial,omitempty"`  // it had a query or a fragment, or was no URI
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Times    int64     `json:"times"`
}

// OfClientRefusal returns the shape of r.
func OfClientRefusal(r oauth.ClientRefusal) ClientRefusal {
	return ClientRefusal{r.Code, r.Says, r.Received, r.Partial, r.First.UTC(), r.Last.UTC(), r.Times}
}

// TokenPreview is what tokens of an application would say of somebody. It is no token: nothing
// of it is signed, and what each token has of its own is not in it.
type TokenPreview struct {
	Client       id.Client       `json:"client_id"`
	User         id.User         `json:"user,omitempty"` // absent: the application gets a token for itself
	Scope        string          `json:"scope"`
	AccessClaims json.RawMessage `json:"access_claims,omitempty"` // of the access token
	IDClaims     json.RawMessage `json:"id_claims,omitempty"`     // of the ID token
	Userinfo     json.RawMessage `json:"userinfo,omitempty"`
	Refused      *TokenRefusal   `json:"refused,omitempty"` // why there would be no token
	Missing      []Absence       `json:"missing"`
	Own          []string        `json:"own"` // the claims that each token has of its own
}

// TokenRefusal is a refusal of the protocol.
type TokenRefusal struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// Absence is a claim or a scope that is not there, and why.
type Absence struct {
	Name string    `json:"name"`
	Why  oauth.Why `json:"why" enum:"not_registered,not_held,no_openid,userinfo_only,unknown,source,too_large"`
}

// OfPreview returns the shape of p.
func OfPreview(client id.Client, user id.User, p oauth.Preview) TokenPreview {
	w := TokenPreview{
		Client: client, User: user, Scope: strings.Join(p.Scopes, " "), AccessClaims: p.AccessToken, IDClaims: p.IDToken, Userinfo: p.Userinfo,
		Missing: make([]Absence, len(p.Missing)), Own: oauth.Own,
	}
	if p.Refused != nil {
		w.Refused = &TokenRefusal{p.Refused.Code, p.Refused.Description}
	}
	for i, one := range p.Missing {
		w.Missing[i] = Absence(one)
	}
	return w
}
