package admin

import (
	"context"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
)

// Things knows what there is, and what there was; *house.House does.
type Things interface {
	// Known reports whether there is what an event can be about, or was, as far as anything
	// tells. KnownActor is the same for who acts.
	Known(ctx context.Context, t audit.Target) (bool, error)
	KnownActor(ctx context.Context, kind audit.ActorKind, name string) (bool, error)
}

// Whoever asks for what belongs to something that there is not would take an empty list for
// the answer, though they misspelt a name. Who sees all of a list hears so. Who sees a part
// of it does not: they would learn which names there are beyond.

// noSuch is the answer to a parameter that names what there is not.
func noSuch(parameter string) error {
	return invalid(aParameter+parameter, "names nothing that there is")
}

// toldOfNames reports whether the caller sees all of the list that the request is for.
func (c *Call) toldOfNames() bool { return c.within == nil && c.May(c.route.permission()) == nil }

// there is the answer where a parameter names something: nil where it is known, or where
// there may be no answer.
func (c *Call) there(parameter string, known bool, err error) error {
	if err == nil && !known && c.toldOfNames() {
		return noSuch(parameter)
	}
	return err
}

// found is there for what a service looked for.
func (c *Call) found(parameter string, err error) error {
	if fault.Is(err, fault.NotFound) {
		return c.there(parameter, false, nil)
	}
	return err
}

// spelt refuses what of a filter nothing can be called so, be it asked by whoever.
func spelt(f *access.GrantFilter) error {
	switch name := f.Misspelt(); name {
	case "":
		return nil
	case "permission":
		return invalid(aParameter+name, "must be API/RESOURCE:ACTION, such as shop/orders:read; a whole RESOURCE or ACTION may be *")
	case "subject":
		return invalid(aParameter+name, "names nothing by its id: a person is user:usr_…, not their address")
	default:
		return invalid(aParameter+name, "is nothing that one can be called")
	}
}

// named answers for what of a filter names nothing, where it let nothing through.
func (d *Door) named(ctx context.Context, c *Call, f *access.GrantFilter) error {
	for _, one := range []struct {
		parameter string
		target    audit.Target
	}{
		{"subject", audit.Target{Kind: audit.Kind(f.Subject.Kind), ID: f.Subject.ID}},
		{"role", audit.Target{Kind: access.KindRole, ID: f.Role}},
		{"org", audit.Target{Kind: access.KindOrg, ID: f.Org}},
	} {
		if one.target.ID == "" {
			continue
		}
		known, err := d.Things.Known(ctx, one.target)
		if err := c.there(one.parameter, known, err); err != nil {
			return err
		}
	}
	if f.Permission == "" {
		return nil
	}
	p, err := access.ParsePattern(f.Permission)
	if err != nil {
		return err
	}
	known, err := d.Access.Catalogued(ctx, p)
	return c.there("permission", known, err)
}

// audited answers for what of a question to the audit log names nothing; target is the
// parameter that names what it was done to.
func (d *Door) audited(ctx context.Context, c *Call, target string, q audit.Query) error {
	if q.Target != (audit.Target{}) {
		known, err := d.Things.Known(ctx, q.Target)
		if err := c.there(target, known, err); err != nil {
			return err
		}
	}
	if q.Client != "" {
		known, err := d.Things.Known(ctx, audit.OfClient(q.Client))
		if err := c.there("client", known, err); err != nil {
			return err
		}
	}
	known, err := d.Things.KnownActor(ctx, q.ActorKind, q.ActorID)
	return c.there("actor", known, err)
}
