package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

func byGroups() map[string]handing {
	add := func(who func(h *hand) access.Subject, to string, until time.Duration) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			m := access.MembershipRecord{Membership: access.Membership{Member: who(h), Of: group(to)}}
			if until > 0 {
				m.ExpiresAt = time.Now().Add(until)
			}
			_, err := h.House.Access.AddMember(ctx, by, m)
			return err
		}
	}
	addTo := func(who func(p *gatetest.Person) access.Subject, of access.Subject) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.AddMember(ctx, by, access.MembershipRecord{Membership: access.Membership{Member: who(h.bob), Of: of}})
			return err
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	refunds := func(t *testing.T, h *hand) { h.give(t, group("desk"), nil) }
	nested := func(change func(g *access.Grant)) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "outer"})
			must(t, err)
			h.give(t, group("outer"), change)
			h.join(t, group("desk"), "outer")
			h.join(t, person(h.bob), "desk")
		}
	}
	return map[string]handing{
		"AddMember":             {prepare: refunds, do: add(bob, "desk", 0)},
		"AddMember themselves":  {prepare: refunds, do: add(func(h *hand) access.Subject { return person(h.mallory) }, "desk", 0)},
		"AddMember for an hour": {hour: true, prepare: refunds, do: add(bob, "desk", time.Hour)},
		"AddMember application": {prepare: refunds, do: add(func(*hand) access.Subject { return application() }, "desk", 0)},
		"AddMember group":       {prepare: refunds, do: add(func(*hand) access.Subject { return group("empty") }, "desk", 0)},
		"AddMember of a member": {prepare: nested(nil), do: add(func(*hand) access.Subject { return application() }, "desk", 0)},
		"AddMember of a member of a member": {
			prepare: func(t *testing.T, h *hand) {
				nested(nil)(t, h)
				h.join(t, group("empty"), "desk")
			},
			do: add(bob, "empty", 0),
		},
		"AddMember by the longer of two ways": {
			prepare: func(t *testing.T, h *hand) {
				_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "outer"})
				must(t, err)
				h.give(t, group("outer"), nil)
				_, err = h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
					Member: group("desk"), Of: group("outer"), Window: access.Window{ExpiresAt: time.Now().Add(time.Minute)},
				}})
				must(t, err)
				h.join(t, group("desk"), "empty")
				h.join(t, group("empty"), "outer")
			},
			do: add(bob, "desk", 0),
		},
		"AddMember what is to be": {
			prepare: func(t *testing.T, h *hand) {
				h.give(t, group("desk"), func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })
			},
			do: add(bob, "desk", 0),
		},
		"AddMember until a grant ends": {
			hour: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, group("desk"), func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Hour) })
			},
			do: add(bob, "desk", 0),
		},
		"AddMember of an organisation": {prepare: func(t *testing.T, h *hand) { h.give(t, company, nil) }, do: addTo(person, company)},
		"AddMember who waits for an organisation": {
			inOrg:   true,
			prepare: func(t *testing.T, h *hand) { h.give(t, person(h.bob), inCompany) },
			do:      addTo(person, company),
		},
		"AddMember whose group is in an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), inCompany)
				h.enter(t, group("desk"), company)
			},
			do: add(bob, "desk", 0),
		},
		"AddMember group into an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), inCompany)
				h.join(t, person(h.bob), "desk")
			},
			do: addTo(func(*gatetest.Person) access.Subject { return group("desk") }, company),
		},
		"RemoveMember who was denied in an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.Org = access.Deny, "acme" })
				h.enter(t, person(h.bob), company)
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Access.RemoveMember(ctx, by, company, person(h.bob))
			},
		},
		"AddMember who was denied": {prepare: nested(denied), do: add(bob, "desk", time.Hour)},
		"RemoveMember who was denied": {prepare: nested(denied), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.RemoveMember(ctx, by, group("desk"), person(h.bob))
		}},
		"DeleteGroup that was denied": {prepare: nested(denied), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.DeleteGroup(ctx, by, "desk")
		}},
	}
}

// byRegrouping are ways to change the groups that a condition asks for.
func byRegrouping() map[string]handing {
	const in, out = `"empty" in principal.groups`, `!("empty" in principal.groups)`
	asking := func(expression string, change func(g *access.Grant)) func(g *access.Grant) {
		return func(g *access.Grant) {
			g.Where = access.Where{Place: access.Condition, Expression: expression}
			if change != nil {
				change(g)
			}
		}
	}
	joined := func(change func(g *access.Grant)) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) { granted(change)(t, h); h.join(t, person(h.bob), "empty") }
	}
	add := func(member func(h *hand) access.Subject, until time.Duration) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			m := access.MembershipRecord{Membership: access.Membership{Member: member(h), Of: group("empty")}}
			if until > 0 {
				m.ExpiresAt = time.Now().Add(until)
			}
			_, err := h.House.Access.AddMember(ctx, by, m)
			return err
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	desk := func(*hand) access.Subject { return group("desk") }
	remove := func(member func(h *hand) access.Subject) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.RemoveMember(ctx, by, group("empty"), member(h))
		}
	}
	inDesk := func(change func(g *access.Grant), nested bool) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			granted(change)(t, h)
			h.join(t, person(h.bob), "desk")
			if nested {
				h.join(t, group("desk"), "empty")
			}
		}
	}
	byAnother := func(t *testing.T, h *hand) {
		h.give(t, group("all"), asking(in, nil))
		h.join(t, person(h.bob), "all")
	}
	return map[string]handing{
		"AddMember of whom a condition asks": {prepare: granted(asking(in, nil)), do: add(bob, 0)},
		"AddMember for an hour of whom a condition asks": {
			hour: true, prepare: granted(asking(in, nil)), do: add(bob, time.Hour),
		},
		"AddMember of whom a condition is to ask": {
			prepare: granted(asking(in, func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })), do: add(bob, 0),
		},
		"AddMember of whom a condition asks in other words": {
			prepare: granted(asking(`.principal . groups.exists(g, g.startsWith("em"))`, nil)), do: add(bob, 0),
		},
		"AddMember of whom a condition asks by another group": {prepare: byAnother, do: add(bob, 0)},
		"AddMember whom a condition denies no more":           {prepare: granted(asking(out, denied)), do: add(bob, 0)},
		"AddMember group of whom a condition asks":            {prepare: inDesk(asking(in, nil), false), do: add(desk, 0)},
		"AddMember group whom a condition denies no more":     {prepare: inDesk(asking(out, denied), false), do: add(desk, 0)},
		"AddMember group of whom a condition asks by another": {
			prepare: func(t *testing.T, h *hand) { byAnother(t, h); h.join(t, person(h.bob), "desk") }, do: add(desk, 0),
		},
		"AddMember, shorter, of whom a condition asks": {prepare: joined(asking(out, nil)), do: add(bob, time.Minute)},
		"RemoveMember of whom a condition asks":        {prepare: joined(asking(out, nil)), do: remove(bob)},
		"RemoveMember whom a condition denies no more": {prepare: joined(asking(in, denied)), do: remove(bob)},
		"RemoveMember group of whom a condition asks":  {prepare: inDesk(asking(out, nil), true), do: remove(desk)},
		"DeleteGroup whom a condition denies no more": {
			prepare: inDesk(asking(in, denied), true),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Access.DeleteGroup(ctx, by, "desk")
			},
		},
	}
}

// Who asks for something else keeps nobody from their work.
func TestAConditionThatAsksForSomethingElseKeepsNobody(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(ctx context.Context, h *hand) error{
		"AddMember": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.bob), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `resource.note == "principal.groups"`}
			})
			_, err := h.House.Access.AddMember(ctx, h.by(), access.MembershipRecord{Membership: access.Membership{Member: person(h.bob), Of: group("empty")}})
			return err
		},
		"AddMember of somebody else": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.mallory), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `"desk" in principal.groups`}
			})
			h.join(t, person(h.bob), "desk")
			_, err := h.House.Access.AddMember(ctx, h.by(), access.MembershipRecord{Membership: access.Membership{Member: group("desk"), Of: group("empty")}})
			return err
		},
		"RemoveMember from what was granted": func(ctx context.Context, h *hand) error {
			h.give(t, group("desk"), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `"all" in principal.groups`}
			})
			h.join(t, person(h.bob), "desk")
			return h.House.Access.RemoveMember(ctx, h.by(), group("desk"), person(h.bob))
		},
		"CreateClient of another name": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.bob), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `client != "yours"`}
			})
			_, _, err := h.House.OAuth.CreateClient(ctx, h.by(), oauth.Client{ID: "mine", Name: "Mine", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"read"}})
			return err
		},
	} {
		if err := do(t.Context(), newHand(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
