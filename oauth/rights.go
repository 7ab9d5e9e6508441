package oauth

import "time"

// What the access tokens of a client say of what their principal may do at the APIs
// that they are for (Client.Permissions).
const (
	PermissionsNone   = "none"   // nothing: the API asks, or goes by scopes
	PermissionsRoles  = "roles"  // the roles that they hold
	PermissionsInline = "inline" // and every permission
)

// Entitlements tell what the principal of a token holds, by the policy of one moment.
type Entitlements interface {
	// At returns what a token with these scopes holds at the APIs of the audiences
	// from now on, without conditions, and when the first of it is lost within life.
	// What is held for less than ShortestToken is left out, or for less than life: of
	// no life is told what is held at this moment.
	At(audiences, scopes []string, now time.Time, life time.Duration) Entitled
}

// Entitled is what is held.
type Entitled struct {
	Roles       Names // of which they hold all that the role gives
	Permissions Names // everywhere
	Own         Names // on resources that are their own, and not everywhere
}

// Names are names of what is held, and the first moment at which one of them is
// not any more; zero: it does not come within the time that was asked about.
type Names struct {
	Names []string
	Until time.Time
}

// Rights are what an access token says of what its principal may do.
type Rights struct {
	Roles       []string `json:"roles,omitempty"`
	Permissions []string `json:"permissions,omitempty"`     // by full id: "shop/orders:read"
	Own         []string `json:"permissions_own,omitempty"` // on what is their own
}

// None reports whether nothing is said.
func (r Rights) None() bool { return len(r.Roles)+len(r.Permissions)+len(r.Own) == 0 }

// maxRights is how long the claims of Rights may be together, in bytes of JSON: a
// token travels in a header, and proxies take some kilobytes of these.
const maxRights = 2 << 10

// all is what the mode lets be said, however long it is.
func (h Entitled) all(mode string) Rights {
	switch mode {
	case PermissionsInline:
		return Rights{Roles: h.Roles.Names, Permissions: h.Permissions.Names, Own: h.Own.Names}
	case PermissionsRoles:
		return Rights{Roles: h.Roles.Names}
	}
	return Rights{}
}

// rights is what the client's tokens say of what is held, and when the first of it
// is lost. Where all is too long the roles alone are said, and where these are too
// long nothing is: what a token leaves out, introspection tells.
func (h Entitled) rights(mode string) (r Rights, until time.Time) {
	if r = h.all(mode); mode == PermissionsInline && r.size() <= maxRights {
		return r, sooner(h.Roles.Until, sooner(h.Permissions.Until, h.Own.Until))
	}
	if r.Permissions, r.Own = nil, nil; len(r.Roles) == 0 || r.size() > maxRights {
		return Rights{}, time.Time{}
	}
	return r, h.Roles.Until
}

// size is how many bytes the claims are in JSON. No name needs an escape.
func (r Rights) size() int {
	n := 0
	for name, list := range map[string][]string{"roles": r.Roles, "permissions": r.Permissions, "permissions_own": r.Own} {
		if len(list) == 0 {
			continue
		}
		n += len(name) + len(`"":[],`)
		for _, one := range list {
			n += len(one) + len(`"",`)
		}
	}
	return n
}
