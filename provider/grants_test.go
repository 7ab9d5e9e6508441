package provider_test

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"

	"gatehouse/config"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// house is a whole Gatehouse with ada at her browser and applications that ask
// her nothing.
type house struct {
	*gatetest.Gate
	ada        *gatetest.Person
	browser    *gatetest.Browser
	web, still *gatetest.Application
}

func newHouse(t testing.TB, change ...func(*config.Config)) *house {
	t.Helper()
	g := gatetest.New(t, change...)
	trusted := func(c *oauth.Client) { c.SkipConsent = true }
	return &house{
		Gate: g, ada: g.Person("ada"), browser: g.Browser(), web: g.App("web", trusted),
		still: g.App("still", trusted, func(c *oauth.Client) { c.StaticRefresh = true }),
	}
}

func onBoth(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t))
	})
	t.Run("postgres", func(t *testing.T) {
		testpg.Server(t)
		t.Parallel()
		test(t, newHouse(t, gatetest.OnPostgres(testpg.URL(t))))
	})
}

// tokens signs ada in at the application and returns what it gets.
func (h *house) tokens(a *gatetest.Application, scope string) gatetest.Answer {
	h.T.Helper()
	return a.Tokens(h.browser, h.ada, "scope", scope)
}

// alive reports whether the introspection endpoint says so.
func (h *house) alive(token string) bool {
	h.T.Helper()
	h.Settle()
	a := h.web.Introspect(token)
	if a.Status != http.StatusOK {
		h.T.Fatalf("introspection: %d %s", a.Status, a.Body)
	}
	return a.JSON["active"] == true
}

// atOnce asks n times at once.
func atOnce(n int, ask func() gatetest.Answer) []gatetest.Answer {
	answers := make([]gatetest.Answer, n)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = ask() })
	}
	wg.Wait()
	return answers
}

func TestSignOutEndsAllThatAnAuthorizationBrought(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		first := h.tokens(h.web, "openid offline_access")
		if first.Text("id_token") == "" || !h.alive(first.Text("access_token")) {
			t.Fatalf("the exchange answered %s", first.Body)
		}
		second := h.web.Refresh(first.Text("refresh_token"))
		if second.Status != http.StatusOK || second.Text("refresh_token") == first.Text("refresh_token") || second.Text("id_token") == "" {
			t.Fatalf("the refresh answered %s", second.Body)
		}
		if again := h.web.Refresh(first.Text("refresh_token")); again.Text("refresh_token") != second.Text("refresh_token") {
			t.Fatalf("the repetition answered %s", again.Body)
		}
		session := id.Session(gatetest.Claims(first.Text("access_token"))["sid"].(string))
		if err := h.House.Sessions.End(context.Background(), gatetest.Console, session, "test"); err != nil {
			t.Fatal(err)
		}
		if a := h.web.Refresh(second.Text("refresh_token")); a.Error() != "invalid_grant" {
			t.Errorf("after the sign-out the refresh answered %s", a.Body)
		}
		for _, token := range []string{first.Text("access_token"), second.Text("access_token"), second.Text("refresh_token")} {
			if h.alive(token) {
				t.Error("a token lives on after the sign-out")
			}
		}
	})
}

func TestReplayEndsTheFamilyAndItsAccessTokens(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		first := h.tokens(h.web, "orders offline_access")
		second := h.web.Refresh(first.Text("refresh_token"))
		third := h.web.Refresh(second.Text("refresh_token"))
		if a := h.web.Refresh(first.Text("refresh_token")); a.Status != http.StatusBadRequest || a.Error() != "invalid_grant" {
			t.Fatalf("the replay answered %s", a.Body)
		}
		if a := h.web.Refresh(third.Text("refresh_token")); a.Error() != "invalid_grant" {
			t.Errorf("the current token answered %s", a.Body)
		}
		for _, a := range []gatetest.Answer{first, second, third} {
			if h.alive(a.Text("access_token")) {
				t.Error("an access token lives on after the replay")
			}
		}
	})
}

// R19 on the real stores: exactly one of 20 redemptions succeeds, and the others
// are second uses that end what it gave.
func TestOneRedemptionOfManySucceedsAndTheOthersEndIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		for range 10 {
			code := h.web.Code(h.browser, h.ada, "scope", "orders offline_access")
			var won []gatetest.Answer
			for _, a := range atOnce(20, func() gatetest.Answer { return h.web.Exchange(code) }) {
				switch {
				case a.Status == http.StatusOK:
					won = append(won, a)
				case a.Status != http.StatusBadRequest || a.Error() != "invalid_grant":
					t.Fatalf("a loser got %d %s", a.Status, a.Body)
				}
			}
			if len(won) != 1 {
				t.Fatalf("%d redemptions succeeded", len(won))
			}
			if h.alive(won[0].Text("access_token")) || h.web.Refresh(won[0].Text("refresh_token")).Error() != "invalid_grant" {
				t.Fatal("the tokens of a code that came 20 times live on")
			}
		}
	})
}

func TestManyRefreshesAtOnceGetOneSuccessor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		token := h.tokens(h.web, "orders offline_access").Text("refresh_token")
		for round := range 10 {
			seen := map[string]bool{}
			for _, a := range atOnce(20, func() gatetest.Answer { return h.web.Refresh(token) }) {
				if a.Status != http.StatusOK {
					t.Fatalf("round %d: %d %s", round, a.Status, a.Body)
				}
				seen[a.Text("refresh_token")] = true
			}
			if len(seen) != 1 {
				t.Fatalf("round %d: %d different successors", round, len(seen))
			}
			for token = range seen {
			}
		}
	})
}

func TestStaticTokenServesManyAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		token := h.tokens(h.still, "offline_access").Text("refresh_token")
		for _, a := range atOnce(10, func() gatetest.Answer { return h.still.Refresh(token) }) {
			if a.Status != http.StatusOK || a.Text("refresh_token") != token {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
	})
}

// What stands on the path of every token stays as short as it is.
// In the bubble nothing else asks the store meanwhile.
func TestGrantsTakeFewStatements(t *testing.T) {
	t.Parallel()
	synctest.Test(t, grantsTakeFewStatements)
}

func grantsTakeFewStatements(t *testing.T) {
	h := newHouse(t)
	code := h.web.Code(h.browser, h.ada, "scope", "openid offline_access")
	var token string
	for _, c := range []struct {
		name string
		most uint64
		ask  func() gatetest.Answer
	}{
		// code, person, claim, person and session held, what was ended meanwhile, family
		{"a redemption", 7, func() gatetest.Answer { return h.web.Exchange(code) }},
		{"a refresh", 2, func() gatetest.Answer { return h.web.Refresh(token) }}, // family, rotation
		{"client credentials", 0, func() gatetest.Answer { return h.web.ClientCredentials() }},
	} {
		h.Settle()
		before := h.House.Store.Statements()
		a := c.ask()
		if ran := h.House.Store.Statements() - before; a.Status != http.StatusOK || ran > c.most {
			t.Errorf("%s: %d, %d statements, want at most %d", c.name, a.Status, ran, c.most)
		}
		token = a.Text("refresh_token")
	}
}

func BenchmarkClientCredentials(b *testing.B) {
	h := newHouse(b)
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"orders"}}
	b.ReportAllocs()
	for b.Loop() {
		if a := h.PostForm("/oauth2/token", "web", h.web.Secret, form); a.Status != http.StatusOK {
			b.Fatalf("%d %s", a.Status, a.Body)
		}
	}
}

// BenchmarkRefresh rotates many families at once, as group commit wants it.
func BenchmarkRefresh(b *testing.B) {
	h := newHouse(b)
	var signingIn sync.Mutex
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		signingIn.Lock() // there is one browser
		token := h.tokens(h.web, "orders offline_access").Text("refresh_token")
		signingIn.Unlock()
		for pb.Next() {
			a := h.web.Refresh(token)
			if a.Status != http.StatusOK {
				b.Errorf("%d %s", a.Status, a.Body)
				return
			}
			token = a.Text("refresh_token")
		}
	})
}
