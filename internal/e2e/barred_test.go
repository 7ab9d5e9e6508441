package e2e

import (
	"context"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/oauth"
)

// Who lacks what an application requires is told what, and has two ways on.
func TestWhoIsNotTakenInIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	r.beside(func(ctx context.Context, h *house.House) error {
		_, err := h.Access.CreateGroup(ctx, audit.Actor{Kind: audit.Console}, access.GroupRecord{ID: "a-group-with-quite-a-long-name-1"})
		return err
	})
	r.changeClient(func(c *oauth.Client) {
		c.RequireRoles, c.RequireGroups = []string{access.Auditor}, []string{"a-group-with-quite-a-long-name-1"}
	})
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(r.person("bob"))
	b.says("[data-testid=missing]", access.Auditor)
	b.says("[data-testid=missing]", "a-group-with-quite-a-long-name-1")
	b.until("the address is the refusal's", "location.pathname === '/signin/refused'")
	b.fits("refused")
	b.accessible("refused", "[data-testid=missing]")
	b.follow("#other")
	b.focused("email")
	b.open(r.app + "/login")
	b.follow("#leave")
	b.until("the application has its answer", "location.origin === '"+r.app+"'")
}
