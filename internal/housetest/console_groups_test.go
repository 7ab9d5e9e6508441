package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// Groups and organisations are made, filled, described and deleted, each by the same pages.
func TestTheConsoleLooksAfterGroupsAndOrganisations(t *testing.T) {
	t.Parallel()
	for path, kind := range map[string]access.Kind{"/console/groups": access.Group, "/console/organisations": access.Organisation} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newSteering(t)
			s.targets()
			ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
			b := atConsole(t, s.Gate, ada)
			form := b.Get(path + "/-/new").Is(http.StatusOK)
			form.Submit("id", "night", "description", "Night shift").Is(http.StatusOK).At(path + "/night").Says("is created")
			form.Submit("id", "night", "description", "Night shift").Is(http.StatusOK).At(path + "/night")
			b.Get(path+"/-/new").Submit("id", "night").Is(http.StatusConflict).Says("id-problem")
			b.Get(path+"/-/new").Submit("id", "NO").Is(http.StatusUnprocessableEntity).Says("id-problem")
			b.Get(path + "?search=NIGHT").Is(http.StatusOK).Says("Night shift")
			b.Get(path + "?cursor=none").Is(http.StatusOK).At(path)
			one := path + "/night"
			stale := b.Get(one + "/edit").Is(http.StatusOK)
			stale.Submit("description", "Late shift").Is(http.StatusOK).At(one).Says("is changed").Says("Late shift")
			stale.Submit("description", "Early shift").Is(http.StatusPreconditionFailed)

			grant, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
				Subject: access.Subject{Kind: kind, ID: "night"}, Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: "the night",
			})
			must(t, err)
			s.Settle()
			b.Get(one).Is(http.StatusOK).Says("role target").Says("the night")
			add := b.Get(one + "/members/-").Is(http.StatusOK).Says("role target")
			who := url.Values{"kind": {"user"}, "member": {strings.ToUpper(eve.Email)}, "expires_at": {"8h"}, "reason": {"covers"}}
			fills(t, b, add, one+"/members/-", who).Is(http.StatusOK).At(one + "/members").Says(eve.Email).Says("covers").Says("in 7 hours")
			fills(t, b, add, one+"/members/-", url.Values{"kind": {"user"}, "member": {"nobody@example.test"}}).Is(http.StatusUnprocessableEntity).Says("member-problem")
			fills(t, b, add, one+"/members/-", url.Values{"kind": {"group"}, "member": {"nothing"}}).Is(http.StatusUnprocessableEntity).Says("member-problem")
			fills(t, b, add, one+"/members/-", url.Values{"kind": {"user"}, "member": {""}}).Is(http.StatusUnprocessableEntity).Says("member-problem")
			fills(t, b, b.Get(one+"/members/-"), one+"/members/-", url.Values{"kind": {"group"}, "member": {"desk"}}).Is(http.StatusOK).At(one + "/members")
			b.Get(one).Is(http.StatusOK).Says(`href="/console/groups/desk"`)
			b.Get(one + "/members?kind=group").Is(http.StatusOK).Says("desk")

			member := one + "/members/user/" + string(eve.ID)
			remove := b.Get(member).Is(http.StatusOK).Says(eve.Email).Says("role target")
			remove.Press("", "submit").Is(http.StatusOK).At(one + "/members").Says("in it no more")
			remove.Press("", "submit").Is(http.StatusOK).At(one + "/members") // sent twice

			kept := b.Get(one + "/delete").Is(http.StatusOK).Says("It cannot be deleted while something is granted to it.")
			isWithout(t, kept, `id="submit"`)
			_, err = s.House.Access.Revoke(t.Context(), gatetest.Console, grant.ID, "over")
			must(t, err)
			s.Settle()
			fresh := b.Get(one + "/delete").Is(http.StatusOK).Says("1 member")
			fresh.Submit("confirm", "day").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
			fresh.Submit("confirm", "night").Is(http.StatusOK).At(path).Says("is deleted")
			b.Get(one).Is(http.StatusNotFound)
		})
	}
}

// Whoever looks after one group alone sees that one, and puts people into it.
func TestWhoManagesOneGroupDoesSoInTheConsole(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	_, err := s.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "secret-desk"})
	must(t, err)
	p, eve := s.Person("mia", gatetest.TOTP), s.Person("eve", gatetest.NoPassword)
	give := func(api, action string) {
		_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: api, Action: action},
			Where: access.Where{Place: access.Listed, IDs: []string{"desk"}}, Reason: "test",
		})
		must(t, err)
	}
	give("groups", "read")
	give("memberships", "read")
	give("memberships", "write")
	_, err = s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Permission: access.Pattern{API: "target", Resource: "*", Action: "*"}, Where: access.Where{Place: access.Everywhere}, Reason: "test"})
	must(t, err)
	s.Settle()
	b := s.Browser()
	isWithout(t, enterConsole(t, b, p, "/console/groups").Is(http.StatusOK).Says("desk"), "secret-desk")
	page := b.Get("/console/groups/desk").Is(http.StatusOK)
	isWithout(t, page, "/console/groups/desk/delete")
	add := b.Get("/console/groups/desk/members/-").Is(http.StatusOK)
	shown := fills(t, b, add, "/console/groups/desk/members/-", url.Values{"kind": {"user"}, "member": {string(eve.ID)}}).Is(http.StatusOK).At("/console/groups/desk/members").Says(string(eve.ID))
	isWithout(t, shown, eve.Email)
	b.Get("/console/groups/secret-desk").Is(http.StatusForbidden)
	b.Get("/console/groups/secret-desk/members/-").Is(http.StatusForbidden)
}
