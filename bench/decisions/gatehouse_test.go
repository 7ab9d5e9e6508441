package decisions

import (
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/proof"
)

// perAPI is how many objects an API of Gatehouse's house has: a catalogue has at
// most access.MaxPermissions entries.
const perAPI = 200

func pattern(object int) access.Pattern {
	return access.Pattern{API: fmt.Sprint("api", object/perAPI), Resource: fmt.Sprint("d", object), Action: "read"}
}

// gatehouse has three grants for each user: one that ended, one that is to begin,
// and the one that the others have alone.
func gatehouse(h house) (engine, error) {
	p := access.Policy{Version: 1}
	for i := range objects / perAPI {
		p.APIs = append(p.APIs, access.API{ID: fmt.Sprint("api", i), Delegation: access.ByAudience})
	}
	for d := range objects {
		a := &p.APIs[d/perAPI]
		a.Permissions = append(a.Permissions, access.Permission{Resource: fmt.Sprint("d", d), Action: "read"})
	}
	for i := range h.roles() {
		r := access.Role{ID: role(i)}
		for _, d := range h.mayRead(i) {
			r.Permissions = append(r.Permissions, pattern(d))
		}
		p.Roles = append(p.Roles, r)
	}
	where := access.Where{Place: access.Everywhere}
	if h.conditional {
		where = access.Where{Place: access.Condition, Expression: fmt.Sprintf("resource.total <= %d || %q in principal.groups", limit, finance)}
	}
	hour := time.Hour
	for u := range h.users() {
		for j, w := range []access.Window{{ExpiresAt: now.Add(-hour)}, {NotBefore: now.Add(hour)}, {NotBefore: now.Add(-hour), ExpiresAt: now.Add(hour)}} {
			p.Grants = append(p.Grants, access.Grant{
				ID: id.Grant(fmt.Sprint("gra_", u, "_", j)), Subject: access.Subject{Kind: access.User, ID: user(u)}, Effect: access.Allow,
				Role: role(h.roleOf(u)), Where: where, Window: w,
			})
		}
	}
	s := access.Compile(p)
	questions := make([]access.Question, 0, probes)
	for _, one := range h.probes() {
		questions = append(questions, access.Question{
			Principal: access.Subject{Kind: access.User, ID: user(one.user)}, Permission: pattern(one.object).String(), Now: now,
			Level: proof.AAL1, AuthTime: now, Resource: access.Resource{Attrs: map[string]any{"total": int64(one.total)}},
		})
	}
	return engine{"gatehouse", func(i int) (bool, error) {
		d, err := s.Decide(&questions[i])
		return d.Outcome == access.Allowed, err
	}}, nil
}
