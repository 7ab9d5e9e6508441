package town

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
)

// The organisation has an API for each department, which knows the same things of each.
var (
	departments = strings.Fields(`audit billing claims delivery design energy facilities finance fleet housing hr insurance it
laboratory legal logistics marketing payroll press production purchasing quality research sales security`)

	resources = strings.Fields(`accounts budgets cases contracts documents forecasts invoices orders reports suppliers`)
	actions   = strings.Fields(`read write approve export`)
	levels    = strings.Fields(`viewer editor approver manager`) // each has what the one before it has
	sites     = strings.Fields(`athens berlin bilbao cork gdansk ghent graz krakow leipzig lisbon lyon malmo milan
nantes oslo porto riga tartu turku zagreb`)
)

// owners says of which of them somebody may have their own.
var owners = map[string]string{"documents": "author_id", "orders": "buyer_id"}

func day(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func now() time.Time { return clock.Now() }

func (t *town) apis() part {
	there := func(ctx context.Context, number int) (bool, error) {
		_, err := t.Access.API(ctx, departments[number])
		return is(err)
	}
	return each("APIs", len(departments), there, func(ctx context.Context, number int) error {
		api := access.API{ID: departments[number], Audience: "https://" + departments[number] + ".example.test", Owners: owners}
		for _, resource := range resources {
			for _, action := range actions {
				api.Permissions = append(api.Permissions, access.Permission{
					Resource: resource, Action: action, Sensitive: action == "export",
					Description: strings.ToUpper(action[:1]) + action[1:] + " " + resource,
				})
			}
		}
		_, err := t.Access.CreateAPI(ctx, by, api)
		return err
	})
}

// role is the name of one, and what stands above it: a thing of a department, on a level.
func role(number int) (name, api, resource string, level int) {
	level = number % len(levels)
	resource = resources[number/len(levels)%len(resources)]
	turn := number / len(levels) / len(resources)
	api = departments[turn%len(departments)]
	name = api + "-" + resource + "-" + levels[level]
	if more := turn / len(departments); more > 0 {
		name += fmt.Sprintf("-%d", more+1)
	}
	return name, api, resource, level
}

func (t *town) roles() part {
	there := func(ctx context.Context, number int) (bool, error) {
		name, _, _, _ := role(number)
		_, err := t.Access.Role(ctx, name)
		return is(err)
	}
	all := each("roles", t.Roles, there, func(ctx context.Context, number int) error {
		name, api, resource, level := role(number)
		r := access.Role{ID: name, Permissions: []access.Pattern{{API: api, Resource: resource, Action: actions[level]}}}
		if level > 0 {
			below, _, _, _ := role(number - 1)
			r.Parents = []string{below}
		}
		_, err := t.Access.CreateRole(ctx, by, r)
		return err
	})
	all.batch = fewBatch
	return all
}

func (t *town) orgs() part {
	there := func(ctx context.Context, number int) (bool, error) {
		_, err := t.Access.Org(ctx, sites[number])
		return is(err)
	}
	return each("organisations", len(sites), there, func(ctx context.Context, number int) error {
		_, err := t.Access.CreateOrg(ctx, by, access.OrgRecord{ID: sites[number], Description: "The site in " + strings.ToUpper(sites[number][:1]) + sites[number][1:]})
		return err
	})
}

// group is the name of one: a team of a department.
func group(number int) string {
	return fmt.Sprintf("%s-team-%d", departments[number%len(departments)], number/len(departments)+1)
}

func (t *town) groups() part {
	there := func(ctx context.Context, number int) (bool, error) {
		_, err := t.Access.Group(ctx, group(number))
		return is(err)
	}
	return each("groups", t.Groups, there, func(ctx context.Context, number int) error {
		_, err := t.Access.CreateGroup(ctx, by, access.GroupRecord{ID: group(number), Description: "A team of " + departments[number%len(departments)]})
		return err
	})
}

// members are in a team and at a site.
func (t *town) members() part {
	return part{"members", t.Members, batch, func(ctx context.Context, number int) (bool, error) {
		m, err := t.member(ctx, number)
		if err != nil {
			return false, err
		}
		_, err = t.Access.Membership(ctx, m.Of, m.Member)
		return is(err)
	}, func(ctx context.Context, from, to int) error {
		for number := from; number < to; number++ {
			m, err := t.member(ctx, number)
			if err != nil {
				return err
			}
			if _, err := t.Access.AddMember(ctx, by, m); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (t *town) member(ctx context.Context, number int) (m access.MembershipRecord, err error) {
	user, err := t.person(ctx, number/2%t.People)
	if err != nil {
		return m, err
	}
	m.Member = access.Subject{Kind: access.User, ID: string(user)}
	m.Of = access.Subject{Kind: access.Group, ID: group(number / 2 % t.Groups)}
	if number%2 == 1 {
		m.Of = access.Subject{Kind: access.Organisation, ID: sites[number/2%len(sites)]}
	}
	if number%10 == 4 {
		m.ExpiresAt = now().Add(day(1 + number%300))
	}
	return m, nil
}

func (t *town) services() part {
	name := func(number int) string {
		return fmt.Sprintf("%s-sync-%d", departments[number%len(departments)], number/len(departments)+1)
	}
	there := func(ctx context.Context, number int) (bool, error) {
		_, err := t.Access.ServiceAccount(ctx, name(number))
		return is(err)
	}
	return each("service accounts", t.Services, there, func(ctx context.Context, number int) error {
		_, err := t.Access.CreateServiceAccount(ctx, by, access.NewServiceAccount{
			ServiceAccountRecord: access.ServiceAccountRecord{ID: name(number), Description: "Copies what others need"},
			NoKey:                number%4 == 3, Until: now().Add(day(7 + number)), Reason: "The nightly copy",
		})
		return err
	})
}

// grants are of people, some of teams; each is of another role, or of a permission.
func (t *town) grants() part {
	return part{"grants", t.Grants, batch, func(ctx context.Context, number int) (bool, error) {
		g, err := t.grant(ctx, number)
		if err != nil {
			return false, err
		}
		return t.given(ctx, &g)
	}, func(ctx context.Context, from, to int) error {
		all := make([]access.NewGrant, 0, to-from)
		for number := from; number < to; number++ {
			g, err := t.grant(ctx, number)
			if err != nil {
				return err
			}
			all = append(all, access.NewGrant{Grant: g})
		}
		for some := range slices.Chunk(all, access.MaxGrantsAtOnce) {
			if _, err := t.Access.GiveAll(ctx, by, some); err != nil {
				return err
			}
		}
		return nil
	}}
}

// given reports whether a grant is there, or was and is over.
func (t *town) given(ctx context.Context, g *access.Grant) (bool, error) {
	for _, over := range []bool{false, true} {
		all, _, err := t.Access.Grants(ctx, g.Subject, over, access.GrantCursor{}, 1000)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(all, func(r access.GrantRecord) bool { return r.Ticket == g.Ticket }) {
			return true, nil
		}
	}
	return false, nil
}

var reasons = []string{"Covers for a colleague", "Month end", "Joined the team", "The audit of this year", "Moved from another site", "On call"}

func (t *town) grant(ctx context.Context, number int) (access.Grant, error) {
	user, err := t.person(ctx, number%t.People)
	if err != nil {
		return access.Grant{}, err
	}
	g := access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(user)}, Effect: access.Allow,
		Where: access.Where{Place: access.Everywhere}, Reason: reasons[number%len(reasons)], Ticket: fmt.Sprintf("HR-%d", number+1),
	}
	if number < t.Groups {
		g.Subject = access.Subject{Kind: access.Group, ID: group(number)}
	}
	// The rounds through the people are shifted, so that nobody gets one role twice.
	name, api, resource, _ := role((number + number/t.People*7) % t.Roles)
	if g.Role = name; number%12 == 7 {
		g.Role, g.Permission = "", access.Pattern{API: api, Resource: resource, Action: "export"}
	}
	if owners[resource] != "" && number%3 == 0 {
		g.Where.Place = access.Own
	}
	g.Window = span(number)
	return g, nil
}

// span is when a grant counts: most of them until they are revoked, the others for days or
// months, and a few from some day on.
func span(number int) (w access.Window) {
	switch {
	case number%50 == 11:
		w.ExpiresAt = now().Add(day(number % 7)).Add(time.Hour)
	case number%4 == 1:
		w.ExpiresAt = now().Add(day(8 + number%350))
	case number%100 == 42:
		w.NotBefore = now().Add(day(1 + number%30))
		w.ExpiresAt = w.NotBefore.Add(day(90))
	}
	return w
}
