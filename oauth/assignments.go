package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// Assigner knows which roles and groups people have. It is asked for clients that
// require some or are told of them: at each sign-in, each token, and each look at one.
type Assigner interface {
	// Assignments returns what the bearer has at Now. It answers from memory, by a
	// policy that is known to be the present one. An error is never "nothing".
	Assignments(ctx context.Context, b Bearer) (Assignments, error)
	// Unknown returns those of the roles and groups that nobody made.
	Unknown(ctx context.Context, roles, groups []string) (noRoles, noGroups []string, err error)
}

// Bearer is a person, as a token speaks for them.
type Bearer struct {
	User     id.User
	Session  id.Session
	Client   id.Client
	Level    proof.Level
	AuthTime time.Time
	Now      time.Time
	Until    time.Time // how far ahead is looked for what ends
}

// Assignments is which roles and groups somebody has.
type Assignments struct {
	Roles  []Assignment // on every resource
	Partly []Assignment // roles that are had on some resources alone
	Groups []Assignment
}

// Assignment is a role or a group that somebody has; a zero Until does not end within the
// time that was looked at.
type Assignment struct {
	ID    string
	Until time.Time
}

// RequiresAssignments reports whether the client takes in those alone who have certain
// roles and groups.
func (c *Client) RequiresAssignments() bool { return len(c.RequireRoles)+len(c.RequireGroups) > 0 }

// Admits reports whether somebody with these has all that the client requires,
// and until when; zero: it does not end within the time that was looked at. A role
// that is had on some resources is had.
func (c *Client) Admits(s Assignments) (until time.Time, ok bool) {
	for _, name := range c.RequireRoles {
		end, has := longest(name, s.Roles, s.Partly)
		if !has {
			return time.Time{}, false
		}
		until = sooner(until, end)
	}
	for _, name := range c.RequireGroups {
		end, has := longest(name, s.Groups)
		if !has {
			return time.Time{}, false
		}
		until = sooner(until, end)
	}
	return until, true
}

// longest returns the later of the ends of what is had by name.
func longest(name string, lists ...[]Assignment) (end time.Time, has bool) {
	for _, list := range lists {
		i := slices.IndexFunc(list, func(h Assignment) bool { return h.ID == name })
		if i < 0 {
			continue
		}
		if !has || !end.IsZero() && (list[i].Until.IsZero() || list[i].Until.After(end)) {
			end = list[i].Until
		}
		has = true
	}
	return end, has
}

// sooner returns the earlier of two ends; zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

var (
	errNotAdmitted = refuse(AccessDenied, SaysNotAdmitted)
	errShutOut     = refuse(InvalidGrant, SaysNotAdmitted)
)

// SaysNotAdmitted is what an application hears whose person lacks what it requires.
const SaysNotAdmitted = "The person lacks a role or a group that the application requires."

// admit asks whether the client takes the person of a in, and lets nothing outlive
// that. Nothing ends where it does not: a role that comes back brings back what was
// there.
func (s *Service) admit(ctx context.Context, c *Client, a *Authorization, now time.Time, cfg *Config, allowed *Allowance) error {
	if a.User == "" || !c.RequiresAssignments() && !c.Told.asksAssignments() {
		return nil
	}
	assigned, err := s.assignments(ctx, c, a, now, now.Add(max(cfg.accessTTL(c), cfg.IDTokenTTL)))
	if err != nil {
		return err
	}
	until, ok := c.Admits(assigned)
	if !ok {
		return errShutOut
	}
	allowed.Until, allowed.assigned = sooner(allowed.Until, until), assigned
	return nil
}

func (s *Service) assignments(ctx context.Context, c *Client, a *Authorization, now, until time.Time) (Assignments, error) {
	return assignmentsOf(ctx, s.Assigner, c, a, now, until)
}

func assignmentsOf(ctx context.Context, of Assigner, c *Client, a *Authorization, now, until time.Time) (Assignments, error) {
	assigned, err := of.Assignments(ctx, Bearer{
		User: a.User, Session: a.Session, Client: c.ID, Level: a.Level, AuthTime: a.AuthTime, Now: now, Until: until,
	})
	if err != nil {
		return Assignments{}, fmt.Errorf("ask for roles and groups: %w", err)
	}
	return assigned, nil
}

// checkRequired refuses what the client is to require from now on and nobody made: by
// a name that is misspelt everybody would be shut out. It joins the transaction of ctx.
// Old is nil for a client that is new.
func (s *Service) checkRequired(ctx context.Context, old, c *Client) error {
	var had Client
	if old != nil {
		had = *old
	}
	roles, groups := beyond(had.RequireRoles, c.RequireRoles), beyond(had.RequireGroups, c.RequireGroups)
	toldRoles, toldGroups := sourcesOf(beyond(had.Told.Claims, c.Told.Claims))
	roles, groups = append(roles, toldRoles...), append(groups, toldGroups...)
	if len(roles)+len(groups) == 0 {
		return nil
	}
	noRoles, noGroups, err := s.Assigner.Unknown(ctx, roles, groups)
	if err != nil {
		return err
	}
	var p problems
	p.unknown("require_roles", "role", c.RequireRoles, noRoles)
	p.unknown("require_groups", "group", c.RequireGroups, noGroups)
	for i, text := range c.Told.Claims {
		m, err := parseMapping(text)
		if err == nil && (m.source.Kind == FromRole && slices.Contains(noRoles, m.source.Name) || m.source.Kind == FromGroup && slices.Contains(noGroups, m.source.Name)) {
			p.add(fmt.Sprintf("claims[%d]", i), "names a %s that there is not", m.source.Kind)
		}
	}
	if len(p) == 0 {
		return nil
	}
	return p.fault()
}

// beyond are those of list that old has not.
func beyond(old, list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(old, name) })
}

func (p *problems) unknown(field, kind string, list, unknown []string) {
	for i, name := range list {
		if slices.Contains(unknown, name) {
			p.add(fmt.Sprintf("%s[%d]", field, i), "is no %s that there is", kind)
		}
	}
}

// admits reports whether the person of an access token has at now what the client
// requires. An error is never a no.
func admits(ctx context.Context, of Assigner, c *Client, t *AccessClaims, now time.Time) (bool, error) {
	if !t.OfPerson() || !c.RequiresAssignments() {
		return true, nil
	}
	a, err := t.authorization()
	if err != nil {
		return false, err
	}
	assigned, err := assignmentsOf(ctx, of, c, &a, now, now)
	if err != nil {
		return false, err
	}
	_, ok := c.Admits(assigned)
	return ok, nil
}

// authorization is what the token says of the sign-in that it came of.
func (c *AccessClaims) authorization() (Authorization, error) {
	level, err := proof.ParseLevel(c.ACR)
	if err != nil {
		return Authorization{}, fmt.Errorf("read the level of a token: %w", err)
	}
	return Authorization{
		ID: id.Authorization(c.Authorization), Client: id.Client(c.ClientID), User: id.User(c.Subject), Session: id.Session(c.Session),
		AuthTime: time.Unix(c.AuthTime, 0).UTC(), Level: level, AMR: c.AMR,
	}, nil
}
