package apply

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// found turns what is not there into a no.
func found[T any](v T, err error) (T, bool, error) {
	if fault.Is(err, fault.NotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

func (p *planner) applications(ctx context.Context) error {
	meant, err := p.clients.Meant(ctx) // after the set's own scopes
	if err != nil {
		return err
	}
	return p.each(Client, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*ClientSpec)
		was, there, err := found(p.clients.Client(ctx, id.Client(name)))
		if err != nil {
			return err
		}
		is := r.client(name, spec, was.Disabled)
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofClient(is), more: p.privileges(there, &was, &is)}
		if there {
			t.before = ofClient(was)
		}
		for _, one := range meant.Unknown(is.Scopes) {
			p.plan.Warnings = append(p.plan.Warnings, Warning{Client, name, "scopes", one.Problem()})
		}
		t.create = func() (time.Time, error) { return p.createClient(ctx, is) }
		t.update = func([]FieldChange) (time.Time, error) { return was.Created, p.updateClient(ctx, was, is) }
		return p.put(t)
	})
}

// privileges are what a change of an application needs besides clients:write.
func (p *planner) privileges(there bool, was, is *oauth.Client) (names []string) {
	if was.Disabled != is.Disabled {
		names = append(names, "clients:disable")
	}
	if there && (was.AuthMethod != is.AuthMethod || was.JWKS != is.JWKS) {
		names = append(names, "clients:secrets")
	}
	if !there {
		was = nil
	}
	if p.clients.NeedsPrivilege(was, is) {
		names = append(names, "clients:privilege")
	}
	return names
}

func (p *planner) createClient(ctx context.Context, is oauth.Client) (time.Time, error) {
	made, text, err := p.clients.CreateClient(ctx, p.by, is)
	if err == nil && text != "" {
		p.plan.secrets = append(p.plan.secrets, Secret{made.ID, text})
	}
	return made.Created, err
}

func (p *planner) updateClient(ctx context.Context, was, is oauth.Client) error {
	is.Rev = was.Rev
	now, err := p.clients.UpdateClient(ctx, p.by, is)
	if err != nil || len(now.Secrets) > 0 || !now.Takes(oauth.AuthBasic) && !now.Takes(oauth.AuthPost) {
		return err
	}
	_, text, err := p.clients.RotateSecret(ctx, p.by, is.ID)
	p.plan.secrets = append(p.plan.secrets, Secret{is.ID, text})
	return err
}

func (p *planner) accounts(ctx context.Context) error {
	return p.each(ServiceAccount, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*ServiceAccountSpec)
		was, there, err := found(p.access.ServiceAccount(ctx, name))
		if err != nil {
			return err
		}
		is := access.ServiceAccountRecord{ID: name, Description: spec.Description, Disabled: was.Disabled}
		if spec.Disabled != nil {
			is.Disabled = *spec.Disabled
		}
		t := thing{object: i, name: name, says: name, made: was.Created, after: ofAccount(is)}
		if there {
			t.before = ofAccount(was)
		}
		t.create = func() (time.Time, error) {
			made, err := p.access.CreateServiceAccount(ctx, p.by, access.NewServiceAccount{ServiceAccountRecord: is, NoKey: true})
			if err != nil {
				return time.Time{}, err
			}
			return made.Created, p.standing(ctx, made.ServiceAccountRecord, is.Disabled)
		}
		t.update = func([]FieldChange) (time.Time, error) {
			if was.Description != is.Description {
				if _, err := p.access.UpdateServiceAccount(ctx, p.by, access.ServiceAccountRecord{ID: name, Description: is.Description}); err != nil {
					return time.Time{}, err
				}
			}
			return was.Created, p.standing(ctx, was, is.Disabled)
		}
		return p.put(t)
	})
}

// standing disables or enables a service account.
func (p *planner) standing(ctx context.Context, a access.ServiceAccountRecord, disabled bool) (err error) {
	switch {
	case disabled && !a.Disabled:
		_, err = p.access.DisableServiceAccount(ctx, p.by, a.ID, p.because())
	case !disabled && a.Disabled:
		_, err = p.access.EnableServiceAccount(ctx, p.by, a.ID, p.because())
	}
	return err
}

func (p *planner) because() string { return "The set " + p.set.Name + " says so" }

func (p *planner) memberships(ctx context.Context) error {
	return p.each(Membership, func(i int, _ string, r reading) error {
		spec := p.set.Objects[i].Spec.(*MembershipSpec)
		is, ok := r.membership(spec)
		if !ok {
			return nil
		}
		is.NotBefore, is.ExpiresAt = clock.Cut(is.NotBefore), clock.Cut(is.ExpiresAt)
		was, there, err := found(p.policy.Membership(ctx, is.Of, is.Member))
		if err != nil {
			return err
		}
		after := ofMembership(is, p.emails)
		t := thing{object: i, name: membershipName(is.Membership), says: membershipSays(after), made: was.Created, after: after}
		if there {
			t.before = ofMembership(was, p.emails)
		}
		add := func() (time.Time, error) { made, err := p.access.AddMember(ctx, p.by, is); return made.Created, err }
		t.create, t.update = add, func([]FieldChange) (time.Time, error) { return add() }
		return p.put(t)
	})
}

func (p *planner) grants(ctx context.Context) error {
	return p.each(Grant, func(i int, name string, r reading) error {
		spec := p.set.Objects[i].Spec.(*GrantSpec)
		is, ok := r.grant(name, spec)
		if !ok {
			return nil
		}
		is.NotBefore, is.ExpiresAt = clock.Cut(is.NotBefore), clock.Cut(is.ExpiresAt)
		was, there, err := found(p.policy.Grant(ctx, is.ID))
		if err != nil {
			return err
		}
		if there && was.OverAt(p.now) {
			return p.ended(i, name, was, is)
		}
		if spec.ExpiresAt == "" && there {
			if most, err := p.access.LongestGrant(ctx, is.Role); err != nil || most > 0 {
				is.ExpiresAt = was.ExpiresAt // the role's
			}
		}
		t := thing{object: i, name: string(is.ID), says: name, made: was.Created, after: ofGrant(is, p.emails)}
		if there {
			t.before = ofGrant(was.Grant, p.emails)
		}
		t.create = func() (time.Time, error) {
			made, err := p.access.GiveAs(ctx, p.by, is.ID, name, is)
			return made.Created, err
		}
		t.update = func(fields []FieldChange) (time.Time, error) { return was.Created, p.extend(ctx, i, was, is, fields) }
		return p.put(t)
	})
}

// ended tells of a grant that is over and shall not be.
func (p *planner) ended(i int, name string, was access.GrantRecord, is access.Grant) error {
	k := key{Grant, string(is.ID)}
	if p.twice(k, i) {
		return nil
	}
	if p.owner(k, was.Created) == p.set.Name || !was.Revoked.IsZero() || !was.ExpiresAt.Equal(is.ExpiresAt) {
		if was.Revoked.IsZero() && was.ExpiresAt.Equal(is.ExpiresAt) {
			return nil // it ended as the set says
		}
		p.tell(Ended, Grant, thing{says: name}, nil)
	}
	return nil
}

// extend lets a grant last longer, which is all of it that can change.
func (p *planner) extend(ctx context.Context, i int, was access.GrantRecord, is access.Grant, fields []FieldChange) error {
	for _, f := range fields {
		if f.Name != "expires_at" {
			p.bad.add(i, "spec."+f.Name, "cannot be changed of a grant that is there: give the new one a metadata.id of its own, and leave the old one out")
		}
	}
	if len(fields) != 1 || fields[0].Name != "expires_at" {
		return nil
	}
	if is.ExpiresAt.IsZero() || !was.ExpiresAt.IsZero() && is.ExpiresAt.Before(was.ExpiresAt) || was.ExpiresAt.IsZero() {
		p.bad.add(i, "spec.expires_at", "can only become later than %s: to end a grant sooner leave it out and prune, or revoke it", orNever(was.ExpiresAt))
		return nil
	}
	_, err := p.access.Extend(ctx, p.by, was.ID, is.ExpiresAt)
	return err
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}
