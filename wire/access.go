package wire

import (
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

// API is a resource server with its catalogue of permissions.
type API struct {
	ID          string            `json:"id"`
	Audience    string            `json:"audience"`
	Permissions []Permission      `json:"permissions"`
	Owners      map[string]string `json:"owners"`     // by resource: the attribute that names its owner
	Servers     []string          `json:"servers"`    // applications that answer its requests
	Delegation  access.Delegation `json:"delegation"` // whether tokens for it need scopes
	BuiltIn     bool              `json:"built_in,omitempty"`
	Created     time.Time         `json:"created,omitzero"` // not of what is built in
	Updated     time.Time         `json:"updated,omitzero"`
}

// Permission is an entry of a catalogue, of the form RESOURCE:ACTION within its
// API and API/RESOURCE:ACTION elsewhere.
type Permission struct {
	Permission  string `json:"permission"`
	Description string `json:"description,omitempty"`
	Sensitive   bool   `json:"sensitive"`
	Requirement
}

// Requirement is what a person must have proved.
type Requirement struct {
	ACR    string `json:"acr,omitempty"`
	MaxAge string `json:"max_age,omitempty"`
}

// Role is a name for permissions that go together.
type Role struct {
	ID          string    `json:"id"`
	Permissions []string  `json:"permissions"`
	Parents     []string  `json:"parents"`
	MaxGrant    string    `json:"max_grant,omitempty"`
	BuiltIn     bool      `json:"built_in,omitempty"`
	Created     time.Time `json:"created,omitzero"` // not of what is built in
	Updated     time.Time `json:"updated,omitzero"`
}

// Scope binds an OAuth scope to permissions of an API.
type Scope struct {
	Name        string    `json:"name"`
	API         string    `json:"api"`
	Permissions []string  `json:"permissions"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
}

// Group is a name for people and others to whom the same is granted.
type Group struct {
	ID          string    `json:"id"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
}

// Org is an organisation.
type Org struct {
	ID          string    `json:"id"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
}

// ServiceAccount is a program that acts for itself.
type ServiceAccount struct {
	ID          string    `json:"id"`
	Description string    `json:"description,omitempty"`
	Disabled    bool      `json:"disabled"`
	Created     time.Time `json:"created"`
	CreatedBy   string    `json:"created_by"`
	Updated     time.Time `json:"updated"`
}

// NewServiceAccount is a service account that was just made, with its first key.
type NewServiceAccount struct {
	ServiceAccount
	KeyID     id.ServiceKey `json:"key_id"`
	Key       Secret        `json:"key"` // nobody sees it again
	ExpiresAt time.Time     `json:"expires_at,omitzero"`
	Grant     *Grant        `json:"grant,omitempty"`
}

// ServiceKey is a key of a service account, without what is secret of it.
type ServiceKey struct {
	ID        id.ServiceKey `json:"key_id"`
	Service   string        `json:"service"`
	Name      string        `json:"name"`
	ExpiresAt time.Time     `json:"expires_at,omitzero"`
	Created   time.Time     `json:"created"`
	CreatedBy string        `json:"created_by"`
	Revoked   time.Time     `json:"revoked,omitzero"`
	RevokedBy string        `json:"revoked_by,omitempty"`
	LastUsed  time.Time     `json:"last_used,omitzero"` // to the minute
}

// NewServiceKey is a key that was just made.
type NewServiceKey struct {
	ServiceKey
	Key Secret `json:"key"` // nobody sees it again
}

// Member is somebody, or a group, in a group or an organisation.
type Member struct {
	Group     string    `json:"group,omitempty"`
	Org       string    `json:"org,omitempty"`
	Member    Subject   `json:"member"`
	NotBefore time.Time `json:"not_before,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Reason    string    `json:"reason,omitempty"`
	Created   time.Time `json:"created"`
	CreatedBy string    `json:"created_by"`
}

// NestedMember is a member with the way by which it is one. Its moments are those in
// which it is in the group or organisation that was asked about.
type NestedMember struct {
	Member
	Direct bool      `json:"direct"`
	Path   []Subject `json:"path"` // the groups on the way, down to the one in which it is
}

// Lock suspends somebody, a session, or what a role or a grant allows.
type Lock struct {
	On        LockTarget `json:"on"`
	ExpiresAt time.Time  `json:"expires_at,omitzero"`
	Reason    string     `json:"reason"`
	Created   time.Time  `json:"created"`
	CreatedBy string     `json:"created_by"`
}

// LockTarget is what a lock is on.
type LockTarget struct {
	Kind  access.LockKind `json:"kind"`
	ID    string          `json:"id"`
	Email string          `json:"email,omitempty"` // of a person who is there
}

// Subject is whom something is given to.
type Subject struct {
	Kind  access.Kind `json:"kind"`
	ID    string      `json:"id"`
	Email string      `json:"email,omitempty"` // of a person who is there
}

// Person returns of whom the shape tells.
func (w Subject) Person() id.User { return personOf(w.Email, w.ID) }

// Person returns of whom the shape tells.
func (w LockTarget) Person() id.User { return personOf(w.Email, w.ID) }

// personOf is the person of an id whose email was looked up, nobody for others.
func personOf(email, name string) id.User {
	if email == "" {
		return ""
	}
	return id.User(name)
}

// Grant is what a subject may do, or may not.
type Grant struct {
	ID          id.Grant      `json:"id"`
	Subject     Subject       `json:"subject"`
	Effect      access.Effect `json:"effect"`
	Role        string        `json:"role,omitempty"`
	Permission  string        `json:"permission,omitempty"`
	Org         string        `json:"org,omitempty"` // the organisation within which it counts
	Where       access.Place  `json:"where"`
	ResourceIDs []string      `json:"resource_ids,omitempty"`
	Condition   string        `json:"condition,omitempty"`
	NotBefore   time.Time     `json:"not_before,omitzero"`
	ExpiresAt   time.Time     `json:"expires_at,omitzero"`
	Requirement
	Source    access.Source `json:"source"`
	Name      string        `json:"name,omitempty"` // by which the files call it that made it
	Reason    string        `json:"reason"`
	Ticket    string        `json:"ticket,omitempty"`
	Created   time.Time     `json:"created"`
	CreatedBy string        `json:"created_by"`
	// CreatedByEmail is of a person who made it and is there, where the asker looked it up.
	CreatedByEmail string    `json:"created_by_email,omitempty"`
	Revoked        time.Time `json:"revoked,omitzero"`
	RevokedBy      string    `json:"revoked_by,omitempty"`
	RevokedReason  string    `json:"revoked_reason,omitempty"`
}

// Explanation is the answer to "may they?", and why.
type Explanation struct {
	Decision  string        `json:"decision"` // allow, deny or challenge
	Reason    access.Reason `json:"reason"`
	Until     time.Time     `json:"until,omitzero"`
	Principal Subject       `json:"principal"`
	Do        string        `json:"permission"`
	At        time.Time     `json:"at"`
	Grant     id.Grant      `json:"grant,omitempty"` // that decided
	Need      *Requirement  `json:"need,omitempty"`  // of a challenge
	Requires  *Requirement  `json:"requires,omitempty" doc:"What a person must have proved to use it, whether or not they did"`
	Missing   string        `json:"missing,omitempty"` // an attribute of the resource that nobody said
	Grants    []Considered  `json:"grants"`
	Locks     []Suspension  `json:"locks"`   // that suspend who asks, or one of the grants
	Changes   []string      `json:"changes"` // what would change the answer
	// Partial says that only the grants were asked that the caller sees.
	Partial bool `json:"partial,omitempty" doc:"It is told by the grants alone that the caller sees: by others more may be held, or denied"`
}

// Considered is a grant that was looked at for an Explanation.
type Considered struct {
	ID        id.Grant       `json:"id"`
	Verdict   access.Verdict `json:"verdict"`
	Since     time.Time      `json:"since,omitzero"`
	Path      []Subject      `json:"path"` // from the person to whom it was given to
	Effect    access.Effect  `json:"effect"`
	Role      string         `json:"role,omitempty"`
	Pattern   string         `json:"permission,omitempty"`
	Where     access.Place   `json:"where"`
	Org       string         `json:"org,omitempty"` // within which it counts
	NotBefore time.Time      `json:"not_before,omitzero"`
	ExpiresAt time.Time      `json:"expires_at,omitzero"`
	Reason    string         `json:"reason"`
	Created   time.Time      `json:"created,omitzero"`
	Need      *Requirement   `json:"need,omitempty" doc:"What must be proved before it counts (needs_proof)"`
}

// Begins is when the grant began, or begins.
func (c *Considered) Begins() time.Time {
	if c.NotBefore.After(c.Created) {
		return c.NotBefore
	}
	return c.Created
}

// Suspension is a lock that was looked at for an Explanation.
type Suspension struct {
	On        LockTarget `json:"on"`
	ExpiresAt time.Time  `json:"expires_at,omitzero"`
	Reason    string     `json:"reason"`
}

// Holder is somebody who may do something.
type Holder struct {
	Principal Subject      `json:"principal"`
	Grant     id.Grant     `json:"grant"`
	Role      string       `json:"role,omitempty" doc:"What the grant gives: a role, or else permissions by a pattern"`
	Pattern   string       `json:"permission,omitempty"`
	Org       string       `json:"org,omitempty"` // within which the grant counts
	ExpiresAt time.Time    `json:"expires_at,omitzero" doc:"When the grant ends; it may reach them for less long (until)"`
	Others    int          `json:"others" doc:"How many grants besides give it to them"`
	Path      []Subject    `json:"path"`
	Where     access.Place `json:"where"`
	Except    id.Grant     `json:"except,omitempty"` // a deny that is for some of these resources
	Until     time.Time    `json:"until,omitzero"`
	Partial   bool         `json:"partial,omitempty" doc:"It is told by the grants alone that the caller sees: by others more may be held, or denied"`
	Requirement
	SecondFactor *bool `json:"second_factor,omitempty" doc:"Whether they have a second factor; absent of programs, and of people whom the caller may not look up"`
}

// OfAPI returns the shape of a.
func OfAPI(a access.API) API {
	w := API{
		ID: a.ID, Audience: a.Audience, Permissions: []Permission{}, Owners: a.Owners, Servers: list(a.Servers), Delegation: a.Delegation,
		BuiltIn: a.ID == access.Gatehouse, Created: a.Created.UTC(), Updated: a.Updated.UTC(),
	}
	for _, p := range a.Permissions {
		w.Permissions = append(w.Permissions, Permission{p.Resource + ":" + p.Action, p.Description, p.Sensitive, OfRequirement(p.Requires)})
	}
	if w.Owners == nil {
		w.Owners = map[string]string{}
	}
	return w
}

// PermissionsOf returns the shapes of the permissions of a by the names that roles and
// grants give them, API/RESOURCE:ACTION.
func PermissionsOf(a access.API) []Permission {
	all := make([]Permission, len(a.Permissions))
	for i, p := range a.Permissions {
		all[i] = Permission{a.ID + "/" + p.Resource + ":" + p.Action, p.Description, p.Sensitive, OfRequirement(p.Requires)}
	}
	return all
}

// OfRequirement returns the shape of r.
func OfRequirement(r access.Requirement) Requirement {
	return Requirement{ACR: r.Level.String(), MaxAge: Lifetime(r.MaxAge)}
}

// OfRole returns the shape of r.
func OfRole(r access.Role) Role {
	w := Role{ID: r.ID, Permissions: []string{}, Parents: list(r.Parents), MaxGrant: Lifetime(r.MaxGrant), BuiltIn: strings.Contains(r.ID, "/"), Created: r.Created.UTC(), Updated: r.Updated.UTC()}
	for _, p := range r.Permissions {
		w.Permissions = append(w.Permissions, p.String())
	}
	return w
}

// OfScope returns the shape of s.
func OfScope(s access.Scope) Scope {
	w := Scope{Name: s.Name, API: s.API, Permissions: []string{}, Description: s.Description, Created: s.Created.UTC(), Updated: s.Updated.UTC()}
	for _, p := range s.Patterns {
		w.Permissions = append(w.Permissions, p.String())
	}
	return w
}

// OfGrant returns the shape of r, without the email of its subject.
func OfGrant(r access.GrantRecord) Grant {
	return Grant{
		ID: r.ID, Subject: OfSubject(r.Subject), Effect: r.Effect, Role: r.Role, Permission: r.Permission.String(), Org: r.Org,
		Where: r.Where.Place, ResourceIDs: r.Where.IDs, Condition: r.Where.Expression, NotBefore: r.NotBefore.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
		Requirement: OfRequirement(r.Requires), Source: r.Source, Name: r.Name, Reason: r.Reason, Ticket: r.Ticket, Created: r.Created.UTC(), CreatedBy: r.CreatedBy,
		Revoked: r.Revoked.UTC(), RevokedBy: r.RevokedBy, RevokedReason: r.RevokedReason,
	}
}

// OfGroup returns the shape of g.
func OfGroup(g access.GroupRecord) Group {
	return Group{ID: g.ID, Description: g.Description, Created: g.Created.UTC()}
}

// OfOrg returns the shape of o.
func OfOrg(o access.OrgRecord) Org {
	return Org{ID: o.ID, Description: o.Description, Created: o.Created.UTC()}
}

// OfServiceAccount returns the shape of s.
func OfServiceAccount(s access.ServiceAccountRecord) ServiceAccount {
	return ServiceAccount{ID: s.ID, Description: s.Description, Disabled: s.Disabled, Created: s.Created.UTC(), CreatedBy: s.CreatedBy, Updated: s.Updated.UTC()}
}

// OfBegun returns the shape of a service account that was just made.
func OfBegun(b access.Begun) NewServiceAccount {
	w := NewServiceAccount{ServiceAccount: OfServiceAccount(b.ServiceAccountRecord), KeyID: b.Key.ID, Key: Secret(b.Text), ExpiresAt: b.Key.ExpiresAt.UTC()}
	if b.Grant.ID != "" {
		grant := OfGrant(b.Grant)
		w.Grant = &grant
	}
	return w
}

// OfServiceKey returns the shape of k.
func OfServiceKey(k access.KeyRecord) ServiceKey {
	return ServiceKey{
		ID: k.ID, Service: k.Owner, Name: k.Name, ExpiresAt: k.ExpiresAt.UTC(), Created: k.Created.UTC(), CreatedBy: k.CreatedBy,
		Revoked: k.Revoked.UTC(), RevokedBy: k.RevokedBy, LastUsed: k.Used.UTC(),
	}
}

// OfMember returns the shape of m, without the email of a person.
func OfMember(m access.MembershipRecord) Member {
	w := Member{
		Member: OfSubject(m.Member), NotBefore: m.NotBefore.UTC(), ExpiresAt: m.ExpiresAt.UTC(),
		Reason: m.Reason, Created: m.Created.UTC(), CreatedBy: m.CreatedBy,
	}
	if w.Group = m.Of.ID; m.Of.Kind == access.Organisation {
		w.Group, w.Org = "", m.Of.ID
	}
	return w
}

// OfNestedMember returns the shape of m, a member of the group at which b ends, without
// the email of a person.
func OfNestedMember(b access.Branch, m access.MembershipRecord) NestedMember {
	m.Window = b.In(m.Window)
	w := NestedMember{Member: OfMember(m), Direct: len(b.Path) == 0, Path: []Subject{}}
	for _, g := range b.Path {
		w.Path = append(w.Path, OfSubject(g))
	}
	return w
}

// OfLockTarget returns the shape of what a lock is on, without an email.
func OfLockTarget(t access.LockTarget) LockTarget { return LockTarget{Kind: t.Kind, ID: t.ID} }

// OfLock returns the shape of l, without the email of a person.
func OfLock(l access.LockRecord) Lock {
	return Lock{On: OfLockTarget(l.On), ExpiresAt: l.Ends.UTC(), Reason: l.Reason, Created: l.Created.UTC(), CreatedBy: l.CreatedBy}
}

// OfSubject returns the shape of s, without an email.
func OfSubject(s access.Subject) Subject { return Subject{Kind: s.Kind, ID: s.ID} }

// OfExplanation returns the shape of the answer to q.
func OfExplanation(q *access.Question, e access.Explanation) Explanation {
	w := Explanation{
		Decision: e.Outcome.String(), Reason: e.Reason, Until: e.Until.UTC(), Principal: OfSubject(q.Principal), Do: q.Permission, At: q.Now.UTC(),
		Grant: e.Grant, Missing: e.Missing, Grants: []Considered{}, Locks: []Suspension{}, Changes: list(e.Changes),
	}
	for _, l := range e.Locks {
		w.Locks = append(w.Locks, Suspension{On: OfLockTarget(l.On), ExpiresAt: l.Ends.UTC(), Reason: l.Reason})
	}
	if e.Outcome == access.Challenged {
		need := OfRequirement(e.Need)
		w.Need = &need
	}
	w.Requires = required(e.Requires)
	for _, c := range e.Grants {
		w.Grants = append(w.Grants, Considered{
			ID: c.Grant.ID, Verdict: c.Verdict, Since: c.Since.UTC(), Path: OfPath(c.Path), Effect: c.Grant.Effect, Role: c.Grant.Role,
			Pattern: c.Grant.Permission.String(), Where: c.Grant.Where.Place, Org: c.Grant.Org, NotBefore: c.Grant.NotBefore.UTC(), ExpiresAt: c.Grant.ExpiresAt.UTC(), Reason: c.Reason, Created: c.Made.UTC(), Need: required(c.Need),
		})
	}
	return w
}

// required is the shape of r, nil where it asks for nothing.
func required(r access.Requirement) *Requirement {
	if r == (access.Requirement{}) {
		return nil
	}
	w := OfRequirement(r)
	return &w
}

// OfHolder returns the shape of h.
func OfHolder(h access.Holder) Holder {
	w := Holder{Principal: OfSubject(h.Principal), Grant: h.Grant, Others: h.Others, Path: OfPath(h.Path), Where: h.Where, Except: h.Except, Until: h.Until.UTC(), Requirement: OfRequirement(h.Need)}
	if g := h.Given; g != nil {
		w.Role, w.Pattern, w.Org, w.ExpiresAt = g.Role, g.Permission.String(), g.Org, g.ExpiresAt.UTC()
	}
	return w
}

// OfPath returns the shape of a way that leads from somebody to a grant.
func OfPath(path []access.Subject) []Subject {
	w := make([]Subject, len(path))
	for i, s := range path {
		w[i] = OfSubject(s)
	}
	return w
}

// PermissionUse is a permission of an API with what names it.
type PermissionUse struct {
	Permission string   `json:"permission"`
	Roles      []string `json:"roles"` // that give it by themselves, by a wildcard too
	Scopes     []string `json:"scopes"`
	Routes     []string `json:"routes"` // of the gate, as far as they are in the database
}
