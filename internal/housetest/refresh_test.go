package housetest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// A refresh may narrow the scopes of its answer, and never widens those of
// the grant; what is refused leaves the token as it was.
func TestRefreshNarrowsAndNeverWidens(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	const all = "openid email offline_access"
	token := s.tokens("scope", all).Text("refresh_token")
	for _, c := range []struct {
		name   string
		with   []string
		scopes string // of a good answer
		code   string // of a refusal
	}{
		{"nothing asked", nil, all, ""},
		{"all asked", []string{"scope", all}, all, ""},
		{"in another order", []string{"scope", "offline_access email openid"}, "offline_access email openid", ""},
		{"narrower", []string{"scope", "openid"}, "openid", ""},
		{"wide again after narrower", nil, all, ""},
		{"a scope the client may have, but this grant has not", []string{"scope", "openid orders"}, "", "invalid_scope"},
		{"only such a scope", []string{"scope", "profile"}, "", "invalid_scope"},
		{"a scope that nobody knows", []string{"scope", "openid everything"}, "", "invalid_scope"},
		{"a scope in capitals", []string{"scope", "OPENID"}, "", "invalid_scope"},
		{"a prefix of a scope", []string{"scope", "open"}, "", "invalid_scope"},
		{"an audience, which is no parameter here", []string{"audience", "https://other.example.test"}, all, ""},
		{"a resource that the grant is not for", []string{"resource", "https://other.example.test"}, "", "invalid_target"},
		{"still whole", nil, all, ""},
	} {
		a := s.app.Refresh(token, c.with...)
		if c.code != "" {
			expectRefused(t, c.name, a, c.code)
			continue
		}
		expectTokens(t, c.name, a)
		claims := gatetest.Claims(a.Text("access_token"))
		if a.Text("scope") != c.scopes || claims["scope"] != c.scopes {
			t.Errorf("%s: the scopes are %q and %v, want %q", c.name, a.Text("scope"), claims["scope"], c.scopes)
		}
		if aud, ok := claims["aud"].([]any); !ok || !slices.Equal(aud, []any{gatetest.Issuer}) {
			t.Errorf("%s: the audience is %v", c.name, claims["aud"])
		}
		if hasID := a.Text("id_token") != ""; hasID != strings.Contains(c.scopes, "openid") {
			t.Errorf("%s: an ID token came: %v", c.name, hasID)
		}
		token = a.Text("refresh_token")
	}
	expectRefused(t, "another client", other.Refresh(token), "invalid_grant")
	expectRefused(t, "another client, within the grace window", other.Refresh(token), "invalid_grant")
	expectTokens(t, "the family after another client tried", s.app.Refresh(token))
}

// A grant's audience is that of the grant.
func TestRefreshKeepsTheAudienceOfTheGrant(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app = s.App("api-client", func(c *oauth.Client) { c.Audiences = []string{"orders-api"} })
	token := s.tokens().Text("refresh_token")
	s.update(t, func(c *oauth.Client) { c.Audiences = []string{"orders-api", "payments-api"} })
	s.Settle()
	a := expectTokens(t, "refresh", s.app.Refresh(token))
	if aud := gatetest.Claims(a.Text("access_token"))["aud"]; !slices.Equal(aud.([]any), []any{"orders-api"}) {
		t.Errorf("the audience has become %v", aud)
	}
}

// The token's life after it was replaced, to the moment.
func TestReplacedRefreshTokenBringsItsSuccessorForThirtySecondsOnly(t *testing.T) {
	t.Parallel()
	const fork, same, dead = "another token", "the same successor", "the end of the family"
	for _, c := range []struct {
		name  string
		grace time.Duration
		wait  time.Duration
		used  bool // the successor was used meanwhile
		want  string
	}{
		{"at once", 30 * time.Second, 0, false, same},
		{"at the end of the window", 30 * time.Second, 30*time.Second - time.Microsecond, false, same},
		{"when the window has closed", 30 * time.Second, 30 * time.Second, false, dead},
		{"an hour later", 30 * time.Second, time.Hour, false, dead},
		{"after the successor was used", 30 * time.Second, 0, true, dead},
		{"without a window", 0, 0, false, dead},
		{"in a longer window", time.Minute, 59 * time.Second, false, same},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(cfg *config.Config) { cfg.Tokens.RefreshGrace = c.grace })
				replica := s.Replica()
				first := s.tokens().Text("refresh_token")
				next := expectTokens(t, "the first use", s.app.Refresh(first))
				last := next
				if c.used {
					last = expectTokens(t, "the successor", s.app.Refresh(next.Text("refresh_token")))
				}
				time.Sleep(c.wait)
				s.Settle()
				replica.Settle()
				again := s.app.At(replica).Refresh(first)
				got := fork
				switch again.Text("refresh_token") {
				case "":
					got = dead
				case next.Text("refresh_token"):
					got = same
				}
				if got != c.want {
					t.Fatalf("the second use brought %s (%d %s), want %s", got, again.Status, again.Body, c.want)
				}
				if c.want == same {
					expectTokens(t, "the successor", s.app.Refresh(next.Text("refresh_token")))
					return
				}
				s.Settle()
				expectRefused(t, "the newest token", s.app.Refresh(last.Text("refresh_token")), "invalid_grant")
				expectActive(t, "the newest access token", s.app, last.Text("access_token"), false)
				e := eventsOf(t, s.Gate, "token.replay")
				if len(e) != 1 || e[0].Outcome != audit.Refused || e[0].Actor.ID != "web" {
					t.Errorf("events: %+v", e)
				}
			})
		})
	}
}

// Only the one before is repeated; older ones are replays also within the
// window (django-oauth-toolkit #1617).
func TestOlderRefreshTokenIsAReplayWithinTheWindow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	first := s.tokens().Text("refresh_token")
	second := expectTokens(t, "1", s.app.Refresh(first)).Text("refresh_token")
	third := expectTokens(t, "2", s.app.Refresh(second)).Text("refresh_token")
	if a := s.app.Refresh(second); a.Text("refresh_token") != third {
		t.Errorf("the one before brought %d %s", a.Status, a.Body)
	}
	expectRefused(t, "the one before that", s.app.Refresh(first), "invalid_grant")
	expectRefused(t, "the newest, after the replay", s.app.Refresh(third), "invalid_grant")
}

// A replay ends the family it belongs to and no other, or anybody with one
// old token could sign a person out everywhere.
func TestReplayEndsOneFamily(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	mine, sibling, foreign := s.tokens(), s.tokens(), other.Tokens(s.browser, s.ada)
	next := expectTokens(t, "1", s.app.Refresh(mine.Text("refresh_token")))
	expectTokens(t, "2", s.app.Refresh(next.Text("refresh_token")))
	expectRefused(t, "a replay", s.app.Refresh(mine.Text("refresh_token")), "invalid_grant")
	s.Settle()
	expectActive(t, "a sibling's access token", s.app, sibling.Text("access_token"), true)
	expectTokens(t, "a sibling family", s.app.Refresh(sibling.Text("refresh_token")))
	expectTokens(t, "another application's family", other.Refresh(foreign.Text("refresh_token")))
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "code" {
		t.Errorf("the browser session led to %q", got)
	}
}

// Many at once on two replicas get one and the same successor.
func TestRefreshByManyAtOnceBringsOneSuccessor(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		refreshAtOnce(t, gatetest.New(t), 40)
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		refreshAtOnce(t, gatetest.New(t, gatetest.OnPostgres(testpg.URL(t))), 40)
	})
	t.Run("PgBouncer", func(t *testing.T) {
		t.Parallel()
		refreshAtOnce(t, gatetest.New(t, gatetest.OnPostgres(testpg.Bouncer(t)(testpg.URL(t)))), 40)
	})
}

func refreshAtOnce(t *testing.T, g *gatetest.Gate, rounds int) {
	const callers = 20
	app := g.App("web")
	doors := []*gatetest.Application{app, app.At(g.Replica())}
	token := app.Tokens(g.Browser(), g.Person("ada")).Text("refresh_token")
	for range rounds {
		answers := make([]gatetest.Answer, callers)
		start := make(chan struct{})
		var wait sync.WaitGroup
		for i := range callers {
			wait.Go(func() {
				<-start
				answers[i] = doors[i%2].Refresh(token)
			})
		}
		close(start)
		wait.Wait()
		for _, a := range answers {
			expectTokens(t, "one of many", a)
			if a.Text("refresh_token") != answers[0].Text("refresh_token") {
				t.Fatal("two callers got different successors")
			}
		}
		token = answers[0].Text("refresh_token")
	}
}

// The idle and the absolute limit of the shipped configuration.
func TestRefreshFamilyEndsWhenIdleOrOld(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		idle := s.tokens().Text("refresh_token")
		time.Sleep(14*day - time.Second)
		s.Settle()
		idle = expectTokens(t, "just before the idle limit", s.app.Refresh(idle)).Text("refresh_token")
		time.Sleep(14 * day)
		s.Settle()
		expectActive(t, "at the idle limit", s.app, idle, false)
		expectRefused(t, "at the idle limit", s.app.Refresh(idle), "invalid_grant")
		if n := len(eventsOf(t, s.Gate, "token.replay")); n != 0 {
			t.Error("an expired token counts as replayed")
		}

		begun := time.Now()
		token := s.tokens().Text("refresh_token")
		for time.Since(begun) < 80*day {
			time.Sleep(10 * day)
			s.Settle()
			token = expectTokens(t, "a family in use", s.app.Refresh(token)).Text("refresh_token")
		}
		time.Sleep(10*day - time.Second)
		s.Settle()
		token = expectTokens(t, "just before the absolute limit", s.app.Refresh(token)).Text("refresh_token")
		time.Sleep(time.Second)
		s.Settle()
		expectActive(t, "at the absolute limit", s.app, token, false)
		expectRefused(t, "at the absolute limit", s.app.Refresh(token), "invalid_grant")
	})
}

// A client's own limits win.
func TestClientsOwnRefreshLimitsWin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.app = s.App("short", func(c *oauth.Client) { c.RefreshIdle, c.RefreshAbsolute = time.Hour, 3*time.Hour })
		token := s.tokens().Text("refresh_token")
		for range 3 {
			time.Sleep(55 * time.Minute)
			s.Settle()
			token = expectTokens(t, "in use", s.app.Refresh(token)).Text("refresh_token")
		}
		time.Sleep(20 * time.Minute)
		s.Settle()
		expectRefused(t, "after three hours", s.app.Refresh(token), "invalid_grant")
		token = s.tokens().Text("refresh_token")
		time.Sleep(time.Hour)
		s.Settle()
		expectRefused(t, "after an idle hour", s.app.Refresh(token), "invalid_grant")
	})
}

// A static refresh token stays the same; limits, owner and end count as ever.
func TestStaticRefreshTokenStaysAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		static := func(c *oauth.Client) { c.StaticRefresh = true }
		s.app = s.App("static", static)
		other := s.App("other", static)
		tokens := s.tokens()
		token := tokens.Text("refresh_token")
		for range 8 {
			time.Sleep(11 * 24 * time.Hour)
			s.Settle()
			a := expectTokens(t, "in use", s.app.Refresh(token))
			if a.Text("refresh_token") != token {
				t.Fatal("the token was replaced")
			}
			tokens = a
		}
		expectRefused(t, "another client", other.Refresh(token), "invalid_grant")
		if a := s.app.Revoke(token); a.Status != http.StatusOK {
			t.Fatalf("revocation: %d %s", a.Status, a.Body)
		}
		expectRefused(t, "after the revocation", s.app.Refresh(token), "invalid_grant")
		expectActive(t, "after the revocation", s.app, tokens.Text("access_token"), false)

		token = s.tokens().Text("refresh_token")
		time.Sleep(14 * 24 * time.Hour)
		s.Settle()
		expectRefused(t, "after the idle limit", s.app.Refresh(token), "invalid_grant")
	})
}

// A refresh token needs a grant and a person's word for it.
func TestRefreshTokenIsGivenOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	never := s.App("never", func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode} })
	for name, a := range map[string]gatetest.Answer{
		"without offline_access": s.tokens("scope", "openid"),
		"a client that may not":  never.Tokens(s.browser, s.ada),
		"for a client itself":    expectTokens(t, "client credentials", s.app.ClientCredentials()),
	} {
		if a.Text("refresh_token") != "" {
			t.Errorf("%s: a refresh token was given", name)
		}
	}
}

// Every character matters: a token that was cut, lengthened or respelled is
// none of ours, and does not count as a replay (CVE-2026-27840).
func TestRefreshTokenHasOneSpelling(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	token := s.tokens().Text("refresh_token")
	before := s.app.Introspect(token)
	for i := range token {
		flipped := token[:i] + string(flip(token[i])) + token[i+1:]
		expectRefused(t, "a token with another character", s.app.Refresh(flipped), "invalid_grant")
	}
	for n := range 40 {
		expectRefused(t, "a token that was cut", s.app.Refresh(token[:len(token)-n-1]), "invalid_grant", "invalid_request")
	}
	for _, more := range []string{"=", "==", "A", ".", "\n", " ", "\x00", token} {
		expectRefused(t, "a token that was lengthened", s.app.Refresh(token+more), "invalid_grant")
	}
	for _, other := range []string{strings.ToUpper(token), " " + token, strings.TrimPrefix(token, oauth.RefreshPrefix), oauth.RefreshPrefix + token} {
		expectRefused(t, "a token spelled otherwise", s.app.Refresh(other), "invalid_grant")
	}
	if after := s.app.Introspect(token); string(after.Body) != string(before.Body) {
		t.Errorf("the token changed: %s, before %s", after.Body, before.Body)
	}
	expectTokens(t, "the token itself", s.app.Refresh(token))
}

// flip returns another character of the base64url alphabet.
func flip(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}
