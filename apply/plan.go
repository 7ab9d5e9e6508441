package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/apply/draft"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/oauth"
)

// Store is what a Service asks besides its services; *store.Store is one.
type Store interface {
	draft.Store
	audit.BatchStore
	// IDsByEmail returns who has which address, by these as identity.Canonical writes
	// them; EmailsByID is its inverse. Who is not there is left out.
	IDsByEmail(ctx context.Context, emails []string) (map[string]id.User, error)
	EmailsByID(ctx context.Context, ids []string) (map[id.User]string, error)
	// ManagedAfter lists what sets manage, behind one of them.
	ManagedAfter(ctx context.Context, after access.Managed, limit int) ([]access.Managed, error)
	PutManaged(ctx context.Context, all []access.Managed) error
	DropManaged(ctx context.Context, all []access.Managed) error
	// RaiseClients raises oauth.VersionClients by one, holds it until the transaction
	// ends, and returns it.
	RaiseClients(ctx context.Context) (int64, error)
	ClientsAfter(ctx context.Context, after id.Client, limit int) ([]oauth.Client, error)
	// GrantsByID lists grants, those that are over too, in the order of their ids.
	GrantsByID(ctx context.Context, after id.Grant, limit int) ([]access.GrantRecord, error)
}

// Service plans and applies sets.
type Service struct {
	Store  Store
	Access *access.Service
	Audit  *audit.Log
	// Over returns the services over a draft, in which these people are known.
	Over func(d *draft.Draft, people map[id.User]bool) (*access.Service, *oauth.Service)
	// Gate is the service of the gate's routes, and GateOver that over a draft, whose policy
	// its tests are tried by.
	Gate     *gate.Service
	GateOver func(d *draft.Draft) *gate.Service
}

// May asks whether whoever sent a set has a permission of Gatehouse itself, by its full
// name; Forbidden where not. The operator on the host may all.
type May func(permission string) error

// Action is what a Change does.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
	Adopt  Action = "adopt" // the set manages it from now on
	Ended  Action = "ended" // a grant that is over, and stays so: nothing is done
)

// Change is one thing that a house and a set say differently of.
type Change struct {
	Action Action        `json:"action"`
	Kind   Kind          `json:"kind"`
	ID     string        `json:"id"`
	Fields []FieldChange `json:"fields,omitempty"`
}

// Warning is about a field of an object of the set.
type Warning struct {
	Kind    Kind   `json:"kind"`
	ID      string `json:"id"`
	Field   string `json:"field"`
	Problem string `json:"problem"`
}

// FieldChange is a field of a specification, before and after; null is none.
type FieldChange struct {
	Name   string          `json:"name"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Secret is the first secret of a confidential application, which nobody sees again.
type Secret struct {
	Client id.Client `json:"client_id"`
	Text   string    `json:"client_secret"`
}

// Plan is what would have to change. It is of one state of the house.
type Plan struct {
	Set     string   `json:"set"`
	Changes []Change `json:"changes"`
	// Warnings are what of the set works, and may not be what was meant.
	Warnings []Warning `json:"warnings,omitempty"`
	Digest   string    `json:"digest"` // of all of this: two of one digest change the same

	secrets []Secret
	put     []access.Managed
	drop    []access.Managed
	draft   *draft.Draft
	clients int64 // the version of clients that the house must come to
}

// Drift reports whether the house is not as the set says.
func (p *Plan) Drift() bool { return len(p.Changes) > 0 }

// Does reports whether applying it does something.
func (p *Plan) Does() bool {
	return len(p.drop) > 0 || slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != Ended })
}

// writes reports whether more changes than who manages what.
func (p *Plan) writes() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != Ended && c.Action != Adopt })
}

// Count returns how many changes are of an action.
func (p *Plan) Count(a Action) (n int) {
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// Plan tells what applying a set would change, and writes nothing. Faults: Invalid
// "apply.invalid", or Forbidden where by may not, with all that is wrong as fields named
// "objects[3].spec.parents[0]"; Invalid "apply.empty"; Conflict
// "apply.other_files" and "access.last_administrator".
func (s *Service) Plan(ctx context.Context, by audit.Actor, set Set, o Options, may May) (*Plan, error) {
	if err := set.check(o); err != nil {
		return nil, err
	}
	var plan *Plan
	err := s.Access.Store.View(ctx, func(ctx context.Context) (err error) {
		plan, err = s.plan(ctx, by, set, o, may)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plan a set: %w", err)
	}
	return plan, nil
}

func (s *Service) plan(ctx context.Context, by audit.Actor, set Set, o Options, may May) (*Plan, error) {
	p := &planner{
		s: s, by: by, set: set, o: o, may: may, now: clock.Now(), of: map[Kind][]int{}, managed: map[key]access.Managed{},
		named: map[key]int{}, plan: &Plan{Set: set.Name, Changes: []Change{}},
	}
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	if err := p.mayRead(); err != nil {
		return nil, err
	}
	err := p.access.KeepAdministered(ctx, p.all)
	if err != nil {
		return nil, err
	}
	if err := p.foreign(); err != nil {
		return nil, err
	}
	p.finish()
	return p.plan, nil
}

// foreign refuses to prune under the name that nobody chose where the files name nothing
// of what the set made: most likely they are others, and the set of the first ones would
// be lost.
func (p *planner) foreign() error {
	if p.set.Name != Unnamed || p.plan.Count(Delete) == 0 {
		return nil
	}
	for k, m := range p.managed {
		if m.Set == p.set.Name && p.names(k) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "apply.other_files", fmt.Sprintf("Nothing of these files is in the set %s, and all that it made (%d) would be removed: other files made it. Give these a --name of their own; or apply them without --prune first if they take the place of the others.", p.set.Name, p.plan.Count(Delete)))
}

// key names something within its kind.
type key struct {
	kind Kind
	name string
}

// planner is one planning.
type planner struct {
	s   *Service
	by  audit.Actor
	set Set
	o   Options
	may May
	now time.Time

	of      map[Kind][]int // which objects are of a kind
	named   map[key]int    // what the set names, and the object that does first
	people  map[string]id.User
	emails  map[id.User]string
	want    map[key]bool           // what the set names, before it is looked at
	managed map[key]access.Managed // by any set, of what is there or was

	policy  draft.Policy
	access  *access.Service
	clients *oauth.Service
	gate    *gate.Service

	bad       problems
	forbidden bool // one of these is that somebody may not
	plan      *Plan
}

func (p *planner) begin(ctx context.Context) (err error) {
	versions, err := p.s.Access.Store.Versions(ctx)
	if err != nil {
		return err
	}
	p.plan.clients = versions[oauth.VersionClients] + 1
	if p.plan.draft, err = draft.New(ctx, p.s.Store, p.now); err != nil {
		return err
	}
	p.policy = p.plan.draft.Policy()
	for i := range p.set.Objects {
		if one := &p.set.Objects[i]; one.checkName(i, &p.bad) {
			p.of[one.Kind] = append(p.of[one.Kind], i)
		}
	}
	if err := p.meet(ctx); err != nil {
		return err
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	known := map[id.User]bool{}
	for name := range p.emails {
		known[name] = true
	}
	p.access, p.clients = p.s.Over(p.plan.draft, known)
	p.gate = p.s.GateOver(p.plan.draft)
	return p.readManaged(ctx)
}

// look looks for the grants that the set names.
func (p *planner) look(ctx context.Context) error {
	names := make([]id.Grant, len(p.of[Grant]))
	for n, i := range p.of[Grant] {
		names[n] = GrantID(p.set.Objects[i].ID)
	}
	return p.plan.draft.Look(ctx, names)
}

// meet looks for the people that the set names.
func (p *planner) meet(ctx context.Context) (err error) {
	emails := map[string]bool{}
	for _, one := range p.set.Objects {
		switch s := one.Spec.(type) {
		case *MembershipSpec:
			emails[s.Member.User] = true
		case *GrantSpec:
			emails[s.Subject.User] = true
		}
	}
	delete(emails, "")
	if p.people, err = p.s.Store.IDsByEmail(ctx, slices.Sorted(maps.Keys(emails))); err != nil {
		return err
	}
	delete(p.people, "") // what no address can be
	p.emails = map[id.User]string{}
	for email, name := range p.people {
		p.emails[name] = email
	}
	return nil
}

// all goes through the kinds in an order in which each step finds what it needs, and
// leaves nothing that the next is refused for.
func (p *planner) all(ctx context.Context) error {
	for _, step := range []func(ctx context.Context) error{
		p.pruneGrants, p.pruneMemberships, // what they hold on to may change then
		p.orgs, p.groups, p.widenAPIs, p.roles, p.scopes, p.applications, p.accounts, p.memberships, p.grants,
		p.upstreams, p.routes, p.edges, p.pruneEdges, p.pruneRoutes, p.pruneUpstreams, p.checkGate,
		p.pruneAccounts, p.pruneClients, p.pruneScopes, p.pruneRoles, p.finishAPIs, p.pruneAPIs, p.pruneGroups, p.pruneOrgs,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return p.wrong()
}

// wrong is all that is wrong, nil for nothing.
func (p *planner) wrong() error {
	err := p.bad.err()
	if f, ok := errors.AsType[*fault.Error](err); ok && p.forbidden {
		f.Kind, f.Code, f.Detail = fault.Forbidden, "apply.forbidden", "You may not do all of this. Nothing was changed."
	}
	return err
}

// refused keeps what a service refused of an object, and returns any other error.
func (p *planner) refused(object int, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	switch f.Kind {
	case fault.Forbidden:
		p.forbidden = true
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Malformed:
	default:
		return err
	}
	p.bad.refusal(object, f)
	return nil
}

// thing is an object beside what is there of it.
type thing struct {
	object int
	name   string // under which it is managed
	says   string // what people are told that it is
	made   time.Time
	before any // its specification; nil: it is not there
	after  any

	more   []string                  // permissions to change it, besides that of its kind
	create func() (time.Time, error) // returns when it was made
	update func([]FieldChange) (time.Time, error)
}

// put creates or changes one thing.
func (p *planner) put(t thing) error {
	kind := p.set.Objects[t.object].Kind
	k := key{kind, t.name}
	if p.twice(k, t.object) {
		return nil
	}
	owner := p.owner(k, t.made)
	fields := diff(t.before, t.after)
	switch {
	case t.before == nil:
		return p.make(k, t, fields)
	case len(fields) > 0 && owner != "" && owner != p.set.Name && !p.o.Adopt:
		p.bad.add(t.object, "metadata.id", "is managed by the set %s; change it there, or take it over with adopt", owner)
		return nil
	case len(fields) > 0:
		if err := p.change(k, &t, fields); err != nil {
			return err
		}
	}
	if owner == p.set.Name {
		p.manage(k, t.made)
		return nil
	}
	if !p.o.Adopt {
		return nil
	}
	return p.adopt(k, t)
}

// twice notes that an object is about something, and refuses it where one before it was.
func (p *planner) twice(k key, object int) bool {
	first, named := p.named[k]
	if named {
		p.bad.add(object, "metadata.id", "is there twice, at objects[%d], too", first)
		return true
	}
	p.named[k] = object
	return false
}

// adopt lets the set manage what is there.
func (p *planner) adopt(k key, t thing) error {
	if err := p.allowed(writing(k.kind)); err != nil {
		return p.refused(t.object, err)
	}
	p.tell(Adopt, k.kind, t, nil)
	p.manage(k, t.made)
	return nil
}

func (p *planner) make(k key, t thing, fields []FieldChange) error {
	if err := p.allowed(append(t.more, writing(k.kind))...); err != nil {
		return p.refused(t.object, err)
	}
	made, err := t.create()
	if err != nil {
		return p.refused(t.object, err)
	}
	p.tell(Create, k.kind, t, fields)
	p.manage(k, made)
	return nil
}

func (p *planner) change(k key, t *thing, fields []FieldChange) error {
	if err := p.allowed(append(t.more, writing(k.kind))...); err != nil {
		return p.refused(t.object, err)
	}
	made, err := t.update(fields)
	if err != nil {
		return p.refused(t.object, err)
	}
	t.made = made
	p.tell(Update, k.kind, *t, fields)
	return nil
}

func (p *planner) tell(a Action, kind Kind, t thing, fields []FieldChange) {
	p.plan.Changes = append(p.plan.Changes, Change{a, kind, t.says, fields})
}

func (p *planner) finish() {
	slices.SortStableFunc(p.plan.Changes, func(a, b Change) int { return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind) })
	p.plan.Digest = digestOf(p.plan)
}
