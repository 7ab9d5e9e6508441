package housetest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
)

// A house with people, groups and organisations of which a manager has some, and with names that
// stand for what is beyond.
const (
	beyondName  = "Canary of Elsewhere"
	beyondEmail = "canary@example.test"
	beyondWhy   = "canary because of that"
	beyondGroup = "canary-group"
	beyondOrg   = "canary-org"
)

// allBeyond are what stands on no page of whoever manages something else.
var allBeyond = []string{beyondName, beyondEmail, beyondWhy, beyondGroup, beyondOrg}

// beyond makes what a manager of acme or desk does not see, and returns who it is about.
func (s *steering) beyond(t *testing.T) id.User {
	t.Helper()
	ctx, a := t.Context(), s.House.Access
	user := s.Person("canary", gatetest.NoPassword).ID
	u, err := s.House.Identity.User(ctx, user)
	must(t, err)
	u.Name = beyondName
	_, err = s.House.Identity.Update(ctx, gatetest.Console, u)
	must(t, err)
	_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: beyondGroup, Description: beyondWhy})
	must(t, err)
	_, err = a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: beyondOrg, Description: beyondWhy})
	must(t, err)
	who := access.Subject{Kind: access.User, ID: string(user)}
	for _, of := range []access.Subject{group(beyondGroup), {Kind: access.Organisation, ID: beyondOrg}} {
		_, err = a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: of, Member: who}, Reason: beyondWhy})
		must(t, err)
	}
	reads := access.Pattern{API: "target", Resource: "things", Action: "read"}
	for _, g := range []access.Grant{{Subject: who, Permission: reads}, {Subject: group(beyondGroup), Permission: reads}, {Subject: who, Org: beyondOrg, Permission: reads}} {
		g.Effect, g.Reason, g.Where = access.Allow, beyondWhy, access.Where{Place: access.Everywhere}
		g.ExpiresAt = time.Now().Add(24 * time.Hour)
		_, err = a.Give(ctx, gatetest.Console, g)
		must(t, err)
	}
	_, err = a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(user)}, Reason: beyondWhy, Ends: time.Now().Add(time.Hour)}})
	must(t, err)
	_, _, err = s.House.Sessions.Create(ctx, gatetest.Console, user, nil)
	must(t, err)
	return user
}

// manages gives somebody all permissions of Gatehouse within an organisation, or for one thing.
func (s *steering) manages(t *testing.T, p *gatetest.Person, org, thing string) {
	t.Helper()
	where := access.Where{Place: access.Everywhere}
	if thing != "" {
		where = access.Where{Place: access.Listed, IDs: []string{thing}}
	}
	who := access.Subject{Kind: access.User, ID: string(p.ID)}
	if org != "" {
		_, err := s.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Organisation, ID: org}, Member: who}})
		must(t, err)
	}
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: who, Effect: access.Allow, Role: access.Administrator, Org: org, Where: where, Reason: "test",
	})
	must(t, err)
}

// C12: whoever manages one organisation or one group reads on no page of the console, by whatever
// address, what is beyond.
func TestAManagerReadsNothingOfElsewhereAtTheConsole(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	hidden := string(s.beyond(t))
	of, forDesk := s.Person("of-acme", gatetest.TOTP), s.Person("of-desk", gatetest.TOTP)
	s.manages(t, of, "acme", "")
	s.manages(t, forDesk, "", "desk")
	s.Settle()
	elsewhere := map[string]string{"user": hidden, "group": beyondGroup, "organisation": beyondOrg, "locked": hidden, "member": hidden, "kind": "user"}
	for name, p := range map[string]*gatetest.Person{"acme": of, "desk": forDesk} {
		b, opened := atConsole(t, s.Gate, p), 0
		for _, pattern := range s.Server.Patterns() {
			path, get := strings.CutPrefix(pattern, "GET ")
			if !get || !strings.HasPrefix(path, guard.Root) || path == guard.PathSignIn || path == "/console/callback" || path == "/console/audit/tail" {
				continue
			}
			for _, things := range []map[string]string{there, elsewhere} {
				at := path
				for part, value := range things {
					at = strings.ReplaceAll(at, "{"+part+"}", value)
				}
				for part, value := range there {
					at = strings.ReplaceAll(at, "{"+part+"}", value)
				}
				for _, query := range []string{"", "q=can", "search=can", "permission=target/things:read", "permission=target/things:read&org=acme", "subject=user:" + hidden, "person=" + hidden, "user=" + hidden, "state=ending"} {
					if query != "" && strings.Contains(path, "{") && !strings.HasPrefix(query, "permission") {
						continue
					}
					opened++
					page := b.Get(at + "?" + query)
					for _, canary := range allBeyond {
						if strings.Contains(page.Body, canary) && !strings.Contains(at+"?"+query, canary) {
							t.Errorf("%s?%s tells the manager of %s of %q (status %d)", at, query, name, canary, page.Status)
						}
					}
					if page.Status >= http.StatusInternalServerError {
						t.Errorf("%s?%s: status %d", at, query, page.Status)
					}
				}
			}
		}
		if opened < 200 {
			t.Errorf("%d pages were opened", opened)
		}
	}
}

// What somebody else gives to whom a manager does not see keeps no page from the manager, and is
// no attempt of theirs at what is beyond.
func TestWhoIsBeyondKeepsNoPageFromAManager(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	hidden := s.beyond(t)
	mona := s.Person("mona", gatetest.TOTP)
	s.manages(t, mona, "acme", "")
	for _, permission := range []string{"locks", "clients", "services"} {
		_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(mona.ID)}, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: permission, Action: "read"},
			Where: access.Where{Place: access.Everywhere}, Reason: "test",
		})
		must(t, err)
	}
	who := access.Subject{Kind: access.User, ID: string(hidden)}
	given, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: who, Org: "acme", Effect: access.Allow, Permission: access.Pattern{API: "target", Resource: "things", Action: "read"},
		Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
	})
	must(t, err)
	acme := access.Subject{Kind: access.Organisation, ID: "acme"}
	_, err = s.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: acme, Member: who, Window: access.Window{NotBefore: time.Now().Add(time.Hour)}}})
	must(t, err)
	s.Settle()
	b := atConsole(t, s.Gate, mona)
	before := len(eventsOf(t, s.Gate, "access.refuse"))
	for _, path := range []string{
		"/console", "/console/users", "/console/grants", "/console/grants?state=ending", "/console/grants/" + string(given.ID), "/console/grants/" + string(given.ID) + "/extend",
		"/console/organisations", "/console/organisations/acme", "/console/organisations/acme/members", "/console/organisations/acme/members/user/" + string(hidden),
		"/console/locks", "/console/locks/user/" + string(hidden), "/console/search?q=a", "/console/reach?org=acme&permission=" + url.QueryEscape("target/things:read"),
	} {
		page := b.Get(path)
		if page.Status != http.StatusOK {
			t.Errorf("%s: status %d", path, page.Status)
		}
		if strings.Contains(page.Body, beyondEmail) || strings.Contains(page.Body, beyondName) {
			t.Errorf("%s tells of who is beyond", path)
		}
	}
	if n := len(eventsOf(t, s.Gate, "access.refuse")) - before; n > 0 {
		t.Errorf("%d refusals are recorded of pages that the manager may see", n)
	}
}

// Whoever may not see people is told of none by their address, whatever else they see.
func TestWhoMayNotSeePeopleReadsNoAddress(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	hidden := s.beyond(t)
	unguarded := s.Person("careless", gatetest.NoPassword, gatetest.Administrator)
	plain := s.Person("plain", gatetest.NoPassword)
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(plain.ID)}, Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	has := func(one string) bool {
		return one == "roles:write" || strings.HasSuffix(one, ":read") && one != "users:read" && one != "audit:read" // which tells of all that was done
	}
	key := s.account("watcher-of-things", has)
	eve := s.Person("eve", gatetest.TOTP)
	s.role(eve, "sees-no-people", has)
	there["user"] = string(hidden)
	addresses := []string{beyondEmail, beyondName, unguarded.Email, plain.Email}
	for _, d := range documented(t) {
		if d.method != http.MethodGet || strings.HasPrefix(d.ID, "preview") {
			continue
		}
		a := s.call(key, http.MethodGet, d.about(there)+"?"+needed(d.ID), nil)
		for _, address := range addresses {
			if strings.Contains(string(a.Body), address) {
				t.Errorf("%s tells of %s: %s", d.ID, address, a.Body)
			}
		}
	}
	a := s.call(key, http.MethodPost, "/api/v1/roles/preview", map[string]any{"roles": []map[string]any{{"id": "target", "permissions": []string{"target/things:write"}}}})
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), string(plain.ID)) || strings.Contains(string(a.Body), plain.Email) {
		t.Errorf("a preview: %d %s", a.Status, a.Body)
	}
	b := atConsole(t, s.Gate, eve)
	for _, path := range []string{"/console", "/console/sessions", "/console/reach?permission=" + url.QueryEscape("target/things:read"), "/console/roles/target/holders", "/console/grants", "/console/groups/" + beyondGroup + "/members", "/console/locks"} {
		page := b.Get(path).Is(http.StatusOK)
		for _, address := range addresses {
			if strings.Contains(page.Body, address) {
				t.Errorf("%s tells of %s", path, address)
			}
		}
	}
}

// The log is shown to whoever reads all of it, also where it is about grants that they do not see; and
// that they look at it is no refusal that it tells of.
func TestWhoReadsTheLogReadsItWhateverTheySeeBesides(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	ada, bob := s.Person("ada", gatetest.TOTP), s.Person("bob")
	s.manages(t, ada, "acme", "")
	s.role(ada, "auditor-of-all", func(p string) bool { return p == "audit:read" })
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(bob.ID)}, Effect: access.Allow, Role: access.Auditor, Where: access.Where{Place: access.Everywhere}, Reason: "beyond",
	})
	must(t, err)
	s.Settle()
	b := atConsole(t, s.Gate, ada)
	b.Get("/console/audit").Is(http.StatusOK).Says("grant.create")
	b.Get("/console").Is(http.StatusOK)
	one := b.Get("/console/audit?action=grant.create").Is(http.StatusOK)
	at := regexp.MustCompile(`/console/audit/(evt_\w+)`).FindString(one.Body)
	b.Get(at).Is(http.StatusOK)
	s.Settle()
	isWithout(t, b.Get("/console/audit?actor="+string(ada.ID)+"&outcome=refused").Is(http.StatusOK), "grants:read")
	if refused := eventsOf(t, s.Gate, "access.refuse"); len(refused) > 0 {
		t.Errorf("%d refusals are recorded of pages that tell all: %+v", len(refused), refused[0])
	}
}

// Whoever reads the log and nothing else is told all of it by ids: a name is of what they may see, and to
// look for one is no attempt at more.
func TestWhoReadsTheLogAloneIsToldItByIDs(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	clerk, bob := s.Person("clerk", gatetest.TOTP), s.Person("bob")
	s.role(clerk, "auditor-alone", func(p string) bool { return p == "audit:read" })
	app := s.App("shop", func(c *oauth.Client) { c.Name = "The shop of names" })
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(bob.ID)}, Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	must(t, s.House.OAuth.GiveConsent(t.Context(), gatetest.Console, bob.ID, app.ID, []string{"openid"}))
	s.Settle()
	b := atConsole(t, s.Gate, clerk)
	for path, says := range map[string]string{"/console/audit?action=consent.": "shop", "/console/audit?action=client.": "shop", "/console/audit?action=grant.": "gra_", "/console/audit": "evt_"} {
		page := b.Get(path).Is(http.StatusOK).Says(says)
		isWithout(t, page, app.Name)
		isWithout(t, page, bob.Email)
		isWithout(t, page, "target · ")
	}
	if refused := eventsOf(t, s.Gate, "access.refuse"); len(refused) > 0 {
		t.Errorf("%d refusals are recorded of pages that tell all: %+v", len(refused), refused[0])
	}
}

// What was deleted meanwhile is told by its id, and the names behind it all the same.
func TestTheLogCallsByNameWhatIsThereBesideWhatIsGone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	for _, name := range []string{"kept", "gone"} {
		app := s.App(name, func(c *oauth.Client) { c.Name = "The app " + name })
		must(t, s.House.OAuth.GiveConsent(t.Context(), gatetest.Console, ada.ID, app.ID, []string{"openid"}))
	}
	must(t, s.House.OAuth.DeleteClient(t.Context(), gatetest.Console, "gone"))
	s.Settle()
	page := atConsole(t, s.Gate, ada).Get("/console/audit?action=consent.").Is(http.StatusOK)
	page.Says(ada.Email + " · The app kept").Says("|gone")
	page.Says(url.QueryEscape("consent:" + string(ada.ID) + "|gone")) // by which it is looked for, since it has no name
}
