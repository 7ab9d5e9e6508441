package housetest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// told is what member says of each thing of a list, page by page.
func (s *steering) told(path, member string) string {
	s.t.Helper()
	var all []string
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for next, pages := "", 0; pages < 20; pages++ {
		a := s.call(s.boss, http.MethodGet, path+separator+"limit=2"+next, nil)
		if strings.Contains(path, "?") && a.Status == http.StatusUnprocessableEntity { // of few, which have no pages
			a = s.call(s.boss, http.MethodGet, path, nil)
		}
		items, _ := a.JSON["items"].([]any)
		if a.Status != http.StatusOK {
			return fmt.Sprintf("%d %s", a.Status, a.Body)
		}
		for _, i := range items {
			said := i.(map[string]any)[member]
			if of, is := said.(map[string]any); is {
				said = of["id"]
			}
			all = append(all, fmt.Sprint(said))
		}
		if a.Text("next") == "" {
			break
		}
		next = "&cursor=" + url.QueryEscape(a.Text("next"))
	}
	return strings.Join(all, " ")
}

// Lists come narrowed and in the order that is asked for, page by page.
func TestListsComeNarrowedAndInOrder(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &steering{Gate: g, t: t}
		s.boss = s.account("boss", func(string) bool { return true })
		ctx, a := context.Background(), s.House.Access
		ada, bob, eve := s.Person("ada"), s.Person("bob"), s.Person("eve", gatetest.NoPassword)
		for _, name := range []string{"shop", "shed", "wiki"} {
			s.App(name)
		}
		all, err := s.House.OAuth.AllClients(ctx)
		must(t, err)
		apps := make([]string, len(all))
		for i, c := range all {
			apps[i] = string(c.ID)
		}
		slices.Sort(apps)
		all[0].Disabled = true
		_, err = s.House.OAuth.UpdateClient(ctx, gatetest.Console, all[0])
		must(t, err)
		_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: "desk"})
		must(t, err)
		for _, who := range []access.Subject{{Kind: access.User, ID: string(ada.ID)}, {Kind: access.User, ID: string(bob.ID)}, {Kind: access.User, ID: string(eve.ID)}, {Kind: access.ServiceAccount, ID: "boss"}} {
			_, err = a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Group, ID: "desk"}, Member: who}})
			must(t, err)
		}
		early := time.Now()
		s.Browser().Get("/signin?return_to=/account").SignIn(bob).At("/account")
		between := time.Now()
		s.Browser().Get("/signin?return_to=/account").SignIn(ada).At("/account")
		for _, app := range apps[:2] {
			must(t, s.House.OAuth.GiveConsent(ctx, gatetest.Console, ada.ID, id.Client(app), []string{"openid"}))
		}
		key := func(name string, ends time.Time) access.KeyRecord {
			k, _, err := a.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "boss", Name: name, ExpiresAt: ends})
			must(t, err)
			return k
		}
		key("later", time.Now().Add(2*time.Hour))
		key("sooner", time.Now().Add(time.Hour))
		_, err = a.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, key("ended", time.Time{}).ID)
		must(t, err)
		eve.Enrol()
		s.Settle()
		at := func(moment time.Time) string { return url.QueryEscape(moment.UTC().Format(time.RFC3339Nano)) }
		users := []string{string(ada.ID), string(bob.ID), string(eve.ID)}
		slices.Sort(users)
		reversed := slices.Clone(apps)
		slices.Reverse(reversed)
		for _, c := range []struct{ path, member, want string }{
			{"/api/v1/users?sort=last_sign_in", "email", eve.Email + " " + bob.Email + " " + ada.Email},
			{"/api/v1/users?sort=-last_sign_in", "email", ada.Email + " " + bob.Email + " " + eve.Email},
			{"/api/v1/users?sort=-last_sign_in&state=disabled", "email", ""},
			{"/api/v1/users?ids=" + string(eve.ID) + "," + string(ada.ID) + ",usr_nobody," + string(ada.ID), "email", ada.Email + " " + eve.Email},
			{"/api/v1/users?ids=nothing", "email", ""},
			{"/api/v1/clients?ids=" + apps[1] + ",no-such," + apps[0] + "," + apps[1], "client_id", apps[0] + " " + apps[1]},
			{"/api/v1/users?second_factor=true", "email", eve.Email},
			{"/api/v1/users?second_factor=false", "email", ada.Email + " " + bob.Email},
			{"/api/v1/users?second_factor=false&search=" + ada.Email, "email", ada.Email},
			{"/api/v1/users?second_factor=true&email=" + url.QueryEscape(eve.Email), "email", eve.Email},
			{"/api/v1/users?second_factor=false&email=" + url.QueryEscape(eve.Email), "email", ""},
			{"/api/v1/users?signed_in_before=1970-01-01T00:00:00Z", "email", eve.Email},
			{"/api/v1/users?signed_in_before=" + at(between), "email", eve.Email + " " + bob.Email},
			{"/api/v1/users?signed_in_before=" + at(between) + "&sort=-email", "email", eve.Email + " " + bob.Email},
			{"/api/v1/users?signed_in_before=" + at(between) + "&sort=-last_sign_in&second_factor=false", "email", bob.Email},
			{"/api/v1/users?signed_in_before=" + at(between) + "&email=" + url.QueryEscape(ada.Email), "email", ""},
			{"/api/v1/clients", "client_id", strings.Join(apps, " ")},
			{"/api/v1/clients?sort=-id", "client_id", strings.Join(reversed, " ")},
			{"/api/v1/clients?state=disabled", "client_id", string(all[0].ID)},
			{"/api/v1/clients?search=" + apps[1], "client_id", apps[1]},
			{"/api/v1/sessions?sort=created", "email", bob.Email + " " + ada.Email},
			{"/api/v1/sessions", "email", ada.Email + " " + bob.Email},
			{"/api/v1/sessions?until=" + at(between), "email", bob.Email},
			{"/api/v1/sessions?since=" + at(between), "email", ada.Email},
			{"/api/v1/sessions?sort=created&since=" + at(between), "email", ada.Email},
			{"/api/v1/sessions?sort=created&until=" + at(early), "email", ""},
			{"/api/v1/groups/desk/members?kind=user", "member", strings.Join(users, " ")},
			{"/api/v1/groups/desk/members?kind=service", "member", "boss"},
			{"/api/v1/groups/desk/members?kind=client", "member", ""},
			{"/api/v1/service-accounts/boss/keys?sort=expires_at&state=active", "name", "sooner later first"},
			{"/api/v1/service-accounts/boss/keys?state=over", "name", "ended"},
			{"/api/v1/users/" + string(ada.ID) + "/consents?sort=updated", "client_id", apps[0] + " " + apps[1]},
			{"/api/v1/users/" + string(ada.ID) + "/consents?client=" + apps[1], "client_id", apps[1]},
		} {
			if got := s.told(c.path, c.member); got != c.want {
				t.Errorf("%s: %q, want %q", c.path, got, c.want)
			}
		}
		one := s.call(s.boss, http.MethodGet, "/api/v1/users/"+string(ada.ID), nil)
		if never := s.call(s.boss, http.MethodGet, "/api/v1/users/"+string(eve.ID), nil); one.Text("last_sign_in") == "" || never.JSON["last_sign_in"] != nil {
			t.Errorf("%s and %s", one.Body, never.Body)
		}
		for _, wrong := range []string{"/api/v1/users?sort=last_sign_in&search=a", "/api/v1/users?second_factor=maybe", "/api/v1/users?signed_in_before=never", "/api/v1/sessions?since=yesterday", "/api/v1/clients?state=on", "/api/v1/groups/desk/members?kind=org"} {
			if a := s.call(s.boss, http.MethodGet, wrong, nil); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", wrong, a.Status, a.Body)
			}
		}
	})
}
