package housetest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/ui/view/viewtest"
)

// counted seals what was recorded, and counts it.
func counted(t *testing.T, g *gatetest.Gate) {
	t.Helper()
	must(t, g.House.Sealer.Seal(t.Context(), time.Now()))
	must(t, g.House.Tallier().Step(t.Context(), time.Now()))
}

// refuse records a refused sign-in from an address; user may be nobody.
func refuse(t *testing.T, g *gatetest.Gate, user id.User, ip string) {
	t.Helper()
	e := audit.Event{Actor: audit.Actor{Kind: audit.Nobody, IP: ip}, Action: identity.ActionSigninRefuse, User: user, Outcome: audit.Refused, Reason: "wrong"}
	if user != "" {
		e.Target = audit.OfUser(user)
	}
	must(t, g.House.Audit.Record(t.Context(), e))
}

// Who fails most is found among any number of others, in what was counted; it goes with the person.
func TestTheOverviewTellsWhoFailsMostThroughAFlood(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &steering{Gate: g, t: t}
		s.boss = s.account("boss", func(string) bool { return true })
		eve := s.Person("eve", gatetest.NoPassword)
		const loud = "198.51.100.7"
		for range 5 {
			refuse(t, g, eve.ID, loud)
		}
		for i := range audit.MostTops + 50 {
			refuse(t, g, "", fmt.Sprintf("2001:db8::%x", i))
		}
		counted(t, g)
		a := s.call(s.boss, http.MethodGet, "/api/v1/statistics/failures", nil)
		addresses, _ := a.JSON["addresses"].([]any)
		if a.Status != http.StatusOK || len(addresses) == 0 || fmt.Sprint(addresses[0]) != fmt.Sprint(map[string]any{"name": loud, "times": 5.0}) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		for _, days := range []string{"0", "8"} {
			if a := s.call(s.boss, http.MethodGet, "/api/v1/statistics/failures?days="+days, nil); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("of %s days: %d %s", days, a.Status, a.Body)
			}
		}
		b := atConsole(t, g, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		page := b.Get("/console").Is(http.StatusOK).Says("/console/users/" + string(eve.ID) + `">` + eve.Email).Says("at least 1")
		list := "/console/audit?action=signin.refuse&amp;resource=user%3A" + string(eve.ID) + "&amp;since="
		_, rest, found := strings.Cut(page.Body, `href="`+list)
		since, rest, _ := strings.Cut(rest, `"`)
		if number, _, _ := strings.Cut(rest, "<"); !found || number != ">5" {
			t.Errorf("the number is %q, and leads to %q", number, since)
		}
		if events := b.Get(strings.ReplaceAll(list, "&amp;", "&") + since).Is(http.StatusOK); strings.Count(events.Body, `data-testid="row"`) != 5 {
			t.Error("the list behind the number has others")
		}

		ctx := context.Background()
		must(t, g.House.Identity.Delete(ctx, gatetest.Console, eve.ID))
		if a := s.call(s.boss, http.MethodGet, "/api/v1/statistics/failures", nil); strings.Contains(string(a.Body), string(eve.ID)) || !strings.Contains(string(a.Body), loud) {
			t.Errorf("after they were deleted: %s", a.Body)
		}
		_, err := g.House.Eraser().Erase(ctx, gatetest.Console, eve.ID)
		must(t, err)
		if a := s.call(s.boss, http.MethodGet, "/api/v1/statistics/failures", nil); strings.Contains(string(a.Body), loud) {
			t.Errorf("after they were erased: %s", a.Body)
		}
	})
}

// The applications that are used most stand on the first page, from what is counted while people sign in.
func TestTheOverviewTellsWhichApplicationsAreUsedMost(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &steering{Gate: g, t: t}
		s.boss = s.account("boss", func(string) bool { return true })
		ctx, today := t.Context(), audit.DayOf(time.Now())
		much, little, gone := g.App("much"), g.App("little"), g.App("gone")
		must(t, g.House.Store.AddUses(ctx, []oauth.ClientUse{
			{Client: much.ID, Day: today, SignIns: 5, Last: time.Now()},
			{Client: much.ID, Day: today.AddDate(0, 0, -6), SignIns: 2, Last: time.Now()},
			{Client: little.ID, Day: today, SignIns: 3, Last: time.Now()},
			{Client: gone.ID, Day: today.AddDate(0, 0, -7), SignIns: 90, Last: time.Now()},
		}))
		a := s.call(s.boss, http.MethodGet, "/api/v1/statistics/applications", nil)
		all, _ := a.JSON["applications"].([]any)
		if a.Status != http.StatusOK || len(all) < 2 || fmt.Sprint(all[0]) != fmt.Sprint(map[string]any{"client_id": "much", "client_name": "App much", "sign_ins": 7.0}) || strings.Contains(string(a.Body), `"gone"`) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		atConsole(t, g, s.Person("ada", gatetest.TOTP, gatetest.Administrator)).Get("/console").Is(http.StatusOK).Says("Applications used most").Says(`href="/console/applications/much"`)
		clerk := s.Person("clerk", gatetest.TOTP)
		s.role(clerk, "clerk", func(one string) bool { return one == "health:read" })
		if page := atConsole(t, g, clerk).Get("/console").Is(http.StatusOK); strings.Contains(page.Body, "Applications used most") {
			t.Error("whoever may not see applications is told of them")
		}
	})
}

// Needs attention: what ends soon, keys of programs, secrets of applications and tokens of people,
// and routes that are rejected; each leads to where somebody does something about it.
func TestTheOverviewTellsWhatEndsAndWhatIsRejected(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	ctx, soon := context.Background(), time.Now().Add(72*time.Hour)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	if page := b.Get("/console").Is(http.StatusOK); strings.Contains(page.Body, "ends in") || strings.Contains(page.Body, "routes of the gate cannot be used") {
		t.Fatal("something ends before anything does")
	}

	app := g.App("ending-app")
	c, err := g.House.Store.Client(ctx, app.ID)
	must(t, err)
	c.Secrets[0].Expires = soon
	must(t, g.House.Store.UpdateClient(ctx, c))
	_, _, err = g.House.Access.CreatePersonalToken(ctx, gatetest.Console, access.KeyRecord{
		User: g.ada.ID, Name: "ends", ExpiresAt: soon, Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}},
	})
	must(t, err)
	writeRoutes(t, g.folder, g.app, "routes: nonsense")
	g.routed(t)
	g.Settle()
	page := b.Get("/console").Is(http.StatusOK).Says("App ending-app").Says("/console/applications/ending-app").
		Says("personal token of " + g.ada.Email).Says("/console/users/" + string(g.ada.ID) + "/credentials")
	at := strings.Index(page.Body, "routes of the gate cannot be used")
	if at < 0 || !strings.Contains(page.Body[max(at-200, 0):at], `href="/console/routes"`) {
		t.Error("that routes are rejected is not told, or leads nowhere")
	}
}

// The first page of the console, with everything that it shows, goes over the wire in 150 kB at
// the most, script in 60 kB. Pages are not compressed here, files are.
func TestTheFirstPageOfTheConsoleIsLight(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	ada := g.Person("boss", gatetest.TOTP, gatetest.Administrator)
	for i := range 30 {
		p := g.Person(fmt.Sprintf("somebody-%d", i), gatetest.NoPassword)
		refuse(t, g.Gate, p.ID, fmt.Sprintf("198.51.100.%d", i))
		_, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Role: access.Auditor, Where: access.Where{Place: access.Everywhere},
			Reason: "test", Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
		})
		must(t, err)
	}
	counted(t, g.Gate)
	_, err := g.House.Store.CountWhatIs(t.Context(), time.Now())
	must(t, err)
	g.Settle()
	page := atConsole(t, g.Gate, ada).Get("/console?days=90").Is(http.StatusOK).
		Says(`id="signins-title"`).Says(`data-testid="failing"`).Says(`id="ending"`).Says(`id="attention"`).Says(`id="events-head"`).Says(`data-testid="steps"`)
	all, script := len(page.Body), 0
	for _, n := range viewtest.Nodes(t, []byte(page.Body)) {
		switch n.Data {
		case "link", "img":
			all += g.sent(t, viewtest.Attr(n, "href")+viewtest.Attr(n, "src"))
		case "script":
			script += g.sent(t, viewtest.Attr(n, "src"))
		}
	}
	all += script
	t.Logf("the first page is %d bytes, %d of them script", all, script)
	if script == 0 || all > 150_000 || script > 60_000 {
		t.Errorf("the first page is %d bytes, %d of them script", all, script)
	}
}

// sent is how much of a file goes over the wire to a browser.
func (g *gated) sent(t *testing.T, address string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, gatetest.Issuer+address, http.NoBody)
	must(t, err)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := g.RoundTrip(r)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", address, resp.StatusCode)
	}
	return len(body)
}
