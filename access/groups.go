package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// GroupRecord is a group as it is kept.
type GroupRecord struct {
	ID, Description string
	Created         time.Time
	Rev             int64
}

// groupStore keeps groups.
type groupStore interface {
	// InsertGroup answers Conflict "group.exists"; DeleteGroup removes its members
	// and its own memberships too.
	InsertGroup(ctx context.Context, g GroupRecord) error
	// UpdateGroup, which writes Description, answers Conflict "access.changed".
	UpdateGroup(ctx context.Context, g GroupRecord) error
	DeleteGroup(ctx context.Context, name string) error
	Groups(ctx context.Context) ([]GroupRecord, error)
}

// CreateGroup adds a group without members. Faults: Invalid "group.invalid",
// Conflict "group.exists", "access.full".
func (s *Service) CreateGroup(ctx context.Context, by audit.Actor, g GroupRecord) (GroupRecord, error) {
	g.Created, g.Rev = clock.Now(), 1
	err := s.createContainer(ctx, by, container{
		code: "group.invalid", noun: "a group", plural: "groups", kind: KindGroup, action: ActionGroupCreate,
		refusal: "The group cannot be used so.",
		id:      g.ID, description: g.Description, most: MaxGroups,
		number: func(ctx context.Context) (int, error) { all, err := s.Store.Groups(ctx); return len(all), err },
		insert: func(ctx context.Context) error { return s.Store.InsertGroup(ctx, g) },
	})
	if err != nil {
		return GroupRecord{}, err
	}
	return g, nil
}

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

// DeleteGroup removes a group, with the memberships of and in it, to which nothing
// is granted that is not over, and that no such grant names. Faults: NotFound, Conflict
// "group.in_use".
func (s *Service) DeleteGroup(ctx context.Context, by audit.Actor, name string) error {
	return s.alter(ctx, by, "delete a group", func(ctx context.Context, t *touched, g *giver) error {
		was, err := s.Group(ctx, name)
		if err != nil {
			return err
		}
		has, err := s.Store.GrantsAfter(ctx, Subject{Group, name}, fromNow(time.Now()), 1)
		if err != nil {
			return err
		}
		if len(has) > 0 {
			return inUse("group.in_use", grantFor(has[0].ID))
		}
		if err := s.unnamed(ctx, KindGroup, name); err != nil {
			return err
		}
		if err := s.unleashes(ctx, g, Subject{Group, name}, Subject{Kind: Group}); err != nil {
			return err
		}
		if err := s.regroups(ctx, g, Subject{Group, name}, time.Time{}); err != nil {
			return err
		}
		client, err := s.Clients.Requiring(ctx, "", name)
		if err != nil {
			return err
		}
		if client != "" {
			return inUse("group.in_use", fmt.Sprintf("The application %s asks for it. Say first what it asks for instead: gatehouse client update %s --require-group …", client, client))
		}
		if err := s.touchMembers(ctx, t, Subject{Group, name}); err != nil {
			return err
		}
		if err := s.Store.DeleteGroup(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionGroupDelete, KindGroup, name, map[string]any{"description": was.Description}, nil)
	})
}

// Group returns one of them; NotFound fault "group.not_found".
func (s *Service) Group(ctx context.Context, name string) (GroupRecord, error) {
	if s.memo != nil {
		one, there := s.memo.draft.GroupNamed(name)
		return orMissing(one, there, "group")
	}
	all, err := s.Store.Groups(ctx)
	if err != nil {
		return GroupRecord{}, fmt.Errorf("read a group: %w", err)
	}
	i := slices.IndexFunc(all, func(g GroupRecord) bool { return g.ID == name })
	if i < 0 {
		return GroupRecord{}, fault.Missing("group")
	}
	return all[i], nil
}

// Groups returns all of them, in the order of their ids.
func (s *Service) Groups(ctx context.Context) ([]GroupRecord, error) {
	all, err := s.Store.Groups(ctx)
	slices.SortFunc(all, func(a, b GroupRecord) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}
