package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"

	"gatehouse.example/verify/filter"
)

// Claims is what an access token says. It is shared by all who use the same
// token: do not change it.
type Claims struct {
	Subject  string // the person's id, or the client's own if it speaks for nobody
	ClientID string // the application that got the token
	ID       string // jti: names the token in logs
	Issued   time.Time
	Expires  time.Time

	Scopes        []string
	Session       string    // sid: the browser session; empty for programs
	Authorization string    // azn: what the person allowed the client
	Level         string    // acr: how strongly the person was proved, "aal2"
	Methods       []string  // amr
	AuthTime      time.Time // when; zero if nobody signed in
	PolicyVersion int64     // pv: the policy that the rights below are of

	Roles          []string
	Permissions    []string // held everywhere, by their whole ids
	PermissionsOwn []string // held for what is the subject's own
	// PermissionsFiltered are held, in an assertion of the gate, for what Filter lets through.
	PermissionsFiltered []string
	Filter              filter.Filter

	// Kind and Org are in assertions of the gate only. There the permissions are what it
	// decided for this one request, and, where Org is not empty, within that organisation.
	Kind string // of the subject: user, service or client; gate: see OfGate
	Org  string

	audience []string
	api      string
	kid      string
	payload  []byte
}

// OfClient reports whether the token speaks for a program and not for a person.
func (c *Claims) OfClient() bool { return c.Subject == c.ClientID }

// OfGate reports whether the gate itself asks, about what it has to know of a resource. No
// person or program is of that kind, whatever they are called.
func (c *Claims) OfGate() bool { return c.Kind == "gate" }

// May reports whether the subject holds a permission everywhere. The name may be
// short within the verifier's own API.
func (c *Claims) May(permission string) bool { return c.holds(c.Permissions, permission) }

// MayOwn reports whether the subject holds a permission at least for what is
// their own.
func (c *Claims) MayOwn(permission string) bool {
	return c.May(permission) || c.holds(c.PermissionsOwn, permission)
}

// HasRole reports whether the token names a role.
func (c *Claims) HasRole(role string) bool { return slices.Contains(c.Roles, role) }

// HasScope reports whether the token has a scope.
func (c *Claims) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// Decode reads all claims into a struct of yours, by encoding/json's tags.
func (c *Claims) Decode(into any) error {
	if err := json.Unmarshal(c.payload, into); err != nil {
		return fmt.Errorf("decode claims: %w", err)
	}
	return nil
}

func (c *Claims) holds(list []string, name string) bool {
	full, err := fullName(c.api, name)
	return err == nil && slices.Contains(list, full)
}

// wireClaims is the payload of an access token (RFC 9068 section 2.2), or the
// answer of the introspection endpoint (RFC 7662 section 2.2).
type wireClaims struct {
	Active    bool   `json:"active"`
	TokenType string `json:"token_type"`

	Issuer         string          `json:"iss"`
	Subject        string          `json:"sub"`
	Audience       audience        `json:"aud"`
	ClientID       string          `json:"client_id"`
	ID             string          `json:"jti"`
	Issued         int64           `json:"iat"`
	NotBefore      int64           `json:"nbf"`
	Expires        int64           `json:"exp"`
	Scope          string          `json:"scope"`
	Session        string          `json:"sid"`
	Authorization  string          `json:"azn"`
	AuthTime       int64           `json:"auth_time"`
	Level          string          `json:"acr"`
	Methods        []string        `json:"amr"`
	PolicyVersion  int64           `json:"pv"`
	Roles          []string        `json:"roles"`
	Permissions    []string        `json:"permissions"`
	Kind           string          `json:"kind"`
	Org            string          `json:"org"`
	PermissionsOwn []string        `json:"permissions_own"`
	Filtered       []string        `json:"permissions_filtered"`
	Filter         json.RawMessage `json:"filter"`
	Confirmation   json.RawMessage `json:"cnf"`
}

// audience is one text or several (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	var several []string
	if err := json.Unmarshal(b, &several); err != nil {
		return errors.New("aud is neither text nor a list of it")
	}
	*a = several
	return nil
}

// claimsOf reads a payload and checks its form and for whom it is. Whether its
// time has come and is not over is asked at every use.
func (v *Verifier) claimsOf(payload []byte) (*Claims, *wireClaims, error) {
	var w wireClaims
	if err := json.Unmarshal(payload, &w); err != nil {
		return nil, nil, invalid("the claims are not of an access token")
	}
	switch {
	case w.Issuer != v.config.Issuer:
		return nil, nil, invalid("of another issuer")
	case !slices.Contains(w.Audience, v.config.Audience):
		return nil, nil, invalid("for another audience")
	case w.Subject == "" || w.ClientID == "" || w.ID == "" || w.Issued <= 0 || w.Expires <= w.Issued:
		return nil, nil, invalid("a required claim is missing")
	case w.Expires-w.Issued > int64(v.config.MaxLifetime/time.Second):
		return nil, nil, invalid("it lives for too long")
	case w.Confirmation != nil:
		// It is good only with a proof of possession (RFC 9449), which nobody
		// checks here: taking it would undo that.
		return nil, nil, invalid("bound to a key that was not proved")
	}
	c := &Claims{
		Subject: w.Subject, ClientID: w.ClientID, ID: w.ID, Issued: time.Unix(w.Issued, 0), Expires: time.Unix(w.Expires, 0),
		Scopes: strings.Fields(w.Scope), Session: w.Session, Authorization: w.Authorization, Level: w.Level, Methods: w.Methods,
		PolicyVersion: w.PolicyVersion, Roles: w.Roles, Permissions: w.Permissions, PermissionsOwn: w.PermissionsOwn,
		audience: w.Audience, api: v.config.API, payload: payload,
	}
	if w.AuthTime > 0 {
		c.AuthTime = time.Unix(w.AuthTime, 0)
	}
	return c, &w, nil
}
