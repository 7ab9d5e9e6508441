package foreign_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/caller/foreign"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/internal/testissuer"
)

const audience = "https://api.test"

// trusted is an issuer as a file may say that it is trusted.
func trusted(t *testing.T, i *testissuer.Issuer, change ...func(*gate.IssuerSpec)) *gate.Issuer {
	t.Helper()
	spec := &gate.IssuerSpec{
		Issuer: i.URL, Audiences: []string{audience},
		Introspection: &gate.IntrospectionSpec{Endpoint: i.URL + "/introspect", ClientID: testissuer.ClientID, SecretFile: "secret"},
		Callers: []gate.IssuerCallerSpec{
			{Claims: map[string]string{"sub": "jobs"}, Service: "partner"},
			{Claims: map[string]string{"client_id": "reports", "scope": "orders"}, Service: "reporter"},
			{Claims: map[string]string{"groups": "ops"}, Service: "operator"},
		},
	}
	for _, c := range change {
		c(spec)
	}
	s, err := gate.Compile([]gate.Object{{ID: "partner", Issuer: spec}})
	if err == nil {
		err = s.Prove(func(string) ([]byte, error) { return []byte(testissuer.Secret + "\n"), nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.Issuers()[0]
}

// worth is what a token comes to: the service account, or bad, dead or nobody knows.
func worth(t foreign.Token, err error) string {
	switch {
	case err == nil:
		return t.Service
	case errors.Is(err, foreign.ErrDead):
		return "dead"
	case errors.Is(err, foreign.ErrBad):
		return "bad"
	case fault.Is(err, fault.Unavailable) && fault.CodeOf(err) == "gate.issuer":
		return "nobody knows"
	}
	return err.Error()
}

func with(claims map[string]any, changed ...any) map[string]any {
	claims = maps.Clone(claims)
	for i := 0; i < len(changed); i += 2 {
		name := changed[i].(string)
		if claims[name] = changed[i+1]; changed[i+1] == nil {
			delete(claims, name)
		}
	}
	return claims
}

func TestATokenIsWorthWhatItsIssuerSigned(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	at, good, now := trusted(t, i), i.Claims("jobs", audience), time.Now().Unix()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(i.Key().Private.Public())
	if err != nil {
		t.Fatal(err)
	}
	own := jose.JSONWebKey{Key: rsaKey.Public(), KeyID: "own"}
	signed := func(changed ...any) string { return i.Sign(with(good, changed...), nil) }
	headed := func(header map[string]any) string { return i.Sign(good, header) }
	for name, c := range map[string]struct{ token, want string }{
		"a good one":               {signed(), "partner"},
		"for several":              {signed("aud", []string{"https://else.test", audience}), "partner"},
		"a scope beside others":    {signed("sub", "x", "client_id", "reports", "scope", "a orders b"), "reporter"},
		"a scope like it":          {signed("sub", "x", "client_id", "reports", "scope", "orders:read"), "dead"},
		"half of a rule":           {signed("sub", "x", "scope", "orders"), "dead"},
		"a group":                  {signed("sub", "x", "groups", []any{"dev", "ops"}), "operator"},
		"nobody of a rule":         {signed("sub", "other"), "dead"},
		"a subject that is a list": {signed("sub", []string{"jobs"}), "bad"},
		"nobody":                   {signed("sub", nil, "groups", "ops"), "dead"},
		"of another issuer":        {signed("iss", "https://id.else.test"), "bad"},
		"of nobody's":              {signed("iss", nil), "bad"},
		"a slash more":             {signed("iss", i.URL+"/"), "bad"},
		"for somebody else":        {signed("aud", "https://else.test"), "dead"},
		"for nobody":               {signed("aud", nil), "dead"},
		"for an empty text":        {signed("aud", ""), "dead"},
		"over":                     {signed("exp", now-6), "dead"},
		"over by their clock":      {signed("exp", now-2), "partner"},
		"never over":               {signed("exp", nil), "dead"},
		"over as a text":           {signed("exp", "never"), "bad"},
		"over before time":         {signed("exp", -1), "bad"},
		"over in 1970":             {signed("exp", 0), "dead"},
		"never over, by a null":    {signed("exp", json.RawMessage("null")), "dead"},
		"of 1970":                  {signed("nbf", 0, "iat", 0), "partner"},
		"of no time":               {signed("nbf", json.RawMessage("null"), "iat", json.RawMessage("null")), "partner"},
		"of later":                 {signed("nbf", now+60), "dead"},
		"of now by their clock":    {signed("nbf", now+2), "partner"},
		"issued later":             {signed("iat", now+60), "dead"},
		"bound to a key":           {signed("cnf", map[string]string{"jkt": "x"}), "dead"},
		"an ID token":              {headed(map[string]any{"typ": "JWT"}), "bad"},
		"an ID token by its use":   {signed("token_use", "id"), "dead"},
		"a refresh token":          {signed("typ", "Refresh"), "dead"},
		"a bearer's, as they say":  {signed("typ", "Bearer", "token_use", "access"), "partner"},
		"no type":                  {headed(map[string]any{"typ": ""}), "bad"},
		"a type's long name":       {headed(map[string]any{"typ": "application/AT+JWT"}), "partner"},
		"a key in the header":      {testissuer.SignBy(t, jose.RS256, rsaKey, "own", good, map[string]any{"jwk": own}), "bad"},
		"a key somewhere":          {testissuer.SignBy(t, jose.RS256, rsaKey, "own", good, map[string]any{"jku": "https://evil.test/jwks"}), "bad"},
		"a certificate somewhere":  {testissuer.SignBy(t, jose.RS256, rsaKey, "own", good, map[string]any{"x5u": "https://evil.test/x"}), "bad"},
		"theirs, and a key beside": {headed(map[string]any{"jku": "https://evil.test/jwks"}), "partner"},
		"a key that lies":          {testissuer.SignBy(t, jose.RS256, rsaKey, i.Key().ID, good, nil), "bad"},
		"no key":                   {testissuer.SignBy(t, jose.ES256, i.Key().Private, "", good, nil), "bad"},
		"a key on a way":           {headed(map[string]any{"kid": "../../etc/passwd"}), "bad"},
		"a long key":               {headed(map[string]any{"kid": strings.Repeat("k", 300)}), "bad"},
		"the key as a secret":      {testissuer.SignBy(t, jose.HS256, public, i.Key().ID, good, nil), "bad"},
		"none":                     {none(t, good, i.Key().ID), "bad"},
		"something to understand":  {headed(map[string]any{"crit": []string{"exp"}, "exp": 1}), "bad"},
		"a changed claim":          {changedClaim(t, signed()), "bad"},
		"a signature less":         {signed()[:strings.LastIndexByte(signed(), '.')+1], "bad"},
		"two parts":                {"a.b", "bad"},
		"too long":                 {signed("x", strings.Repeat("x", foreign.MaxToken)), "bad"},
		"nothing":                  {"", "bad"},
	} {
		s := &foreign.Issuers{}
		for again := range 2 { // by what is remembered, too
			if got := worth(s.Verify(t.Context(), at, c.token)); got != c.want {
				t.Errorf("%s: %s, want %s (%d)", name, got, c.want, again)
			}
		}
		if known := s.Known(at, c.token); known != (c.want != "bad" && c.want != "dead") {
			t.Errorf("%s: known: %t", name, known)
		}
	}
}

// none is a token that nobody signed.
func none(t *testing.T, claims map[string]any, kid string) string {
	t.Helper()
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return text(map[string]string{"alg": "none", "typ": "at+jwt", "kid": kid}) + "." + text(claims) + "."
}

// changedClaim is a token that says something else than what was signed.
func changedClaim(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(b), `"app"`, `"evi"`, 1)))
	return strings.Join(parts, ".")
}

// A name that is there twice would be read by one in one way and by another in the other.
func TestClaimsThatAreThereTwiceAreRefused(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	k := i.Key()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.Private}, &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"typ": "at+jwt", "kid": k.ID}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(i.Claims("other", audience))
	if err != nil {
		t.Fatal(err)
	}
	for more, want := range map[string]string{"": "dead", `,"sub":"jobs"`: "bad", `,"Sub":"jobs"`: "dead"} {
		jws, err := signer.Sign([]byte(strings.TrimSuffix(string(b), "}") + more + "}"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := jws.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if got := worth((&foreign.Issuers{}).Verify(t.Context(), trusted(t, i), text)); got != want {
			t.Errorf("%s: %s", more, got)
		}
	}
}

// What one issuer vouches for is nothing to another one, whatever they remember.
func TestATokenIsOfOneIssuerAlone(t *testing.T) {
	t.Parallel()
	a, b := testissuer.New(t), testissuer.New(t)
	s := &foreign.Issuers{}
	atA := trusted(t, a)
	asB := func(i *testissuer.Issuer) *gate.Issuer { // another id, so another one
		spec := &gate.IssuerSpec{
			Issuer: i.URL, Audiences: []string{audience}, Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "b"}},
			Introspection: &gate.IntrospectionSpec{Endpoint: i.URL + "/introspect", ClientID: testissuer.ClientID, SecretFile: "secret"},
		}
		set, err := gate.Compile([]gate.Object{{ID: "b", Issuer: spec}})
		if err == nil {
			err = set.Prove(func(string) ([]byte, error) { return []byte(testissuer.Secret), nil })
		}
		if err != nil {
			t.Fatal(err)
		}
		return set.Issuers()[0]
	}
	atB := asB(b)
	ofA := a.Token("jobs", audience)
	asIfB := a.Sign(with(a.Claims("jobs", audience), "iss", b.URL), map[string]any{"kid": b.Key().ID})
	a.Says("opaque-of-a", with(a.Claims("jobs", audience), "active", true))
	for _, c := range []struct {
		name string
		of   func() (foreign.Token, error)
		want string
	}{
		{"its own", func() (foreign.Token, error) { return s.Verify(t.Context(), atA, ofA) }, "partner"},
		{"at the other", func() (foreign.Token, error) { return s.Verify(t.Context(), atB, ofA) }, "bad"},
		{"that claims to be the other's", func() (foreign.Token, error) { return s.Verify(t.Context(), atB, asIfB) }, "bad"},
		{"opaque", func() (foreign.Token, error) { return s.Introspect(t.Context(), atA, "opaque-of-a") }, "partner"},
		{"opaque at the other", func() (foreign.Token, error) { return s.Introspect(t.Context(), atB, "opaque-of-a") }, "bad"},
	} {
		if got := worth(c.of()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestKeysAreFollowed(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	s, at := &foreign.Issuers{}, trusted(t, i)
	first := i.Token("jobs", audience)
	if got := worth(s.Verify(t.Context(), at, first)); got != "partner" {
		t.Fatal(got)
	}
	// Keys that do not exist cost one request in a while, however many come.
	for range 20 {
		if got := worth(s.Verify(t.Context(), at, i.Sign(i.Claims("jobs", audience), map[string]any{"kid": "unknown"}))); got != "bad" {
			t.Fatal(got)
		}
	}
	if n := i.Fetched(); n != 1 {
		t.Errorf("the keys were asked for %d times", n)
	}
	// Who remembers nothing meets the new key at once, and not the old one.
	old := i.Key()
	i.Rotate()
	i.Withdraw()
	fresh := &foreign.Issuers{}
	if got := worth(fresh.Verify(t.Context(), at, i.Token("jobs", audience))); got != "partner" {
		t.Error("the new key:", got)
	}
	if got := worth(fresh.Verify(t.Context(), at, first)); got != "bad" {
		t.Error("the old key:", got)
	}
	if old.ID == i.Key().ID {
		t.Error("the key is the same")
	}
}

// While an issuer does not answer, or answers what is no key set, nobody is let in whom it
// would have to vouch for; whom its keys of before vouch for is.
func TestAnIssuerThatFailsLetsNobodyIn(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	for name, instead := range map[string]http.HandlerFunc{
		"500":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a redirect":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"a page":       func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") },
		"no JSON":      jsonOf("{"),
		"nothing":      jsonOf(`{}`),
		"no keys":      jsonOf(`{"keys":[]}`),
		"a secret key": jsonOf(`{"keys":[{"kty":"oct","kid":"key-1","alg":"HS256","k":"c2VjcmV0"}]}`),
		"10 MiB":       huge,
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		},
		"no connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no end":        func(_ http.ResponseWriter, r *http.Request) { <-wait(r, over) },
	} {
		i := testissuer.New(t)
		s, at := &foreign.Issuers{}, trusted(t, i)
		known := i.Token("jobs", audience)
		if got := worth(s.Verify(t.Context(), at, known)); got != "partner" {
			t.Fatal(got)
		}
		i.Misbehaves(instead)
		if got := worth((&foreign.Issuers{}).Verify(t.Context(), at, known)); got != "nobody knows" {
			t.Errorf("%s: without keys: %s", name, got)
		}
		if got := worth(s.Verify(t.Context(), at, known)); got != "partner" {
			t.Errorf("%s: by the keys of before: %s", name, got)
		}
		i.Says("opaque", with(i.Claims("jobs", audience), "active", true))
		if got := worth(s.Introspect(t.Context(), at, "opaque")); got != "nobody knows" {
			t.Errorf("%s: introspection: %s", name, got)
		}
		i.Misbehaves(nil)
		if got := worth(s.Introspect(t.Context(), at, "opaque")); got != "partner" {
			t.Errorf("%s: introspection afterwards: %s", name, got)
		}
	}
	close(over)
}

// An answer that is good, were it not for what follows, is none: nobody reads without an end.
func TestAnAnswerOfAnIssuerIsBounded(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	at, known := trusted(t, i), i.Token("jobs", audience)
	claims := with(i.Claims("jobs", audience), "active", true)
	for _, c := range []struct {
		follows      int
		signed, asks string
	}{{0, "partner", "partner"}, {512 << 10, "nobody knows", "nobody knows"}} {
		i.Misbehaves(func(w http.ResponseWriter, r *http.Request) {
			var said any = i.JWKS()
			switch r.URL.Path {
			case "/introspect":
				said = claims
			case "/.well-known/openid-configuration":
				said = map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/jwks"}
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(said)
			_, _ = w.Write(bytes.Repeat([]byte(" "), c.follows))
		})
		s := &foreign.Issuers{}
		if got := worth(s.Verify(t.Context(), at, known)); got != c.signed {
			t.Errorf("%d blanks behind the keys: %s", c.follows, got)
		}
		if got := worth(s.Introspect(t.Context(), at, "opaque")); got != c.asks {
			t.Errorf("%d blanks behind what it says of a token: %s", c.follows, got)
		}
	}
}

func wait(r *http.Request, over chan struct{}) <-chan struct{} {
	both := make(chan struct{})
	go func() {
		defer close(both)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}()
	return both
}

func jsonOf(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
}

func huge(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"keys":[`))
	for range 10 << 10 {
		if _, err := w.Write([]byte(strings.Repeat(" ", 1024))); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte("]}"))
}

func TestADiscoveryDocumentLeadsToItsOwnKeys(t *testing.T) {
	t.Parallel()
	other := testissuer.New(t)
	for name, c := range map[string]struct {
		member string
		value  any
		want   string
	}{
		"as it is":             {"x", "y", "partner"},
		"of another issuer":    {"issuer", other.URL, "nobody knows"},
		"of nobody":            {"issuer", "", "nobody knows"},
		"without keys":         {"jwks_uri", "", "nobody knows"},
		"keys without TLS":     {"jwks_uri", "http://keys.test/jwks", "nobody knows"},
		"keys in a file":       {"jwks_uri", "file:///etc/passwd", "nobody knows"},
		"keys with a password": {"jwks_uri", "https://a:b@keys.test/jwks", "nobody knows"},
	} {
		i := testissuer.New(t)
		i.Discloses(c.member, c.value)
		if got := worth((&foreign.Issuers{}).Verify(t.Context(), trusted(t, i), i.Token("jobs", audience))); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAnOpaqueTokenIsWorthWhatItsIssuerSays(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	s, at, now := &foreign.Issuers{}, trusted(t, i), time.Now().Unix()
	good := with(i.Claims("jobs", audience), "active", true)
	for name, c := range map[string]struct {
		says map[string]any
		want string
	}{
		"active":             {good, "partner"},
		"a bearer's":         {with(good, "token_type", "bearer"), "partner"},
		"without an end":     {with(good, "exp", nil), "partner"},
		"without its issuer": {with(good, "iss", nil), "partner"},
		"not active":         {map[string]any{"active": false}, "bad"},
		"nothing of it":      {map[string]any{"sub": "jobs", "aud": audience}, "nobody knows"},
		"active as a text":   {with(good, "active", "true"), "nobody knows"},
		"of another issuer":  {with(good, "iss", "https://id.else.test"), "dead"},
		"for somebody else":  {with(good, "aud", "https://else.test"), "dead"},
		"for nobody":         {with(good, "aud", nil), "dead"},
		"over":               {with(good, "exp", now-6), "dead"},
		"over in 1970":       {with(good, "exp", 0), "dead"},
		"of 1970":            {with(good, "nbf", 0, "iat", 0), "partner"},
		"of later":           {with(good, "nbf", now+60), "dead"},
		"bound to a key":     {with(good, "cnf", map[string]string{"jkt": "x"}), "dead"},
		"of another scheme":  {with(good, "token_type", "DPoP"), "dead"},
		"a refresh token":    {with(good, "token_type", "refresh_token"), "dead"},
		"one of a bearer's":  {with(good, "token_type", "Bearer", "token_use", "refresh_token"), "dead"},
		"one that says so":   {with(good, "typ", "Refresh"), "dead"},
		"an offline one":     {with(good, "typ", "Offline"), "dead"},
		"an ID token":        {with(good, "typ", "ID"), "dead"},
		"an access token":    {with(good, "token_type", "Bearer", "token_use", "access_token", "typ", "Bearer"), "partner"},
		"nobody of a rule":   {with(good, "sub", "other"), "dead"},
	} {
		token := "opaque-" + strings.ReplaceAll(name, " ", "-")
		i.Says(token, c.says)
		if got := worth(s.Introspect(t.Context(), at, token)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, none := range []string{"", "a b", "a\nb", "ä", strings.Repeat("x", foreign.MaxToken+1)} {
		before := i.Asked()
		if got := worth(s.Introspect(t.Context(), at, none)); got != "bad" || i.Asked() != before {
			t.Errorf("%.10q: %s, and the issuer was asked: %t", none, got, i.Asked() != before)
		}
	}
}

// An answer counts for seconds, a no as well, and all who ask meanwhile share one request.
func TestAnswersAreShared(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	s, at := &foreign.Issuers{}, trusted(t, i)
	i.Says("opaque", with(i.Claims("jobs", audience), "active", true))
	for token, want := range map[string]string{"opaque": "partner", "unknown": "bad"} {
		before := i.Asked()
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if got := worth(s.Introspect(t.Context(), at, token)); got != want {
					t.Errorf("%s: %s", token, got)
				}
			})
		}
		wait.Wait()
		if n := i.Asked() - before; n != 1 {
			t.Errorf("%s: the issuer was asked %d times", token, n)
		}
	}
	if _, err := s.Introspect(foreign.AtOnce(t.Context()), at, "opaque"); err != nil {
		t.Error("who must not wait has not what is there:", err)
	}
	if _, err := s.Introspect(foreign.AtOnce(t.Context()), at, "another"); !errors.Is(err, foreign.ErrLater) {
		t.Error("who must not wait:", err)
	}
}

func TestAnotherSecretIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	i := testissuer.New(t)
	i.Says("opaque", with(i.Claims("jobs", audience), "active", true))
	s := &foreign.Issuers{}
	wrong, err := gate.Compile([]gate.Object{{ID: "partner", Issuer: &gate.IssuerSpec{
		Issuer: i.URL, Audiences: []string{audience}, Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "partner"}},
		Introspection: &gate.IntrospectionSpec{Endpoint: i.URL + "/introspect", ClientID: testissuer.ClientID, SecretFile: "secret"},
	}}})
	if err == nil {
		err = wrong.Prove(func(string) ([]byte, error) { return []byte("wrong"), nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := worth(s.Introspect(t.Context(), wrong.Issuers()[0], "opaque")); got != "nobody knows" {
		t.Error("with a wrong secret:", got)
	}
	if got := worth(s.Introspect(t.Context(), trusted(t, i), "opaque")); got != "partner" {
		t.Error("with the right one:", got)
	}
}
