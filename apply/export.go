package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/oauth"
)

// exportPage is how many things are read at once.
const exportPage = 500

// Export calls write for each object of the house as it stands in one state, kind by
// kind and by ids, without what is secret and what is over. Grants that the set-up made
// are among them. An error of write ends it.
func (s *Service) Export(ctx context.Context, write func(o Object) error) error {
	err := s.Access.Store.View(ctx, func(ctx context.Context) error {
		for _, step := range []func(ctx context.Context, write func(o Object) error) error{
			s.exportOrgs, s.exportGroups, s.exportAPIs, s.exportRoles, s.exportScopes, s.exportClients, s.exportAccounts, s.exportMemberships, s.exportGrants, s.exportGate,
		} {
			if err := step(ctx, write); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// exportAll writes a list of a kind in the order of its ids.
func exportAll[T any](list []T, err error, write func(o Object) error, kind Kind, name func(T) string, spec func(T) any) error {
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	for _, one := range list {
		if err := write(Object{kind, name(one), spec(one)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) exportOrgs(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.Orgs(ctx)
	return exportAll(all, err, write, Organisation, func(o access.OrgRecord) string { return o.ID }, func(o access.OrgRecord) any { return ofOrg(o) })
}

func (s *Service) exportGroups(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.Groups(ctx)
	return exportAll(all, err, write, Group, func(g access.GroupRecord) string { return g.ID }, func(g access.GroupRecord) any { return ofGroup(g) })
}

func (s *Service) exportAPIs(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.APIs(ctx)
	return exportAll(all, err, write, API, func(a access.API) string { return a.ID }, func(a access.API) any { return ofAPI(a) })
}

func (s *Service) exportRoles(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.Roles(ctx)
	return exportAll(all, err, write, Role, func(r access.Role) string { return r.ID }, func(r access.Role) any { return ofRole(r) })
}

func (s *Service) exportScopes(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.Scopes(ctx)
	return exportAll(all, err, write, Scope, func(o access.Scope) string { return o.Name }, func(o access.Scope) any { return ofScope(o) })
}

func (s *Service) exportClients(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.Clients(ctx)
	return exportAll(all, err, write, Client, func(c oauth.Client) string { return string(c.ID) }, func(c oauth.Client) any { return ofClient(c) })
}

func (s *Service) exportAccounts(ctx context.Context, write func(o Object) error) error {
	all, err := s.Store.ServiceAccounts(ctx)
	return exportAll(all, err, write, ServiceAccount, func(a access.ServiceAccountRecord) string { return a.ID }, func(a access.ServiceAccountRecord) any { return ofAccount(a) })
}

// exportMemberships goes through the groups and organisations, and reads a page of
// members at a time.
func (s *Service) exportMemberships(ctx context.Context, write func(o Object) error) error {
	var of []access.Subject
	groups, err := s.Store.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		of = append(of, access.Subject{Kind: access.Group, ID: g.ID})
	}
	orgs, err := s.Store.Orgs(ctx)
	if err != nil {
		return err
	}
	for _, o := range orgs {
		of = append(of, access.Subject{Kind: access.Organisation, ID: o.ID})
	}
	slices.SortFunc(of, func(a, b access.Subject) int {
		return strings.Compare(string(a.Kind)+":"+a.ID, string(b.Kind)+":"+b.ID)
	})
	for _, one := range of {
		if err := s.exportMembers(ctx, one, write); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) exportMembers(ctx context.Context, of access.Subject, write func(o Object) error) error {
	for after := (access.Subject{}); ; {
		page, err := s.Store.Members(ctx, of, after, exportPage)
		if err != nil {
			return err
		}
		people, err := emails(ctx, s, page, func(m access.MembershipRecord) access.Subject { return m.Member })
		if err != nil {
			return err
		}
		for _, m := range page {
			if end := m.ExpiresAt; !end.IsZero() && !end.After(time.Now()) {
				continue // it is over, and nobody could make it
			}
			if err := write(Object{Kind: Membership, Spec: ofMembership(m, people)}); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
		after = page[len(page)-1].Member
	}
}

func (s *Service) exportGrants(ctx context.Context, write func(o Object) error) error {
	for after := id.Grant(""); ; {
		page, err := s.Store.GrantsByID(ctx, after, exportPage)
		if err != nil {
			return err
		}
		people, err := emails(ctx, s, page, func(g access.GrantRecord) access.Subject { return g.Subject })
		if err != nil {
			return err
		}
		for _, g := range page {
			if g.OverAt(time.Now()) {
				continue
			}
			if err := write(Object{Grant, grantSays(g), ofGrant(g.Grant, people)}); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// emails are those of the people whom a page is about.
func emails[T any](ctx context.Context, s *Service, page []T, who func(T) access.Subject) (map[id.User]string, error) {
	var ids []string
	for _, one := range page {
		if w := who(one); w.Kind == access.User {
			ids = append(ids, w.ID)
		}
	}
	return s.Store.EmailsByID(ctx, ids)
}
