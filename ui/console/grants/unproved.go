package grants

import (
	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// lacking is that something of a grant takes a second step, and some whom it is for have none.
type lacking struct {
	What string   // a permission, or "" for the grant itself
	Who  []string // their addresses, as far as they were looked at
}

// unproved looks who of those named lacks a second step that what they are given takes. As far as the
// visitor may not see that, nobody is said to lack it.
func unproved(v *guard.Visit, g *gain, bodies []admin.GrantCreate) (l lacking, err error) {
	if bodies[0].Effect == string(access.Deny) || bodies[0].Subject.Kind != string(access.User) {
		return l, nil
	}
	takes := guard.SecondStep(&wire.Requirement{ACR: bodies[0].ACR})
	if !takes {
		if l.What, err = v.TakesStep(g.Permissions); err != nil || l.What == "" {
			return l, err
		}
	}
	people := make([]string, len(bodies))
	for i := range bodies {
		people[i] = bodies[i].Subject.ID
	}
	l.Who, err = v.WithoutStep(people)
	return l, err
}

// warning says so, "" where nobody is known to lack it.
func (p *newPage) warning(say *words.Catalogue) string {
	if len(p.Unproved.Who) == 0 {
		return ""
	}
	what := p.Unproved.What
	if what == "" {
		what = string(say.ConsoleGrants.What)
	}
	who := p.Unproved.Who[0]
	if n := len(p.Unproved.Who); n > 1 {
		who = say.Count(say.ConsoleGrants.Whoms, n)
	}
	return say.ConsoleAccess.Unproved.Fill(words.Name.Is(what), words.Email.Is(who))
}
