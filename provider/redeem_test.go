package provider

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/secret"
)

func TestCodeBringsTokensThatSayWhatTheyMust(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").AccessTokenTTL = 7 * time.Minute
	before := time.Now().Unix()
	w := d.post("web", exchangeOf(d.code("web")))
	if got := w.Header().Get("Cache-Control") + " " + w.Header().Get("Pragma") + " " + w.Header().Get("Content-Type"); got != "no-store no-cache application/json" {
		t.Errorf("headers are %q", got)
	}
	a := d.tokens("web", exchangeOf(d.code("web")))
	if a.TokenType != "Bearer" || a.ExpiresIn != 420 || a.Scope != "openid offline_access" || !strings.HasPrefix(a.RefreshToken, oauth.RefreshPrefix) {
		t.Errorf("the answer is %+v", a)
	}

	header, access := d.signed(a.AccessToken)
	if header.Typ != "at+jwt" || header.Alg != keys.ES256 {
		t.Errorf("the access token's header is %+v", header)
	}
	sid, family := access["sid"], d.store.families
	if len(family) != 2 || sid == "" {
		t.Errorf("sid = %v, %d families", sid, len(family))
	}
	checkTimes(t, access, before, 420)
	for _, name := range []string{"iat", "exp", "auth_time", "jti", "azn", "sid"} {
		delete(access, name)
	}
	want := map[string]any{
		"iss": testIssuer, "sub": "usr_ada", "aud": []any{testIssuer}, "client_id": "web", "scope": "openid offline_access", "acr": "aal1", "amr": []any{"pwd"}, "pv": 0.0,
	}
	if diff := cmp.Diff(want, access); diff != "" {
		t.Errorf("access token (-want +got):\n%s", diff)
	}

	header, idToken := d.signed(a.IDToken)
	if header.Typ != "JWT" || header.Alg != keys.RS256 {
		t.Errorf("the ID token's header is %+v", header)
	}
	checkTimes(t, idToken, before, 300)
	for _, name := range []string{"iat", "exp", "auth_time", "at_hash"} {
		delete(idToken, name)
	}
	want = map[string]any{"iss": testIssuer, "sub": "usr_ada", "aud": "web", "nonce": "a nonce", "acr": "aal1", "amr": []any{"pwd"}, "sid": sid}
	if diff := cmp.Diff(want, idToken); diff != "" {
		t.Errorf("ID token (-want +got):\n%s", diff)
	}
}

// checkTimes holds the times of a token against the clock.
func checkTimes(t *testing.T, claims map[string]any, before, life int64) {
	t.Helper()
	iat, _ := claims["iat"].(float64)
	exp, _ := claims["exp"].(float64)
	auth, _ := claims["auth_time"].(float64)
	if int64(iat) < before || int64(iat) > time.Now().Unix() || int64(exp-iat) != life || auth == 0 || auth > iat {
		t.Errorf("iat %v, exp %v, auth_time %v; want a life of %d from now on", iat, exp, auth, life)
	}
}

func TestIDTokenHashFitsItsAlgorithm(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, alg := range []string{keys.RS256, keys.ES256, keys.EdDSA} {
		d.client("web").IDTokenAlg = alg
		a := d.tokens("web", exchangeOf(d.code("web")))
		for _, tokens := range []tokenAnswer{a, d.tokens("web", refreshOf(a.RefreshToken))} {
			header, claims := d.signed(tokens.IDToken)
			sum := sha256.Sum256([]byte(tokens.AccessToken))
			want := sum[:16]
			if alg == keys.EdDSA {
				long := sha512.Sum512([]byte(tokens.AccessToken))
				want = long[:32]
			}
			if header.Alg != alg || claims["at_hash"] != base64.RawURLEncoding.EncodeToString(want) {
				t.Errorf("%s: alg %s, at_hash %v", alg, header.Alg, claims["at_hash"])
			}
		}
	}
}

func TestAccessTokenCarriesTheClientsAudiencesAndAlgorithm(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").Audiences, d.client("web").AccessTokenAlg = []string{"https://orders.example.test", "billing"}, keys.EdDSA
	header, claims := d.signed(d.tokens("web", exchangeOf(d.code("web"))).AccessToken)
	if diff := cmp.Diff([]any{"https://orders.example.test", "billing"}, claims["aud"]); diff != "" || header.Alg != keys.EdDSA {
		t.Errorf("alg %s, aud (-want +got):\n%s", header.Alg, diff)
	}
}

func TestClaimsParameterReachesTheTokensWithinTheClientsScopes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	claims := `{"id_token":{"name":null,"phone_number":null,"acr":null},"userinfo":{"email":{"essential":true},"address":null}}`
	a := d.tokens("web", exchangeOf(d.code("web", "claims", claims)))
	for _, tokens := range []tokenAnswer{a, d.tokens("web", refreshOf(a.RefreshToken))} {
		_, idToken := d.signed(tokens.IDToken)
		if idToken["name"] != "name of ada" || idToken["phone_number"] != nil || idToken["iss"] != testIssuer || idToken["admin"] != nil || idToken["email"] != nil {
			t.Errorf("the ID token is %v", idToken)
		}
		_, access := d.signed(tokens.AccessToken)
		if diff := cmp.Diff([]any{"email"}, access["uic"]); diff != "" {
			t.Errorf("claims for userinfo (-want +got):\n%s", diff)
		}
	}
}

func TestCodeWithoutOpenIDOrOfflineAccessBringsNeitherToken(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.tokens("web", exchangeOf(d.code("web", "scope", "orders:read")))
	if a.IDToken != "" || a.RefreshToken != "" || a.Scope != "orders:read" {
		t.Errorf("the answer is %+v", a)
	}
	d.client("web").GrantTypes = []string{oauth.GrantCode}
	if a := d.tokens("web", exchangeOf(d.code("web"))); a.RefreshToken != "" || a.IDToken == "" {
		t.Errorf("a client without the refresh grant got %+v", a)
	}
}

// RFC 9700 sections 2.1.1 and 4.5: a code is worth nothing but where it belongs
// (R16, R18), and a wrong attempt does not spend it.
func TestCodeIsBoundToItsRequestAndSurvivesWrongOnes(t *testing.T) {
	t.Parallel()
	wrong := strings.Repeat("w", 43)
	for name, c := range map[string]struct {
		client  id.Client
		form    []string
		disturb func(*door)
	}{
		"other client":         {client: "other"},
		"public client":        {client: "phone"},
		"no redirect URI":      {form: []string{"redirect_uri", ""}},
		"other redirect URI":   {form: []string{"redirect_uri", testCallback + "/"}},
		"wrong verifier":       {form: []string{"code_verifier", wrong}},
		"no verifier":          {form: []string{"code_verifier", ""}},
		"short verifier":       {form: []string{"code_verifier", "short"}},
		"illegal verifier":     {form: []string{"code_verifier", strings.Repeat("é", 43)}},
		"challenge as it is":   {form: []string{"code_verifier", newDoor(t).request("web").Get("code_challenge")}},
		"person disabled":      {disturb: func(d *door) { d.people.enabled = false }},
		"signed out":           {disturb: func(d *door) { d.endSessions(time.Now()) }},
		"another code":         {form: []string{"code", secret.Token(32)}},
		"garbage for a code":   {form: []string{"code", "\x00'; DROP TABLE codes"}},
		"code of another time": {disturb: func(d *door) { d.ageCodes(time.Minute) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			code := d.code("web")
			client := c.client
			if client == "" {
				client = "web"
			}
			if c.disturb != nil {
				c.disturb(d)
			}
			refused(t, d.post(client, exchangeOf(code, c.form...)), http.StatusBadRequest, "invalid_grant")
			if len(d.store.families) != 0 || len(d.store.revoked) != 0 {
				t.Errorf("a refused exchange left %d families and ended %v", len(d.store.families), d.store.revoked)
			}
			d.people.enabled = true
			d.endSessions(time.Time{})
			d.ageCodes(-time.Minute)
			d.tokens("web", exchangeOf(code))
		})
	}
}

// A code of an authorization that was ended meanwhile is no replay: nothing is
// ended once more, and nothing comes of it.
func TestCodeOfAnEndedAuthorizationBringsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	for _, c := range d.store.codes {
		if err := d.protocol.EndAuthorization(t.Context(), c.Authorization.ID, oauth.ReasonRevoked); err != nil {
			t.Fatal(err)
		}
	}
	writes := d.store.writes
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	if d.store.writes != writes || len(d.store.families) != 0 {
		t.Errorf("%d writes, %d families", d.store.writes-writes, len(d.store.families))
	}
}

// endSessions sets when all sessions were revoked.
func (d *door) endSessions(at time.Time) {
	for name, s := range d.store.sessions {
		s.RevokedAt = at
		d.store.sessions[name] = s
	}
}

// ageCodes moves all codes into the past.
func (d *door) ageCodes(by time.Duration) {
	for hash, c := range d.store.codes {
		c.Expires = c.Expires.Add(-by)
		d.store.codes[hash] = c
	}
}

// R16: no PKCE downgrade, in neither direction, for a client that need not use it.
func TestPKCECannotBeAddedOrLeftOutHalfway(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	plain := d.code("old", "code_challenge", "", "code_challenge_method", "")
	refused(t, d.post("old", exchangeOf(plain)), http.StatusBadRequest, "invalid_grant")
	d.tokens("old", exchangeOf(plain, "code_verifier", ""))

	with := d.code("old")
	refused(t, d.post("old", exchangeOf(with, "code_verifier", "")), http.StatusBadRequest, "invalid_grant")
	d.tokens("old", exchangeOf(with))
}

func TestLeftOutRedirectURINeedNotBeSentAgain(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ask := func() string { return d.code("web", "redirect_uri", "", "scope", "orders:read") }
	d.tokens("web", exchangeOf(ask(), "redirect_uri", ""))
	d.tokens("web", exchangeOf(ask()))
	refused(t, d.post("web", exchangeOf(ask(), "redirect_uri", "https://evil.example.test/")), http.StatusBadRequest, "invalid_grant")
}

// R19, RFC 6749 section 4.1.2.
func TestSecondUseOfACodeEndsWhatTheFirstGave(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	a := d.tokens("web", exchangeOf(code))
	refused(t, d.post("other", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	if len(d.store.revoked) != 0 {
		t.Fatal("another client's attempt ended the grant")
	}
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	_, access := d.signed(a.AccessToken)
	if diff := cmp.Diff([]string{access["azn"].(string)}, d.store.ended(oauth.RevokedAuthorization)); diff != "" {
		t.Errorf("ended grants (-want +got):\n%s", diff)
	}
	if !d.store.hasEvent("code.replay") {
		t.Error("nothing was recorded")
	}
	refused(t, d.post("web", refreshOf(a.RefreshToken)), http.StatusBadRequest, "invalid_grant")
}

// Somebody who holds a spent code must not be able to fill the audit log with it.
func TestFurtherUsesOfASpentCodeWriteNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	d.tokens("web", exchangeOf(code))
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	writes := d.store.writes
	for range 5 {
		refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	}
	if d.store.writes != writes {
		t.Errorf("%d writes", d.store.writes-writes)
	}
}

func TestSecondUseOfAnExpiredCodeStillCounts(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	d.tokens("web", exchangeOf(code))
	d.ageCodes(time.Hour)
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	if ended := d.store.ended(oauth.RevokedAuthorization); len(ended) != 1 {
		t.Errorf("ended grants: %v", ended)
	}
}

// A storage error is neither a refusal nor a success (CVE-2020-15223).
func TestStoreFailureIsTheServersErrorAtTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	d := newDoor(t)
	code := d.code("web")
	d.store.fail = broken
	refused(t, d.post("web", exchangeOf(code)), http.StatusInternalServerError, "server_error")
	d.store.fail, d.store.failWrites = nil, broken
	refused(t, d.post("web", exchangeOf(code)), http.StatusInternalServerError, "server_error")
	d.store.failWrites, d.people.err = nil, broken
	refused(t, d.post("web", exchangeOf(code)), http.StatusInternalServerError, "server_error")
	d.people.err = nil
	a := d.tokens("web", exchangeOf(code))

	d.store.failWrites = broken
	refused(t, d.post("web", exchangeOf(code)), http.StatusInternalServerError, "server_error") // the grant could not be ended
	refused(t, d.post("web", refreshOf(a.RefreshToken)), http.StatusInternalServerError, "server_error")
	d.store.failWrites = nil
	d.tokens("web", refreshOf(a.RefreshToken))
}

// The end of a replayed code that was not committed is not done either: the next
// replay ends what the code brought.
func TestReplayThatCouldNotBeEndedIsEndedByTheNext(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	a := d.tokens("web", exchangeOf(code))
	d.store.failCommit = errors.New("disk full")
	for range 2 {
		refused(t, d.post("web", exchangeOf(code)), http.StatusInternalServerError, "server_error")
	}
	d.store.failCommit = nil
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	if len(d.store.ended(oauth.RevokedAuthorization)) != 1 || !d.store.hasEvent("code.replay") {
		t.Errorf("ended %v, events %v", d.store.revoked, d.store.events)
	}
	refused(t, d.post("web", refreshOf(a.RefreshToken)), http.StatusBadRequest, "invalid_grant")
}

// R19: of parallel redemptions exactly one succeeds; the others are second uses.
func TestOnlyOneOfParallelRedemptionsSucceeds(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for range 20 {
		code := d.code("web", "scope", "orders:read offline_access")
		counts := d.parallel(20, "web", func() *http.Request { return d.tokenRequest("web", exchangeOf(code)) })
		if counts[http.StatusOK] != 1 || counts[http.StatusBadRequest] != 19 {
			t.Fatalf("statuses: %v", counts)
		}
	}
	if len(d.store.families) != 20 {
		t.Errorf("20 codes began %d families", len(d.store.families))
	}
	for _, f := range d.store.families {
		if f.RevokedAt.IsZero() {
			t.Error("a family lives although its code came again")
		}
	}
}

// The loser of a race has passed every check; only the claim tells it (R19).
func TestRedemptionThatIsOvertakenGivesNothingAndEndsTheGrant(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	d.store.overtake = func() { d.tokens("web", exchangeOf(code)) }
	refused(t, d.post("web", exchangeOf(code)), http.StatusBadRequest, "invalid_grant")
	if f := d.store.only(t); f.RevokedAt.IsZero() || len(d.store.ended(oauth.RevokedAuthorization)) != 1 || !d.store.hasEvent("code.replay") {
		t.Errorf("family revoked at %v, grants ended %v", f.RevokedAt, d.store.revoked)
	}
}

// Whoever replays a code and hangs up cannot keep the grant alive.
func TestReplayEndsTheGrantAlthoughTheSenderHangsUp(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	d.tokens("web", exchangeOf(code))
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	refused(t, d.do(d.tokenRequest("web", exchangeOf(code)).WithContext(ctx)), http.StatusBadRequest, "invalid_grant")
	if ended := d.store.ended(oauth.RevokedAuthorization); len(ended) != 1 {
		t.Errorf("ended grants: %v", ended)
	}
}

// parallel sends n requests at once and counts the statuses.
func (d *door) parallel(n int, _ id.Client, request func() *http.Request) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	counts := map[int]int{}
	start := make(chan struct{})
	for range n {
		r := request()
		wg.Go(func() {
			<-start
			w := d.do(r)
			mu.Lock()
			defer mu.Unlock()
			counts[w.Code]++
		})
	}
	close(start)
	wg.Wait()
	return counts
}
