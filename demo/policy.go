package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/proof"
)

// shopAPI is the API of the shop, as its operator would have written it down.
var shopAPI = access.API{
	ID: "shop", Audience: "https://shop.example.test", Owners: map[string]string{"orders": "owner_id"},
	Permissions: []access.Permission{
		{Resource: "orders", Action: "read", Description: "See orders"},
		{Resource: "orders", Action: "write", Description: "Place and change orders"},
		{Resource: "products", Action: "write", Description: "Change prices and stock"},
		{Resource: "orders", Action: "refund", Description: "Give money back", Sensitive: true, Requires: access.Requirement{Level: proof.AAL2, MaxAge: 5 * time.Minute}},
	},
}

var shopRoles = []access.Role{
	{ID: "customer", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}, {API: "shop", Resource: "orders", Action: "write"}}},
	{ID: "support", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: access.Any}}, Parents: []string{"customer"}},
	{ID: "refunder", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "refund"}}, MaxGrant: 8 * time.Hour},
}

// given is a grant of the demo's. Those that end are given again by a run that
// finds them over.
type given struct {
	email, role string
	own         bool // where the resource is their own
	lasts       time.Duration
	reason      string
}

var shopGrants = []given{
	{email: "ada@example.test", role: "support", lasts: 10 * 24 * time.Hour, reason: "Covers for Cleo until she is back"},
	{email: "ada@example.test", role: "refunder", lasts: 8 * time.Hour, reason: "On the refund desk today"},
	{email: "bob@example.test", role: "customer", own: true, reason: "A customer"},
}

// seedPolicy writes what of the shop's policy is not there.
func seedPolicy(ctx context.Context, h *house.House) error {
	if _, err := h.Access.CreateAPI(ctx, actor, shopAPI); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	for _, r := range shopRoles {
		if _, err := h.Access.CreateRole(ctx, actor, r); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	for _, g := range shopGrants {
		if err := g.seed(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (g given) seed(ctx context.Context, h *house.House) error {
	u, err := h.Identity.UserByEmail(ctx, g.email)
	if fault.Is(err, fault.NotFound) { // deleted by whoever tries the demo
		return nil
	}
	if err != nil {
		return err
	}
	who := access.Subject{Kind: access.User, ID: string(u.ID)}
	if has, err := g.lives(ctx, h, who); err != nil || has {
		return err
	}
	grant := access.Grant{Subject: who, Effect: access.Allow, Role: g.role, Where: access.Where{Place: access.Everywhere}, Reason: g.reason}
	if g.own {
		grant.Where.Place = access.Own
	}
	if g.lasts > 0 {
		grant.ExpiresAt = clock.Now().Add(g.lasts)
	}
	_, err = h.Access.Give(ctx, actor, grant)
	return err
}

// lives reports whether who has such a grant that is not over.
func (g given) lives(ctx context.Context, h *house.House, who access.Subject) (bool, error) {
	for after := (access.GrantCursor{}); ; {
		page, next, err := h.Access.Grants(ctx, who, false, after, 100)
		if err != nil {
			return false, err
		}
		for i := range page {
			if page[i].Role == g.role && page[i].Effect == access.Allow {
				return true, nil
			}
		}
		if next == (access.GrantCursor{}) {
			return false, nil
		}
		after = next
	}
}

// printQuestions tells what to ask about the policy in another terminal, where
// gatehouse is called command.
func printQuestions(out io.Writer, command string, bob id.User) {
	fmt.Fprint(out, "\n  Who may do what, until when, and why? Ask in another terminal:\n")
	for _, q := range []struct{ says, line string }{
		{"Ada may give money back until her grant ends, once she has shown her second factor", "explain --as ada@example.test --do shop/orders:refund"},
		{"which is to say", "explain --as ada@example.test --do shop/orders:refund --acr aal2"},
		{"Bob may see an order that is his own", "explain --as bob@example.test --do shop/orders:read --on orders/42 --resource owner_id=" + string(bob)},
		{"and nobody else's", "explain --as bob@example.test --do shop/orders:read --on orders/43 --resource owner_id=somebody"},
		{"Everybody who may see orders: by which grant, until when", "who-can shop/orders:read"},
	} {
		fmt.Fprintf(out, "  # %s\n  %s %s\n", q.says, command, q.line)
	}
	fmt.Fprintf(out, "\n  # A token of Ada's, to try with curl\n  %s demo token ada@example.test\n", command)
}
