package house

import (
	"context"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
)

// assigner lets oauth and flow ask access which roles and groups people have.
type assigner struct {
	policy policy
	access *access.Service
}

// Assignments implements oauth.Assigner.
func (s assigner) Assignments(ctx context.Context, b oauth.Bearer) (oauth.Assignments, error) {
	policy, err := s.policy.Current(ctx)
	if err != nil {
		return oauth.Assignments{}, err
	}
	has := policy.Assignments(&access.Question{
		Principal: access.Subject{Kind: access.User, ID: string(b.User)}, Session: b.Session, Client: b.Client,
		Level: b.Level, AuthTime: b.AuthTime, Now: b.Now,
	}, b.Until)
	return oauth.Assignments{Roles: assigned(has.Roles), Partly: assigned(has.Partly), Groups: assigned(has.Groups)}, nil
}

func assigned(list []access.Assignment) []oauth.Assignment {
	var out []oauth.Assignment
	for _, h := range list {
		out = append(out, oauth.Assignment{ID: h.ID, Until: h.Until})
	}
	return out
}

// Unknown implements oauth.Assigner.
func (s assigner) Unknown(ctx context.Context, roles, groups []string) (noRoles, noGroups []string, err error) {
	for _, name := range roles {
		if _, err := s.access.Role(ctx, name); fault.Is(err, fault.NotFound) {
			noRoles = append(noRoles, name)
		} else if err != nil {
			return nil, nil, err
		}
	}
	for _, name := range groups {
		if _, err := s.access.Group(ctx, name); fault.Is(err, fault.NotFound) {
			noGroups = append(noGroups, name)
		} else if err != nil {
			return nil, nil, err
		}
	}
	return noRoles, noGroups, nil
}

// admission is what user lacks of what c requires. What they have once they have
// proved more they do not lack: the sign-in asks for that proof.
func (s assigner) admission(ctx context.Context, c *oauth.Client, user id.User) (flow.Admission, error) {
	if !c.RequiresAssignments() {
		return flow.Admission{}, nil
	}
	policy, err := s.policy.Current(ctx)
	if err != nil {
		return flow.Admission{}, err
	}
	now := time.Now()
	has := policy.Assignments(&access.Question{Principal: access.Subject{Kind: access.User, ID: string(user)}, Client: c.ID, Now: now}, now)
	var a flow.Admission
	for _, name := range c.RequireRoles {
		is := func(h access.Assignment) bool { return h.ID == name }
		if slices.ContainsFunc(has.Roles, is) || slices.ContainsFunc(has.Partly, is) {
			continue
		}
		i := slices.IndexFunc(has.Pending, func(p access.Pending) bool { return p.ID == name })
		if i < 0 {
			a.Missing = append(a.Missing, flow.Membership{ID: name})
			continue
		}
		need := has.Pending[i].Need
		a.Level = max(a.Level, need.Level)
		if a.MaxAge == 0 || need.MaxAge != 0 && need.MaxAge < a.MaxAge {
			a.MaxAge = need.MaxAge
		}
	}
	for _, name := range c.RequireGroups {
		if !slices.ContainsFunc(has.Groups, func(h access.Assignment) bool { return h.ID == name }) {
			a.Missing = append(a.Missing, flow.Membership{Group: true, ID: name})
		}
	}
	return a, nil
}

// Admit implements flow.Apps.
func (a apps) Admit(ctx context.Context, client id.Client, user id.User) (flow.Admission, error) {
	c, err := a.registry.Client(ctx, client)
	if err != nil {
		return flow.Admission{}, err
	}
	return a.assigner.admission(ctx, c, user)
}
