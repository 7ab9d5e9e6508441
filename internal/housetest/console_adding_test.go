package housetest

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// member is a membership as it is kept, the zero one for none.
func (s *steering) member(t *testing.T, of access.Subject, p *gatetest.Person) access.MembershipRecord {
	t.Helper()
	m, _ := s.House.Access.Membership(t.Context(), of, person(p))
	return m
}

// puts makes somebody a member of a group or an organisation, or takes them out.
func (s *steering) puts(t *testing.T, of access.Subject, p *gatetest.Person, until time.Time, reason string) {
	t.Helper()
	_, err := s.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{
		Membership: access.Membership{Of: of, Member: person(p), Window: access.Window{ExpiresAt: until}}, Reason: reason,
	})
	must(t, err)
}

func (s *steering) takesOut(t *testing.T, of access.Subject, p *gatetest.Person) {
	t.Helper()
	must(t, s.House.Access.RemoveMember(t.Context(), gatetest.Console, of, person(p)))
}

// Who is in a group already stays in it for as long as was said, when several are put into it, and
// the answer tells of them.
func TestPuttingSeveralIntoAGroupLeavesWhoIsInItAlone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	desk := access.Subject{Kind: access.Group, ID: "desk"}
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve, bob := s.Person("eve", gatetest.NoPassword), s.Person("bob", gatetest.NoPassword)
	s.puts(t, desk, eve, time.Now().Add(time.Hour), "one shift")
	before := s.member(t, desk, eve)

	form := formTo(t, b.Get("/console/users").Is(http.StatusOK), "/console/users/selected")
	form.Values["row"], form.Values["do"] = []string{string(eve.ID), string(bob.ID)}, []string{"group"}
	sure := b.Post("/console/users/selected", form.Values).Is(http.StatusOK)
	sure.Submit("group", "desk").Is(http.StatusOK).Says("1 person is in the group.").Says("They are in it already").Says(eve.Email)
	if after := s.member(t, desk, eve); after != before {
		t.Errorf("she was in it as %+v, and is as %+v", before, after)
	}
	if s.member(t, desk, bob).Rev == 0 {
		t.Error("he was not put into it")
	}
	s.takesOut(t, desk, bob)
	sure.Submit("group", "desk").Is(http.StatusOK)
	if s.member(t, desk, bob).Rev != 0 {
		t.Error("the same form, sent again, put back who was taken out")
	}
}

// Who is in a group or an organisation already is not put into it again unless that is meant; and a
// form that was sent before undoes nothing that came after.
func TestAFormThatAddsDoesNotChange(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve, bob := s.Person("eve", gatetest.NoPassword), s.Person("bob", gatetest.NoPassword)
	for page, of := range map[string]access.Subject{
		"/console/groups/desk":        {Kind: access.Group, ID: "desk"},
		"/console/organisations/acme": {Kind: access.Organisation, ID: "acme"},
	} {
		s.puts(t, of, eve, time.Now().Add(time.Hour), "one shift")
		before := s.member(t, of, eve)
		add := page + "/members/-"
		form := b.Get(add).Is(http.StatusOK)
		isWithout(t, form, `name="change"`)
		who := url.Values{"kind": {"user"}, "member": {eve.Email}, "reason": {"for ever"}}
		refused := fills(t, b, form, add, who).Is(http.StatusUnprocessableEntity).Says("is in it already").Says(`name="change"`)
		if after := s.member(t, of, eve); after != before {
			t.Errorf("%s: she was in it as %+v, and is as %+v", page, before, after)
		}
		who.Set("change", "on")
		fills(t, b, refused, add, who).Is(http.StatusOK).At(page + "/members")
		if after := s.member(t, of, eve); after.Reason != "for ever" || !after.ExpiresAt.IsZero() {
			t.Errorf("%s: what was meant to change is %+v", page, after)
		}

		put := b.Get(add).Is(http.StatusOK)
		who = url.Values{"kind": {"user"}, "member": {bob.Email}}
		fills(t, b, put, add, who).Is(http.StatusOK).At(page + "/members")
		s.takesOut(t, of, bob)
		fills(t, b, put, add, who).Is(http.StatusOK)
		if s.member(t, of, bob).Rev != 0 {
			t.Errorf("%s: the same form, sent again, put back who was taken out", page)
		}

		remove := b.Get(page + "/members/user/" + string(eve.ID)).Is(http.StatusOK)
		remove.Press("", "submit").Is(http.StatusOK).At(page + "/members")
		s.puts(t, of, eve, time.Time{}, "back")
		remove.Press("", "submit").Is(http.StatusOK)
		if s.member(t, of, eve).Rev == 0 {
			t.Errorf("%s: the same form, sent again, took out who was put back", page)
		}
	}
}

// A form that puts somebody into a group for a time is sent twice, a moment apart: they are in it for as
// long as the first said.
func TestAFormThatAddsForATimeDoesSoOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		s.targets()
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		eve := s.Person("eve", gatetest.NoPassword)
		const add = "/console/groups/desk/members/-"
		form := b.Get(add).Is(http.StatusOK)
		who := url.Values{"kind": {"user"}, "member": {eve.Email}, "expires_at": {"8h"}}
		fills(t, b, form, add, who).Is(http.StatusOK).At("/console/groups/desk/members")
		first := s.member(t, group("desk"), eve)
		time.Sleep(2 * time.Second)
		fills(t, b, form, add, who).Is(http.StatusOK).At("/console/groups/desk/members")
		if again := s.member(t, group("desk"), eve); again != first {
			t.Errorf("she is in it as %+v, and was as %+v", again, first)
		}
	})
}

// Who was in a group once, and is no more, is put into it again as anybody else.
func TestWhoseMembershipIsOverIsAddedAnew(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	desk := access.Subject{Kind: access.Group, ID: "desk"}
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve := s.Person("eve", gatetest.NoPassword)
	s.puts(t, desk, eve, time.Now().Add(time.Hour), "one shift")
	over := time.Now().Add(-time.Minute).UnixMicro()
	if _, err := underneath(t, s.Gate).Exec("UPDATE memberships SET expires_at = $1 WHERE member_id = $2", over, string(eve.ID)); err != nil {
		t.Fatal(err)
	}
	add := "/console/groups/desk/members/-"
	fills(t, b, b.Get(add), add, url.Values{"kind": {"user"}, "member": {eve.Email}}).Is(http.StatusOK).At("/console/groups/desk/members")
	if m := s.member(t, desk, eve); !m.ExpiresAt.IsZero() {
		t.Errorf("she is in it as %+v", m)
	}
}

// A lock that somebody put while another one was being confirmed stays as it is; and a form that was
// sent before neither locks again what was lifted nor lifts what was locked again.
func TestAFormThatLocksReplacesNoLockThatItDidNotSee(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve := s.Person("eve", gatetest.NoPassword)
	on := access.LockTarget{Kind: access.LockUser, ID: string(eve.ID)}
	locked := func() string {
		l, _ := s.House.Access.Lock(t.Context(), on)
		return l.Reason
	}
	locks := func(reason string) {
		_, err := s.House.Access.PutLock(t.Context(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: on, Reason: reason}})
		must(t, err)
	}
	form := b.Get("/console/locks/new").Is(http.StatusOK)
	sure := form.Submit("on", eve.Email, "expires_at", "8h", "reason", "for a day").Is(http.StatusOK)
	locks("for good")
	sure.Press("", "submit").Is(http.StatusPreconditionFailed).Says("It is locked already")
	if locked() != "for good" {
		t.Errorf("it is locked %q", locked())
	}
	must(t, s.House.Access.LiftLock(t.Context(), gatetest.Console, on))

	again := b.Get("/console/locks/new").Submit("on", eve.Email, "reason", "stolen phone").Is(http.StatusOK)
	again.Press("", "submit").Is(http.StatusOK).At("/console/locks")
	lift := b.Get("/console/locks/user/" + string(eve.ID)).Is(http.StatusOK)
	lift.Press("", "submit").Is(http.StatusOK).At("/console/locks")
	again.Press("", "submit").Is(http.StatusOK)
	if locked() != "" {
		t.Error("the same form, sent again, locked what was lifted")
	}
	locks("again")
	lift.Press("", "submit").Is(http.StatusOK)
	if locked() != "again" {
		t.Error("the same form, sent again, lifted another lock")
	}
}
