package housetest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// Why somebody has a permission that reaches them by three ways is told in full, and so it is
// once one of the ways is gone; who else has it is told on the other page.
func TestTheConsoleTellsEveryWayToAPermission(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	ctx, a := t.Context(), s.House.Access
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
	who := access.Subject{Kind: access.User, ID: string(eve.ID)}
	_, err := a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Group, ID: there["group"]}, Member: who}, Reason: "test"})
	must(t, err)
	give := func(g access.Grant) access.GrantRecord {
		g.Subject, g.Effect, g.Where = who, access.Allow, access.Where{Place: access.Everywhere}
		made, err := a.Give(ctx, gatetest.Console, g)
		must(t, err)
		return made
	}
	give(access.Grant{Role: "target", Reason: "by role"})
	named := give(access.Grant{Permission: access.Pattern{API: "target", Resource: "things", Action: "read"}, Reason: "by itself", Window: access.Window{ExpiresAt: time.Now().Add(2 * time.Hour)}})
	s.Settle()
	b := atConsole(t, s.Gate, ada)
	page := "/console/users/" + string(eve.ID) + "/access"
	shown := b.Get(page).Is(http.StatusOK).Says("target/things:read").Says("by role").Says("by itself").Says("group desk")
	if n := strings.Count(shown.Body, `data-testid="path"`); n != 3 {
		t.Errorf("%d ways are told, not 3", n)
	}
	b.Get(page + "/check?permission=target/things:read").Is(http.StatusOK).Says("It is granted.").Says("group desk").Says("gatehouse explain")
	b.Get("/console/reach?permission=target/things:read").Is(http.StatusOK).Says(eve.Email).Says("gatehouse who-can")
	b.Get("/console/reach?permission=target/nothing:read").Is(http.StatusUnprocessableEntity)
	b.Get(page+"/grants/"+string(named.ID)+"/revoke").Submit("reason", "not needed").Is(http.StatusOK).At(page).Says("It is revoked.").Says("Is over")
	b.Get(page + "?at=2001-01-01T00:00").Is(http.StatusOK).Says("They hold nothing here.")
	must(t, func() error {
		_, err := a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(eve.ID)}, Reason: "stolen phone"}})
		return err
	}())
	b.Get(page).Is(http.StatusOK).Says("A lock suspends them")
	b.Get(page + "/check?permission=target/things:read").Says("stolen phone")
}
