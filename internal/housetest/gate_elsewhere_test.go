package housetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/internal/testcert"
	"gatehouse/internal/testissuer"
	"gatehouse/oauth"
)

// Whose tokens a route takes, it says; of those that it does not take none is good for
// anything, and no token is looked at by more than one.
func TestTheGateTakesTokensOfThoseAloneWhomTheRouteTrusts(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	stranger := testissuer.New(t)
	theirs, opaque := g.partner.Token("jobs", partnerAudience), g.partner.opaque("jobs")
	idle := g.partner.Token("idle", partnerAudience)
	pretends := g.partner.Claims("jobs", partnerAudience)
	pretends["iss"] = gatetest.Issuer
	ours := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for name, c := range map[string]struct {
		token string
		want  map[string]int // by host
	}{
		"ours":                      {ours, map[string]int{"both": 200, "theirs": 401, "opaque": 200, "api": 200}},
		"our key":                   {g.key, map[string]int{"both": 200, "theirs": 401, "opaque": 200, "api": 200}},
		"theirs":                    {theirs, map[string]int{"both": 200, "theirs": 200, "opaque": 200, "api": 401}},
		"theirs that says nothing":  {opaque, map[string]int{"both": 401, "theirs": 401, "opaque": 200, "api": 401}},
		"one who may nothing":       {idle, map[string]int{"both": 403, "theirs": 403, "opaque": 401, "api": 401}},
		"a stranger's":              {stranger.Token("jobs", partnerAudience), map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		"theirs that claims ours":   {g.partner.Sign(pretends, nil), map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		"ours, signed by nobody":    {ours[:strings.LastIndexByte(ours, '.')+1] + "AAAA", map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		"theirs for somebody else":  {g.partner.Token("jobs", "https://else.test"), map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		"theirs, longer than it is": {theirs + strings.Repeat("x", 9000), map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		"nothing":                   {"", map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
	} {
		if name == "theirs" { // who is asked about all of their tokens does not know this one
			c.want["opaque"] = 401
		}
		for host, want := range c.want {
			header := []string{}
			if c.token != "" {
				header = append(header, bearer(c.token))
			}
			status, _, body := g.get(t, host+".example.test", "/orders", header...)
			if status != want {
				t.Errorf("%s at %s: %d %s, want %d", name, host, status, body, want)
			}
			seen := g.app.took()
			if (len(seen) > 0) != (want == 200) {
				t.Errorf("%s at %s: it was forwarded: %t", name, host, len(seen) > 0)
			}
			for _, r := range seen {
				if r.Header.Get("Authorization") != "" {
					t.Errorf("%s at %s: the credential went on", name, host)
				}
				told := gatetest.Claims(r.Header.Get("X-Gatehouse-Jwt"))
				if name != "ours" && (told["sub"] != "jobs" || told["kind"] != "service" || told["client_id"] != "jobs") {
					t.Errorf("%s at %s: the application is told %v", name, host, told)
				}
			}
		}
	}
}

// What is ours, or was before it was damaged, is shown to nobody else: who is asked about it
// could use it.
func TestWhatIsOursIsShownToNoOtherIssuer(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	ours := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	signature := strings.LastIndexByte(ours, '.')
	for name, token := range map[string]string{
		"a key": g.key + "x", "a refresh token": oauth.RefreshPrefix + "x", "a secret": oauth.SecretPrefix + "x",
		"a token and a dot": ours + ".", "a token without its signature": ours[:signature], "a token that is filled up": ours[:signature] + "=" + ours[signature:],
		"a token twice": ours + "." + ours,
	} {
		before := g.partner.Asked()
		if status, _, body := g.get(t, "opaque.example.test", "/orders", bearer(token)); status != 401 {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if g.partner.Asked() != before {
			t.Errorf("%s: another issuer was asked about it", name)
		}
	}
}

// A token in the query would stand in logs; whose token is in the header beside it makes no
// difference.
func TestNobodyComesToTheGateWithATokenInTheQuery(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	for host, token := range map[string]string{"api": g.key, "both": g.partner.Token("jobs", partnerAudience), "opaque": g.partner.opaque("jobs")} {
		for query, want := range map[string]int{"": 200, "?access_token=x": 400, "?a=b&access_token=" + token: 400} {
			if status, _, body := g.get(t, host+".example.test", "/orders"+query, bearer(token)); status != want || len(g.app.took()) > 0 != (want == 200) {
				t.Errorf("%s%.20s: %d %s, want %d", host, query, status, body, want)
			}
		}
	}
}

// Of two credentials of which the first is no good, the second opens nothing.
func TestACredentialThatIsNoGoodIsNotPassedOverForACertificate(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	c := g.dialed("any.example.test", g.partner.certified(t, "jobs"))
	for token, want := range map[string]int{"": 200, g.key: 200, "bad": 401, g.partner.Token("jobs", partnerAudience): 401} {
		header := http.Header{}
		if token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
		if status, _ := g.over(t, c, "GET", "any.example.test", header); status != want {
			t.Errorf("%.8q: %d, want %d", token, status, want)
		}
	}
	only := g.dialed("mtls.example.test", g.partner.certified(t, "jobs"))
	if status, _ := g.over(t, only, "GET", "mtls.example.test", http.Header{"Authorization": {"Bearer " + g.key}}); status != 401 {
		t.Errorf("two credentials: %d", status)
	}
}

func TestAClientCertificateOpensWhatItsAccountMay(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	other := testcert.New(t)
	good := g.partner.certified(t, "jobs")
	const host = "mtls.example.test"
	for name, c := range map[string]struct {
		shown  []tls.Certificate
		method string
		header http.Header
		want   int
	}{
		"good":                      {[]tls.Certificate{good}, "GET", nil, 200},
		"of one who may nothing":    {[]tls.Certificate{g.partner.certified(t, "idle")}, "GET", nil, 403},
		"of nobody whom rules name": {[]tls.Certificate{issuedBy(t, g.partner.ca, "x", "spiffe://partner.example.test/x")}, "GET", nil, 401},
		"like it":                   {[]tls.Certificate{issuedBy(t, g.partner.ca, "y", certificateOf("jobs")+"/")}, "GET", nil, 401},
		"of another authority":      {[]tls.Certificate{issuedBy(t, other, "jobs", certificateOf("jobs"))}, "GET", nil, 401},
		"none":                      {nil, "GET", nil, 401},
		"by a program":              {[]tls.Certificate{good}, "POST", nil, 200},
		"by a page of its own":      {[]tls.Certificate{good}, "POST", http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200},
		"by a page of a sibling":    {[]tls.Certificate{good}, "POST", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		"by a page of another site": {[]tls.Certificate{good}, "POST", http.Header{"Origin": {"https://evil.test"}}, 403},
	} {
		status, challenge := g.over(t, g.dialed(host, c.shown...), c.method, host, c.header)
		if status != c.want || status == 401 && !strings.HasPrefix(challenge, "Certificate") {
			t.Errorf("%s: %d %s, want %d", name, status, challenge, c.want)
		}
		for _, r := range g.app.took() {
			if told := gatetest.Claims(r.Header.Get("X-Gatehouse-Jwt")); told["sub"] != "jobs" || told["kind"] != "service" {
				t.Errorf("%s: the application is told %v", name, told)
			}
		}
	}
	if status, _, _ := g.get(t, host, "/orders", "X-Forwarded-Client-Cert: "+certificateOf("jobs"), "Client-Cert: x", "X-SSL-Client-Verify: SUCCESS"); status != 401 {
		t.Errorf("by headers, without TLS: %d", status)
	}
}

// A connection that was opened for one host says nothing of another one: who opened it was
// asked for no certificate, or for one of others.
func TestAConnectionForAnotherHostShowsNoCertificate(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	good := g.partner.certified(t, "jobs")
	for name, c := range map[string]struct {
		opened, asked string
		shown         []tls.Certificate
		key           bool
		want          int
	}{
		"the same":                        {"mtls.example.test", "mtls.example.test", []tls.Certificate{good}, false, 200},
		"the same in capitals":            {"mtls.example.test", "MTLS.example.test", []tls.Certificate{good}, false, 200},
		"one that asks for none":          {"api.example.test", "mtls.example.test", []tls.Certificate{good}, false, 421},
		"one that asks, too":              {"any.example.test", "mtls.example.test", []tls.Certificate{good}, false, 421},
		"one that asks, without one":      {"any.example.test", "mtls.example.test", nil, false, 421},
		"no name":                         {"", "mtls.example.test", []tls.Certificate{good}, false, 421},
		"where a key is good, too":        {"api.example.test", "any.example.test", nil, false, 421},
		"where a key is good, by the key": {"api.example.test", "any.example.test", nil, true, 200},
		"where it is not asked for":       {"mtls.example.test", "api.example.test", []tls.Certificate{good}, true, 200},
	} {
		client, header := g.dialed(c.opened, c.shown...), http.Header{}
		if c.key {
			header.Set("Authorization", "Bearer "+g.key)
		}
		for range 2 { // the connection is used again
			if status, _ := g.over(t, client, "GET", c.asked, header); status != c.want {
				t.Errorf("%s: %d, want %d", name, status, c.want)
			}
		}
	}
}

// An authority that is not trusted any more is none at once, and a file that is none changes
// nothing.
func TestAnotherFileOfAuthoritiesIsTaken(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	before, next := g.partner.certified(t, "jobs"), testcert.New(t)
	after := issuedBy(t, next, "jobs", certificateOf("jobs"))
	is := func(when string, wants ...int) {
		t.Helper()
		for i, c := range []tls.Certificate{before, after} {
			if status, _ := g.over(t, g.dialed("mtls.example.test", c), "GET", "mtls.example.test", nil); status != wants[i] {
				t.Errorf("%s, certificate %d: %d, want %d", when, i, status, wants[i])
			}
		}
	}
	is("before", 200, 401)
	must(t, os.WriteFile(g.partner.ca.File, []byte("none"), 0o600))
	g.routed(t)
	if g.House.Routes.Problem() == "" {
		t.Error("a file that is none is no problem")
	}
	is("while the file is none", 200, 401)
	text, err := os.ReadFile(next.File)
	must(t, err)
	must(t, os.WriteFile(g.partner.ca.File, text, 0o600))
	g.routed(t)
	is("after", 401, 200)
}

// While the issuer does not answer, whoever it would have to vouch for is told to come back.
func TestAnIssuerThatDoesNotAnswerIs503AtTheGate(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	g.partner.Misbehaves(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for host, token := range map[string]string{"both": g.partner.Token("jobs", partnerAudience), "opaque": g.partner.opaque("jobs")} {
		status, answer, body := g.get(t, host+".example.test", "/orders", bearer(token))
		if status != 503 || answer.Get("Retry-After") == "" || !strings.Contains(body, "gate.issuer") || len(g.app.took()) > 0 {
			t.Errorf("%s: %d %s", host, status, body)
		}
	}
	if status, _, body := g.get(t, "both.example.test", "/orders", bearer(g.key)); status != 200 {
		t.Errorf("a key of ours meanwhile: %d %s", status, body)
	}
	g.partner.Misbehaves(nil)
	soon(t, "the issuer is asked again", func() bool {
		status, _, _ := g.get(t, "both.example.test", "/orders", bearer(g.partner.Token("jobs", partnerAudience)))
		return status == 200
	})
}

// Bad tokens are bounded by their address before an issuer hears of them.
func TestGuessesAtAnotherIssuerAreBounded(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	var status int
	for i := range 1000 {
		if status, _, _ = g.get(t, "opaque.example.test", "/orders", bearer(fmt.Sprint("guess-", i))); status != 401 {
			break
		}
	}
	if status != 429 {
		t.Fatalf("a thousand guesses end with %d", status)
	}
	bounded := 0
	for i := range 5 {
		before := g.partner.Asked()
		status, _, _ := g.get(t, "opaque.example.test", "/orders", bearer(fmt.Sprint("another-", i)))
		if status == 429 { // else time has passed on a busy machine, and one more may be looked at
			bounded++
		}
		if status == 429 && g.partner.Asked() != before {
			t.Error("the issuer is asked about more of them")
		}
	}
	if bounded == 0 {
		t.Error("none of five more is bounded")
	}
}

// Certificates that nobody trusted issued cost signatures at each request, and are bounded by
// their address; those of who was good before, of whom no rule names and of whom time is over
// are not.
func TestGuessesOfCertificatesAreBounded(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	const host = "mtls.example.test"
	over, err := url.Parse(certificateOf("jobs"))
	must(t, err)
	cert, key := g.partner.ca.IssueAs("over", func(c *x509.Certificate) {
		c.URIs, c.NotBefore, c.NotAfter = []*url.URL{over}, time.Now().Add(-time.Hour), time.Now().Add(-time.Minute)
	})
	old, err := tls.LoadX509KeyPair(cert, key)
	must(t, err)
	answers := func(c *http.Transport, times, want int) int {
		for range times {
			if status, _ := g.over(t, c, "GET", host, nil); status != want {
				return status
			}
		}
		return want
	}
	good := g.dialed(host, g.partner.certified(t, "jobs"))
	if got := answers(good, 1, 200); got != 200 {
		t.Fatal(got)
	}
	for name, c := range map[string]*http.Transport{
		"over": g.dialed(host, old), "of nobody whom rules name": g.dialed(host, issuedBy(t, g.partner.ca, "x", certificateOf("x"))), "none": g.dialed(host),
	} {
		if got := answers(c, 300, 401); got != 401 {
			t.Errorf("%s: %d", name, got)
		}
	}
	stranger := g.dialed(host, issuedBy(t, testcert.New(t), "jobs", certificateOf("jobs")))
	if got := answers(stranger, 300, 401); got != 429 {
		t.Errorf("three hundred guesses end with %d", got)
	}
	if got := answers(good, 5, 200); got != 200 {
		t.Errorf("who was good before: %d", got)
	}
}

// Guesses that come at once are no more than those that come one after the other.
func TestGuessesOfCertificatesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	const host, many = "mtls.example.test", 200
	stranger := g.dialed(host, issuedBy(t, testcert.New(t), "jobs", certificateOf("jobs")))
	if status, _ := g.over(t, stranger, "GET", host, nil); status != 401 {
		t.Fatal(status) // there is a connection from now on
	}
	var looked atomic.Int64
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+g.secure+"/orders", nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.Host = host
			answer, err := stranger.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusTooManyRequests {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	bad := g.House.Config.Limits.Bad
	if got := int(looked.Load()); got > bad.Burst+bad.PerMinute/6 { // in ten seconds, on a machine that is slow
		t.Errorf("of %d guesses at once %d were looked at, and %d are the bound", many, got, bad.Burst)
	}
}

// The log of decisions says by whose word somebody was known.
func TestWhatAnotherIssuerVouchedForStandsInTheLog(t *testing.T) {
	t.Parallel()
	g := newPartnered(t)
	status, _, body := g.get(t, "both.example.test", "/orders", bearer(g.partner.Token("jobs", partnerAudience)))
	if status != 200 {
		t.Fatal(status, body)
	}
	if log := g.Log.String(); !strings.Contains(log, "issuer partner jobs") {
		t.Error("the log does not say who vouched:", log)
	}
}
