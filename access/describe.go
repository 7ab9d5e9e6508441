package access

import (
	"context"

	"gatehouse/audit"
	"gatehouse/clock"
)

// UpdateGroup replaces the description of a group. Faults: Invalid "group.invalid",
// NotFound, and Conflict "access.changed" when g.Rev is set and is not what the store has.
func (s *Service) UpdateGroup(ctx context.Context, by audit.Actor, g GroupRecord) (GroupRecord, error) {
	if err := described("group.invalid", "The group cannot be used so.", g.Description); err != nil {
		return GroupRecord{}, err
	}
	err := s.alter(ctx, by, "update a group", func(ctx context.Context, t *touched, _ *giver) error {
		t.rules()
		was, err := s.Group(ctx, g.ID)
		if err != nil {
			return err
		}
		if g.Created = was.Created; g.Rev == 0 {
			g.Rev = was.Rev
		}
		if err := s.Store.UpdateGroup(ctx, g); err != nil {
			return err
		}
		g.Rev++
		return s.record(ctx, by, ActionGroupUpdate, KindGroup, g.ID, map[string]any{"description": was.Description}, map[string]any{"description": g.Description})
	})
	if err != nil {
		return GroupRecord{}, err
	}
	return g, nil
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

// UpdateServiceAccount replaces the description of a service account. Faults: Invalid
// "service.invalid", NotFound, and Conflict "access.changed" when a.Rev is set and is
// not what the store has.
func (s *Service) UpdateServiceAccount(ctx context.Context, by audit.Actor, a ServiceAccountRecord) (ServiceAccountRecord, error) {
	if err := described("service.invalid", "The service account cannot be used so.", a.Description); err != nil {
		return ServiceAccountRecord{}, err
	}
	err := s.alter(ctx, by, "update a service account", func(ctx context.Context, t *touched, _ *giver) error {
		t.principal(Subject{ServiceAccount, a.ID}, false)
		was, err := s.ServiceAccount(ctx, a.ID)
		if err != nil {
			return err
		}
		is := was
		if is.Description, is.Updated = a.Description, clock.Now(); a.Rev != 0 {
			is.Rev = a.Rev
		}
		if err := s.Store.UpdateServiceAccount(ctx, is); err != nil {
			return err
		}
		is.Rev++
		a = is
		return s.record(ctx, by, ActionServiceUpdate, KindService, a.ID, was.document(), a.document())
	})
	if err != nil {
		return ServiceAccountRecord{}, err
	}
	return a, nil
}

func described(code, detail, description string) error {
	var p problems
	p.text("description", description, maxDescription)
	return p.err(code, detail)
}
