package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/setting"
)

// begin returns the first refresh token of a family for client.
func (d *door) family(client id.Client) string {
	d.t.Helper()
	return d.tokens(client, exchangeOf(d.code(client))).RefreshToken
}

func TestRefreshReplacesTheTokenAndKeepsTheSignIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	first := d.tokens("web", exchangeOf(d.code("web")))
	writes := d.store.writes
	second := d.tokens("web", refreshOf(first.RefreshToken))
	if d.store.writes != writes+1 {
		t.Errorf("a rotation took %d writes, want one", d.store.writes-writes)
	}
	if second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken || second.Scope != first.Scope {
		t.Errorf("the answer is %+v", second)
	}
	_, was := d.signed(first.IDToken)
	_, is := d.signed(second.IDToken)
	for _, name := range []string{"iss", "sub", "aud", "auth_time", "sid", "acr"} {
		if was[name] == nil || was[name] != is[name] {
			t.Errorf("%s was %v and is %v", name, was[name], is[name])
		}
	}
	if is["nonce"] != nil {
		t.Error("the nonce came again")
	}
	_, access := d.signed(second.AccessToken)
	_, before := d.signed(first.AccessToken)
	if access["azn"] != before["azn"] || access["jti"] == before["jti"] {
		t.Errorf("gid and jti were %v, %v and are %v, %v", before["azn"], before["jti"], access["azn"], access["jti"])
	}
	d.tokens("web", refreshOf(second.RefreshToken))
}

// A lost answer must not cost the session: within the window the same successor
// comes again, and only until it is used.
func TestRefreshRepeatsTheSameSuccessorUntilItIsUsed(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	first := d.family("web")
	second := d.tokens("web", refreshOf(first))
	again := d.tokens("web", refreshOf(first))
	if again.RefreshToken != second.RefreshToken || again.AccessToken == second.AccessToken {
		t.Error("the repetition did not bring the same refresh token and a fresh access token")
	}
	third := d.tokens("web", refreshOf(second.RefreshToken)).RefreshToken
	refused(t, d.post("web", refreshOf(first)), http.StatusBadRequest, "invalid_grant")
	refused(t, d.post("web", refreshOf(third)), http.StatusBadRequest, "invalid_grant")
}

// withoutGrace allows no refresh token to come twice.
func (d *door) withoutGrace() {
	c := d.protocol.Config()
	c.RefreshGrace = 0
	d.protocol.Config = setting.Always(c)
}

// R24, RFC 9700 section 4.14.2.
func TestRefreshRevokesTheFamilyWhenATokenComesTwice(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(*door){
		"after the window": func(d *door) {
			d.store.change(t, func(f *oauth.Family, _ *oauth.Grounds) { f.RotatedAt = f.RotatedAt.Add(-time.Minute) })
		},
		"no window at all":        (*door).withoutGrace,
		"the seal was taken away": func(d *door) { d.store.change(t, func(f *oauth.Family, _ *oauth.Grounds) { f.SealedSuccessor = nil }) },
		"the person is disabled": func(d *door) {
			d.withoutGrace()
			d.store.change(t, func(_ *oauth.Family, s *oauth.Grounds) { s.UserEnabled = false })
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			first := d.family("web")
			second := d.tokens("web", refreshOf(first)).RefreshToken
			disturb(d)
			refused(t, d.post("web", refreshOf(first)), http.StatusBadRequest, "invalid_grant")
			f := d.store.only(t)
			if ended := d.store.ended(oauth.RevokedAuthorization); f.RevokedAt.IsZero() || !slices.Equal(ended, []string{string(f.Authorization.ID)}) || !d.store.hasEvent("token.replay") {
				t.Errorf("revoked at %v, grants ended %v", f.RevokedAt, d.store.revoked)
			}
			before := d.store.writes
			refused(t, d.post("web", refreshOf(second)), http.StatusBadRequest, "invalid_grant")
			if d.store.writes != before {
				t.Error("a dead family was ended again")
			}
		})
	}
}

// The rotation happens once however many ask, and everybody gets its result.
func TestParallelRefreshesGetTheSameSuccessor(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.tokens("web", exchangeOf(d.code("web", "scope", "orders:read offline_access"))).RefreshToken
	for range 10 {
		var mu sync.Mutex
		var wg sync.WaitGroup
		successors := map[string]bool{}
		for range 20 {
			r := d.tokenRequest("web", refreshOf(token))
			wg.Go(func() {
				w := d.do(r)
				var a tokenAnswer
				_ = json.Unmarshal(w.Body.Bytes(), &a)
				mu.Lock()
				defer mu.Unlock()
				successors[a.RefreshToken] = true
			})
		}
		wg.Wait()
		if len(successors) != 1 || successors[""] {
			t.Fatalf("20 callers got %d different answers", len(successors))
		}
		for token = range successors {
		}
	}
	if f := d.store.only(t); f.Generation != 11 || !f.RevokedAt.IsZero() {
		t.Errorf("generation %d, revoked at %v", f.Generation, f.RevokedAt)
	}
}

// R23: a refused use by another client changes nothing.
func TestRefreshTokenOfAnotherClientIsRefusedAndStaysGood(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	first := d.family("web")
	second := d.tokens("web", refreshOf(first)).RefreshToken
	before := d.store.only(t)
	writes := d.store.writes
	for _, token := range []string{first, second} {
		for _, thief := range []id.Client{"other", "phone"} {
			refused(t, d.post(thief, refreshOf(token)), http.StatusBadRequest, "invalid_grant")
		}
	}
	if after := d.store.only(t); d.store.writes != writes || after.RevokedAt != before.RevokedAt || after.Generation != before.Generation {
		t.Error("another client's attempt changed something")
	}
	d.tokens("web", refreshOf(second))
}

func TestRefreshTokenThatIsNoneOfOursIsRefusedWithoutAQuery(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.family("web")
	reads := d.store.reads
	forger := oauth.RefreshCodec{Key: make([]byte, 32), KeyID: 1}
	bytes, err := d.store.only(t).ID.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := forger.Mint(bytes, 1)
	for _, bad := range []string{
		forged, "x", secret.Token(80), token + "A", token[:len(token)-1], strings.ToUpper(token), token + "=", "\x00", strings.Repeat("a", 5000),
		d.tokens("web", exchangeOf(d.code("web"))).AccessToken,
	} {
		refused(t, d.post("web", refreshOf(bad)), http.StatusBadRequest, "invalid_grant")
	}
	if d.store.reads != reads {
		t.Errorf("garbage took %d queries", d.store.reads-reads)
	}
}

// D06b: after a failover that lost a rotation the client holds a token that the
// row does not know yet. Nobody stole it.
func TestRefreshTokenOfALaterGenerationIsRefusedButNoReplay(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	first := d.family("web")
	before := d.store.only(t)
	second := d.tokens("web", refreshOf(first)).RefreshToken
	d.store.families[before.ID] = before
	refused(t, d.post("web", refreshOf(second)), http.StatusBadRequest, "invalid_grant")
	if len(d.store.revoked) != 0 {
		t.Error("the family was ended")
	}
}

// R23: scopes can be narrowed for one answer, never widened, and the family
// keeps what it has.
func TestRefreshNarrowsScopesForOneAnswerOnly(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.tokens("web", exchangeOf(d.code("web", "scope", "openid profile offline_access"))).RefreshToken
	for _, wide := range []string{"email", "openid email", "orders:read", "OPENID", "openid profile offline_access admin"} {
		refused(t, d.post("web", refreshOf(token, "scope", wide)), http.StatusBadRequest, "invalid_scope")
	}
	narrow := d.tokens("web", refreshOf(token, "scope", "profile"))
	_, claims := d.signed(narrow.AccessToken)
	if narrow.Scope != "profile" || claims["scope"] != "profile" || narrow.IDToken != "" {
		t.Errorf("the narrowed answer is %+v with scope %v", narrow, claims["scope"])
	}
	if all := d.tokens("web", refreshOf(narrow.RefreshToken)); all.Scope != "openid profile offline_access" || all.IDToken == "" {
		t.Errorf("the next answer is %+v", all)
	}
}

// R25, R26: every refresh looks again at person, client, consent and session.
func TestRefreshLooksAgainAtEverythingThatAllowedIt(t *testing.T) {
	t.Parallel()
	standing := func(edit func(*oauth.Family, *oauth.Grounds)) func(*door) {
		return func(d *door) { d.store.change(t, edit) }
	}
	for name, c := range map[string]struct {
		change func(*door)
		status int
		code   string
	}{
		"person disabled":              {change: standing(func(_ *oauth.Family, s *oauth.Grounds) { s.UserEnabled = false })},
		"signed out":                   {change: standing(func(_ *oauth.Family, s *oauth.Grounds) { s.SessionRevoked = true })},
		"consent withdrawn":            {change: standing(func(_ *oauth.Family, s *oauth.Grounds) { s.Consented = nil })},
		"consent shrunk":               {change: standing(func(_ *oauth.Family, s *oauth.Grounds) { s.Consented = []string{"openid"} })},
		"idle too long":                {change: standing(func(f *oauth.Family, _ *oauth.Grounds) { f.IdleExpires = time.Now() })},
		"absolute end":                 {change: standing(func(f *oauth.Family, _ *oauth.Grounds) { f.Expires = time.Now() })},
		"revoked":                      {change: standing(func(f *oauth.Family, _ *oauth.Grounds) { f.RevokedAt = time.Now() })},
		"client lost openid":           {change: func(d *door) { d.client("asking").Scopes = []string{"offline_access"} }},
		"client lost offline_access":   {change: func(d *door) { d.client("asking").Scopes = []string{"openid"} }},
		"client needs a second factor": {change: func(d *door) { d.client("asking").RequireLevel = proof.AAL2 }},
		"client lost the audience":     {change: standing(func(f *oauth.Family, _ *oauth.Grounds) { f.Audiences = []string{"billing"} })},
		"client lost the grant":        {change: func(d *door) { d.client("asking").GrantTypes = []string{oauth.GrantCode} }, code: "unauthorized_client"},
		"client disabled":              {change: func(d *door) { d.client("asking").Disabled = true }, status: http.StatusUnauthorized, code: "invalid_client"},
		"client got another method":    {change: func(d *door) { d.client("asking").AuthMethod = oauth.AuthPrivateKey }, status: http.StatusUnauthorized, code: "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			d.client("asking").SkipConsent = true
			token := d.family("asking")
			d.client("asking").SkipConsent = false
			c.change(d)
			before := d.store.only(t)
			if c.status == 0 {
				c.status = http.StatusBadRequest
			}
			if c.code == "" {
				c.code = "invalid_grant"
			}
			refused(t, d.post("asking", refreshOf(token)), c.status, c.code)
			if after := d.store.only(t); after.Generation != before.Generation || len(d.store.revoked) > 0 {
				t.Error("a refused refresh changed the family")
			}
		})
	}
}

func TestRefreshAsksNobodyForTheHousesOwnApplication(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.family("web")
	d.store.change(t, func(_ *oauth.Family, s *oauth.Grounds) { s.Consented = nil })
	d.tokens("web", refreshOf(token))
}

func TestRefreshDropsScopesThatTheClientLost(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.tokens("web", exchangeOf(d.code("web", "scope", "openid orders:read offline_access"))).RefreshToken
	d.client("web").Scopes = []string{"openid", "offline_access"}
	if a := d.tokens("web", refreshOf(token)); a.Scope != "openid offline_access" {
		t.Errorf("scope %q", a.Scope)
	}
}

func TestStaticRefreshTokenStaysTheSame(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("still").RefreshIdle = time.Hour
	token := d.family("still")
	d.store.change(t, func(f *oauth.Family, _ *oauth.Grounds) { f.IdleExpires = time.Now().Add(time.Minute) })
	for range 3 {
		if a := d.tokens("still", refreshOf(token)); a.RefreshToken != token {
			t.Fatal("the token changed")
		}
	}
	if f := d.store.only(t); f.Generation != 1 || time.Until(f.IdleExpires) < 50*time.Minute {
		t.Errorf("generation %d, idle until %v", f.Generation, f.IdleExpires)
	}
	d.client("phone").StaticRefresh = true // a public client's tokens rotate all the same
	first := d.family("phone")
	if a := d.tokens("phone", refreshOf(first)); a.RefreshToken == first {
		t.Error("a public client got a static token")
	}
}

func TestFamilyNeverOutlivesItsAbsoluteEnd(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").RefreshIdle, d.client("web").RefreshAbsolute = 10*time.Hour, 2*time.Hour
	token := d.family("web")
	end := d.store.only(t).Expires
	d.tokens("web", refreshOf(token))
	if f := d.store.only(t); f.IdleExpires.After(end) || !f.Expires.Equal(end) || time.Until(end) > 2*time.Hour {
		t.Errorf("idle until %v, ends %v, was to end %v", f.IdleExpires, f.Expires, end)
	}
}

// What was given when the client was confidential, or may keep its token, is no
// licence for later: RFC 9700 section 4.14.2 wants rotation of public clients.
func TestStaticFamilyRotatesOnceTheClientMayNotHaveIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *oauth.Client){
		"it became public":           func(c *oauth.Client) { c.AuthMethod, c.Secrets = oauth.AuthNone, nil },
		"the setting was taken back": func(c *oauth.Client) { c.StaticRefresh = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			first := d.family("still")
			change(d.client("still"))
			second := d.tokens("still", refreshOf(first)).RefreshToken
			if second == first {
				t.Fatal("the token stays the same")
			}
			third := d.tokens("still", refreshOf(second)).RefreshToken
			refused(t, d.post("still", refreshOf(first)), http.StatusBadRequest, "invalid_grant")
			refused(t, d.post("still", refreshOf(third)), http.StatusBadRequest, "invalid_grant")
		})
	}
}
