package caller

import (
	"errors"
	"fmt"
	"slices"

	"gatehouse/access"
)

// ReadDecisions is the permission to ask about everybody at all APIs, and to hear
// what changes.
const ReadDecisions = "gatehouse/decisions:read"

// May returns nil when the caller has a permission of Gatehouse's own API, and else a
// *Refusal that says what is missing.
func (c *Caller) May(permission string) error { return c.MayOn(permission, On{}) }

// MayOn is May for what is within an organisation, or for one thing.
func (c *Caller) MayOn(permission string, on On) error {
	if c.Personal() && !c.Snapshot.Covers(c.limit, permission) {
		return forbidden(permission, errLimited)
	}
	d, err := c.Snapshot.Decide(c.question(permission, on))
	if err != nil {
		return forbidden(permission, err)
	}
	return c.Refusal(permission, d)
}

// Refusal is a decision as the caller hears it, nil for one that allows.
func (c *Caller) Refusal(permission string, d access.Decision) error {
	switch {
	case d.Outcome == access.Allowed:
		return nil
	case d.Outcome == access.Challenged && c.Personal():
		return unproven(permission)
	case d.Outcome == access.Challenged:
		return StepUp(d.Need)
	case c.browser != nil && (d.Reason == access.Locked || d.Reason == access.Inactive):
		return SignIn(fmt.Errorf("whose browser it is: %s", d.Reason))
	case d.Reason == access.Locked || d.Reason == access.Inactive:
		return invalid(fmt.Errorf("whose it is: %s", d.Reason))
	case d.Reason == access.Denied:
		return forbidden(permission, errDenied)
	}
	why := fmt.Errorf("%s: %s", permission, d.Reason)
	if d.Reason == access.OutOfScope {
		return lessGiven(permission, c.Snapshot.ScopesFor(permission), why)
	}
	return forbidden(permission, why)
}

var errLimited = errors.New("the personal token is not for that")

var errDenied = errors.New("a grant denies it")

// Denied reports whether a refusal is because a grant denies it, and not for want of one.
func Denied(err error) bool { return errors.Is(err, errDenied) }

// Reach is for which APIs a caller may ask and hear. The zero Reach is none.
type Reach struct {
	everywhere bool
	apis       []string
}

// Everywhere is the Reach of whoever may ask about all APIs, by whatever right.
func Everywhere() Reach { return Reach{everywhere: true} }

// Has reports whether an API, by its id, is among them.
func (r Reach) Has(api string) bool { return r.everywhere || slices.Contains(r.apis, api) }

// APIs returns the ids of these APIs, or that they are all.
func (r Reach) APIs() (ids []string, all bool) { return r.apis, r.everywhere }

// Only returns the one API that the caller may ask about, "" where they are more: for it
// the API need not be named.
func (r Reach) Only() string {
	if r.everywhere || len(r.apis) != 1 {
		return ""
	}
	return r.apis[0]
}

// Reach returns for which APIs the caller may ask who may do what: for all by the
// right ReadDecisions, and as a client that is listed as a server of some for those. A
// token that a person gave to such a client is the person's, and no server's; and who
// denies a server that right means it. Where it is none, the error is a *Refusal.
func (c *Caller) Reach() (Reach, error) {
	no := c.May(ReadDecisions)
	if no == nil {
		return Everywhere(), nil
	}
	if !c.mayServe(no) {
		return Reach{}, no
	}
	return Reach{apis: c.Snapshot.Serves(c.Subject.ID)}, nil
}

// mayServe reports whether the caller is a server, although it has not the right to ask
// about everything.
func (c *Caller) mayServe(no error) bool {
	r, ok := errors.AsType[*Refusal](no)
	if !ok || r.Fault.Code != codeForbidden || Denied(no) {
		return false
	}
	return c.Subject.Kind == access.Client && len(c.Snapshot.Serves(c.Subject.ID)) > 0
}

// Places returns where the caller has a permission: within which organisations, and for
// which things.
func (c *Caller) Places(permission string) access.Places {
	if c.Personal() && !c.Snapshot.Covers(c.limit, permission) {
		return access.Places{}
	}
	return c.Snapshot.Places(c.question(permission, On{}))
}
