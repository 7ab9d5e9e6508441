package access

import (
	"context"
	"fmt"
	"iter"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// MembershipRecord is a Membership as it is kept.
type MembershipRecord struct {
	Membership
	Reason    string // may be empty
	Created   time.Time
	CreatedBy string
	Rev       int64 // counts how often it was written; the first is 1
}

// membershipStore keeps who is in what.
type membershipStore interface {
	// PutMembership takes the place of one of the same member in the same group or
	// organisation.
	PutMembership(ctx context.Context, m MembershipRecord) error
	DeleteMembership(ctx context.Context, of, member Subject) error
	// DropMemberships takes member out of all that they are in, and returns of how
	// many.
	DropMemberships(ctx context.Context, member Subject) (int64, error)
	Membership(ctx context.Context, of, member Subject) (MembershipRecord, error)
	// Members lists those of a group or an organisation behind after, by their kinds
	// and ids.
	Members(ctx context.Context, of, after Subject, limit int) ([]MembershipRecord, error)
	// MembersOfKind lists those of one kind, behind after, in the order of their ids.
	MembersOfKind(ctx context.Context, of Subject, kind Kind, after string, limit int) ([]MembershipRecord, error)
	// MembershipsOf lists those of one member.
	MembershipsOf(ctx context.Context, member Subject) ([]MembershipRecord, error)
	// MembershipsAfter lists those of members of one kind, by members and what they
	// are in.
	MembershipsAfter(ctx context.Context, kind Kind, member string, of Subject, limit int) ([]MembershipRecord, error)
}

// Members lists those of a group or an organisation behind after, with those who
// were or will be, and returns where the list goes on, the zero Subject at its end.
func (s *Service) Members(ctx context.Context, of, after Subject, limit int) ([]MembershipRecord, Subject, error) {
	found, err := s.Store.Members(ctx, of, after, limit+1)
	if err != nil || len(found) <= limit {
		return found, Subject{}, err
	}
	return found[:limit], found[limit-1].Member, nil
}

// MembersOfKind is Members of those of one kind.
func (s *Service) MembersOfKind(ctx context.Context, of Subject, kind Kind, after Subject, limit int) ([]MembershipRecord, Subject, error) {
	found, err := s.Store.MembersOfKind(ctx, of, kind, after.ID, limit+1)
	if err != nil || len(found) <= limit {
		return found, Subject{}, err
	}
	return found[:limit], found[limit-1].Member, nil
}

// Membership returns the one of a member in a group or an organisation; NotFound fault
// "member.not_found".
func (s *Service) Membership(ctx context.Context, of, member Subject) (MembershipRecord, error) {
	m, err := s.Store.Membership(ctx, of, member)
	if err != nil {
		return MembershipRecord{}, fmt.Errorf("read a membership: %w", err)
	}
	return m, nil
}

// AddMember puts somebody, or a group, into a group or an organisation, or changes
// from when until when they are in it. Faults: Invalid "member.invalid" with the
// fields, NotFound, Conflict "access.full".
func (s *Service) AddMember(ctx context.Context, by audit.Actor, m MembershipRecord) (MembershipRecord, error) {
	now := clock.Now()
	m.Created, m.CreatedBy, m.Rev = now, actor(by), 1
	m.NotBefore, m.ExpiresAt = clock.Cut(m.NotBefore), clock.Cut(m.ExpiresAt)
	if err := m.check(now); err != nil {
		return MembershipRecord{}, err
	}
	err := s.alter(ctx, by, "add a member", func(ctx context.Context, t *touched, g *giver) error {
		if err := s.checkMember(ctx, &m); err != nil {
			return err
		}
		was, err := s.supersedes(ctx, g, &m)
		if err != nil {
			return err
		}
		loses, err := s.losesBy(ctx, &m.Membership, now)
		if err != nil {
			return err
		}
		var before any
		if was != nil {
			before, loses = was.document(), loses || m.shorter(was.Window)
		}
		if err := s.touchMember(ctx, t, m.Member, loses, now); err != nil {
			return err
		}
		if err := s.Store.PutMembership(ctx, m); err != nil {
			return err
		}
		return s.recordMember(ctx, by, ActionMemberAdd, &m, before, m.document())
	})
	if err != nil {
		return MembershipRecord{}, err
	}
	return m, nil
}

// check finds what is wrong with a membership by itself.
func (m *MembershipRecord) check(now time.Time) error {
	var p problems
	p.text("reason", m.Reason, maxReason)
	p.window(m.Window, now)
	if !m.Member.Kind.acts() && m.Member.Kind != Group {
		p.add("member", "must be a person, an application, a service account or a group")
	}
	if m.Of.Kind != Group && m.Of.Kind != Organisation {
		p.add("of", "must be a group or an organisation")
	}
	return p.err("member.invalid", "The member cannot be added so.")
}

// checkMember finds what is wrong with it beside all that there is.
func (s *Service) checkMember(ctx context.Context, m *MembershipRecord) error {
	if err := s.isKnown(ctx, m.Of); err != nil {
		return missingFor(err, "of", m.Of.ID)
	}
	if err := s.isKnown(ctx, m.Member); err != nil {
		return missingFor(err, "member", m.Member.ID)
	}
	return s.checkNesting(ctx, m)
}

// supersedes puts before the giver what m hands on, and returns the membership that it
// takes the place of, nil for none.
func (s *Service) supersedes(ctx context.Context, g *giver, m *MembershipRecord) (*MembershipRecord, error) {
	was, err := s.Store.Membership(ctx, m.Of, m.Member)
	if fault.Is(err, fault.NotFound) {
		return nil, s.admits(ctx, g, &m.Membership, nil)
	}
	if err != nil {
		return nil, err
	}
	m.Created, m.CreatedBy, m.Rev = was.Created, was.CreatedBy, was.Rev+1
	if err := s.admits(ctx, g, &m.Membership, &was.Membership); err != nil {
		return nil, err
	}
	return &was, s.unleashes(ctx, g, m.Of, m.Member) // for a part of the time, maybe
}

// RemoveMember takes somebody, or a group, out of a group or an organisation.
// NotFound "member.not_found", "group.not_found", "org.not_found".
func (s *Service) RemoveMember(ctx context.Context, by audit.Actor, of, member Subject) error {
	return s.alter(ctx, by, "remove a member", func(ctx context.Context, t *touched, g *giver) error {
		if err := s.isKnown(ctx, of); err != nil {
			return err
		}
		was, err := s.Store.Membership(ctx, of, member)
		if err != nil {
			return err
		}
		if err := s.lets(ctx, g, &was.Membership); err != nil {
			return err
		}
		if err := s.touchMember(ctx, t, member, true, clock.Now()); err != nil {
			return err
		}
		if err := s.Store.DeleteMembership(ctx, of, member); err != nil {
			return err
		}
		return s.recordMember(ctx, by, ActionMemberRemove, &was, was.document(), nil)
	})
}

// lets puts before the giver what a member gets who leaves: what was denied to them by
// the membership, and what conditions make of the groups that are left.
func (s *Service) lets(ctx context.Context, g *giver, m *Membership) error {
	if err := s.unleashes(ctx, g, m.Of, m.Member); err != nil || m.Of.Kind != Group {
		return err
	}
	return s.regroups(ctx, g, m.Member, time.Time{}, *m)
}

// touchMember says whose membership changed, and whether they have less by that.
func (s *Service) touchMember(ctx context.Context, t *touched, member Subject, loses bool, now time.Time) error {
	if member.Kind.acts() {
		t.principal(member, loses)
		return nil
	}
	if t.rules(); !loses {
		return nil
	}
	l, err := s.under(ctx, now, member)
	t.lose(l)
	return err
}

// touchMembers says who is in a group or an organisation that is taken away: one of the same name must
// not have them.
func (s *Service) touchMembers(ctx context.Context, t *touched, of Subject) error {
	t.rules()
	for m, err := range s.everyMember(ctx, of) {
		if err != nil {
			return err
		}
		if err := s.touchMember(ctx, t, m.Member, true, clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// everyMember are the memberships in a group or an organisation, by their kinds and ids. An
// error is the last.
func (s *Service) everyMember(ctx context.Context, of Subject) iter.Seq2[*MembershipRecord, error] {
	return func(yield func(*MembershipRecord, error) bool) {
		for after := (Subject{}); ; {
			page, err := s.Store.Members(ctx, of, after, loadPage)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page {
				if !yield(&page[i], nil) {
					return
				}
			}
			if len(page) < loadPage {
				return
			}
			after = page[len(page)-1].Member
		}
	}
}

// isKnown answers NotFound when there is no such subject.
func (s *Service) isKnown(ctx context.Context, who Subject) (err error) {
	switch who.Kind {
	case Group:
		_, err = s.Group(ctx, who.ID)
	case Organisation:
		_, err = s.Org(ctx, who.ID)
	case ServiceAccount:
		_, err = s.ServiceAccount(ctx, who.ID)
	default:
		err = s.People.Known(ctx, who)
	}
	return err
}

// checkNesting refuses one group or organisation too many of a member, and groups
// that lead in a circle or nest deeper than is followed.
func (s *Service) checkNesting(ctx context.Context, m *MembershipRecord) error {
	in := 0
	has, err := s.Store.MembershipsOf(ctx, m.Member)
	if err != nil {
		return err
	}
	for i := range has {
		if has[i].Of != m.Of {
			in++
		}
	}
	if in >= MaxGroupsOf {
		return full("groups and organisations of one "+string(m.Member.Kind), MaxGroupsOf)
	}
	if m.Member.Kind != Group || m.Of.Kind != Group { // an organisation is in nothing
		return nil
	}
	over := map[string][]string{m.Member.ID: {m.Of.ID}}
	err = eachMembership(ctx, s.Store, Group, func(m *MembershipRecord) {
		if m.Of.Kind == Group {
			over[m.Member.ID] = append(over[m.Member.ID], m.Of.ID)
		}
	})
	if err != nil {
		return err
	}
	var p problems
	switch height, circle := highest(over); {
	case circle:
		p.add("member", "would lead round in a circle")
	case height > MaxNesting-1:
		p.add("member", "would lead through more than %d groups", MaxNesting)
	}
	return p.err("member.invalid", "The member cannot be added so.")
}

func (m *MembershipRecord) document() map[string]any {
	doc := map[string]any{"member": map[string]any{"kind": m.Member.Kind, "id": m.Member.ID}}
	if m.Reason != "" {
		doc["reason"] = m.Reason
	}
	if !m.NotBefore.IsZero() {
		doc["not_before"] = m.NotBefore
	}
	if !m.ExpiresAt.IsZero() {
		doc["expires_at"] = m.ExpiresAt
	}
	return doc
}

func (s *Service) recordMember(ctx context.Context, by audit.Actor, action audit.Action, m *MembershipRecord, before, after any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: audit.Kind(m.Of.Kind), ID: m.Of.ID}}
	concern(&e, m.Member)
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	return s.Audit.Record(ctx, e)
}
