package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// OrgRecord is an organisation as it is kept. People, applications, service
// accounts and groups are members of it. A grant may count within one only, and
// then for its members; and everybody in one may be given something.
type OrgRecord struct {
	ID, Description string
	Created         time.Time
	Rev             int64
}

// orgStore keeps organisations.
type orgStore interface {
	// InsertOrg answers Conflict "org.exists"; DeleteOrg removes its members too.
	InsertOrg(ctx context.Context, o OrgRecord) error
	// UpdateOrg, which writes Description, answers Conflict "access.changed".
	UpdateOrg(ctx context.Context, o OrgRecord) error
	DeleteOrg(ctx context.Context, name string) error
	Orgs(ctx context.Context) ([]OrgRecord, error)
}

// CreateOrg adds an organisation without members. Faults: Invalid "org.invalid",
// Conflict "org.exists", "access.full".
func (s *Service) CreateOrg(ctx context.Context, by audit.Actor, o OrgRecord) (OrgRecord, error) {
	o.Created, o.Rev = clock.Now(), 1
	err := s.createContainer(ctx, by, container{
		code: "org.invalid", noun: "an organisation", plural: "organisations", kind: KindOrg, action: ActionOrgCreate,
		refusal: "The organisation cannot be used so.",
		id:      o.ID, description: o.Description, most: MaxOrgs,
		number: func(ctx context.Context) (int, error) { all, err := s.Store.Orgs(ctx); return len(all), err },
		insert: func(ctx context.Context) error { return s.Store.InsertOrg(ctx, o) },
	})
	if err != nil {
		return OrgRecord{}, err
	}
	return o, nil
}

// UpdateOrg replaces the description of an organisation. Faults: Invalid "org.invalid",
// NotFound, and Conflict "access.changed" when o.Rev is set and is not what the store has.
func (s *Service) UpdateOrg(ctx context.Context, by audit.Actor, o OrgRecord) (OrgRecord, error) {
	if err := described("org.invalid", "The organisation cannot be used so.", o.Description); err != nil {
		return OrgRecord{}, err
	}
	err := s.alter(ctx, by, "update an organisation", func(ctx context.Context, t *touched, _ *giver) error {
		t.rules()
		was, err := s.Org(ctx, o.ID)
		if err != nil {
			return err
		}
		if o.Created = was.Created; o.Rev == 0 {
			o.Rev = was.Rev
		}
		if err := s.Store.UpdateOrg(ctx, o); err != nil {
			return err
		}
		o.Rev++
		return s.record(ctx, by, ActionOrgUpdate, KindOrg, o.ID, map[string]any{"description": was.Description}, map[string]any{"description": o.Description})
	})
	if err != nil {
		return OrgRecord{}, err
	}
	return o, nil
}

// DeleteOrg removes an organisation with its memberships, where no grant is for
// everybody in it, counts within it or asks for it that is not over. Faults: NotFound, Conflict
// "org.in_use".
func (s *Service) DeleteOrg(ctx context.Context, by audit.Actor, name string) error {
	return s.alter(ctx, by, "delete an organisation", func(ctx context.Context, t *touched, g *giver) error {
		o, err := s.Org(ctx, name)
		if err != nil {
			return err
		}
		now := clock.Now()
		has, err := s.Store.GrantsAfter(ctx, Subject{Organisation, name}, fromNow(now), 1)
		if err != nil {
			return err
		}
		within, err := s.Store.GrantInOrg(ctx, name, now)
		if err != nil {
			return err
		}
		if len(has) > 0 {
			within = cmp.Or(within, has[0].ID)
		}
		if within != "" {
			return inUse("org.in_use", grantFor(within))
		}
		if err := s.unnamed(ctx, KindOrg, name); err != nil {
			return err
		}
		if err := s.unleashes(ctx, g, Subject{Organisation, name}, Subject{Kind: Group}); err != nil {
			return err
		}
		if err := s.touchMembers(ctx, t, Subject{Organisation, name}); err != nil {
			return err
		}
		if err := s.Store.DeleteOrg(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionOrgDelete, KindOrg, name, map[string]any{"description": o.Description}, nil)
	})
}

// Org returns one of them; NotFound fault "org.not_found".
func (s *Service) Org(ctx context.Context, name string) (OrgRecord, error) {
	if s.memo != nil {
		one, there := s.memo.draft.OrgNamed(name)
		return orMissing(one, there, "org")
	}
	all, err := s.Store.Orgs(ctx)
	if err != nil {
		return OrgRecord{}, fmt.Errorf("read an organisation: %w", err)
	}
	i := slices.IndexFunc(all, func(o OrgRecord) bool { return o.ID == name })
	if i < 0 {
		return OrgRecord{}, fault.Missing("org")
	}
	return all[i], nil
}

// Orgs returns all of them, in the order of their ids.
func (s *Service) Orgs(ctx context.Context) ([]OrgRecord, error) {
	all, err := s.Store.Orgs(ctx)
	slices.SortFunc(all, func(a, b OrgRecord) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}
