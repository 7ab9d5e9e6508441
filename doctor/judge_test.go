package doctor

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/house/check"
	"gatehouse/oauth"
	"gatehouse/web"
)

// What is wrong and what will be is worth an alarm; what could not be asked is none.
func TestAReportIsWellWithoutProblemsAndWarnings(t *testing.T) {
	t.Parallel()
	for severity, well := range map[check.Severity]bool{check.OK: true, check.Note: true, check.Unknown: true, check.Warning: false, check.Problem: false} {
		var e examiner
		e.add([]check.Finding{{Severity: check.OK}, {Severity: severity}})
		if e.report.Well() != well || len(e.report.Findings) != 2 {
			t.Errorf("%s: well is %v, want %v", severity, e.report.Well(), well)
		}
	}
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// names are the checks of findings, with their severity.
func names(found []check.Finding) (all []string) {
	for _, f := range found {
		all = append(all, f.Check+" "+string(f.Severity))
	}
	return all
}

// wantFound also holds that what is bad has a remedy.
func wantFound(t *testing.T, what string, found []check.Finding, want ...string) {
	t.Helper()
	if got := names(found); !slices.Equal(got, want) {
		t.Errorf("%s: found %v, want %v", what, got, want)
	}
	for _, f := range found {
		if f.Says == "" || f.Bad() && f.Remedy == "" {
			t.Errorf("%s: %s says %q and advises %q", what, f.Check, f.Says, f.Remedy)
		}
	}
}

func TestLittleRoomIsFound(t *testing.T) {
	t.Parallel()
	wantFound(t, "2 GB", judgeDisk("/data", 2<<30))
	wantFound(t, "500 MB", judgeDisk("/data", 500<<20), "disk warning")
	wantFound(t, "50 MB", judgeDisk("/data", 50<<20), "disk problem")
}

func TestClocksThatDifferAreFound(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]string{
		0: "c ok", 4 * time.Second: "c ok", 6 * time.Second: "c warning", -6 * time.Second: "c warning", 59 * time.Second: "c warning",
		time.Minute: "c problem", -time.Minute: "c problem",
	} {
		found := judgeClock("c", "the other clock", ahead)
		wantFound(t, ahead.String(), found, want)
		if want != "c ok" && strings.Contains(found[0].Says, "behind") != (ahead < 0) {
			t.Errorf("%s: %s", ahead, found[0].Says)
		}
	}
}

func TestABackupThatIsMissingOrOldIsFound(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * time.Hour
	wantFound(t, "none", judgeBackup(time.Time{}, now, week), "backup warning")
	wantFound(t, "of yesterday", judgeBackup(now.Add(-24*time.Hour), now, week), "backup ok")
	wantFound(t, "of last month", judgeBackup(now.Add(-30*24*time.Hour), now, week), "backup warning")
}

func TestPasswordsOfAnotherCostAreCounted(t *testing.T) {
	t.Parallel()
	const here = "m=19456,t=2,p=1"
	wantFound(t, "nobody", judgePasswords(nil, here))
	wantFound(t, "all as configured", judgePasswords(map[string]int{here: 5}, here))
	found := judgePasswords(map[string]int{here: 5, "m=7168,t=5,p=1": 2, "unreadable": 1}, here)
	wantFound(t, "some otherwise", found, "passwords note")
	if !strings.HasPrefix(found[0].Says, "3 of 8 ") {
		t.Errorf("it says %q", found[0].Says)
	}
}

func TestClientsAreGraded(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(*oauth.Client)
		want   []string
	}{
		"a good one":                    {func(*oauth.Client) {}, nil},
		"a disabled one":                {func(c *oauth.Client) { c.Disabled, c.PKCE = true, oauth.PKCEOff }, nil},
		"a public one":                  {func(c *oauth.Client) { c.AuthMethod, c.Secrets = oauth.AuthNone, nil }, []string{"client.public note"}},
		"PKCE off":                      {func(c *oauth.Client) { c.PKCE = oauth.PKCEOff }, []string{"client.pkce warning"}},
		"PKCE off, a program":           {func(c *oauth.Client) { c.PKCE, c.RedirectURIs = oauth.PKCEOff, nil }, nil},
		"tokens of type JWT":            {func(c *oauth.Client) { c.AccessTokenType = oauth.TypeJWT }, []string{"client.token_type note"}},
		"tokens for a day":              {func(c *oauth.Client) { c.AccessTokenTTL = 24 * time.Hour }, []string{"client.token_ttl warning"}},
		"one that sees all tokens":      {func(c *oauth.Client) { c.Introspect = true }, []string{"client.introspect note"}},
		"plain http":                    {redirects("http://app.example.test/cb"), []string{"client.redirect problem"}},
		"a wildcard":                    {redirects("https://*.example.test/cb"), []string{"client.redirect problem"}},
		"a developer's machine":         {redirects("https://app.example.test/cb", "http://localhost:3000/cb"), []string{"client.redirect note"}},
		"a literal of loopback":         {redirects("http://127.0.0.1/cb"), []string{"client.redirect note"}},
		"any port of localhost":         {func(c *oauth.Client) { c.AnyLocalhostPort = true; redirects("http://localhost/cb")(c) }, []string{"client.redirect warning"}},
		"a scheme that anybody may use": {redirects("myapp:/cb"), []string{"client.redirect warning"}},
		"a scheme of its own domain":    {redirects("test.example.app:/cb"), nil},
		"a program of anybody's without consent": {func(c *oauth.Client) {
			c.AuthMethod, c.Secrets, c.SkipConsent = oauth.AuthNone, nil, true
			redirects("http://127.0.0.1/cb")(c)
		}, []string{"client.public note", "client.consent warning"}},
		"an old secret": {func(c *oauth.Client) { c.Secrets[0].Created = now.AddDate(-2, 0, 0) }, []string{"client.secrets note"}},
		"an old secret beside a new one": {func(c *oauth.Client) {
			c.Secrets[0].Created = now.AddDate(0, -2, 0)
			c.Secrets = append(c.Secrets, oauth.Secret{ID: "sec_older", Created: now.AddDate(0, -9, 0)})
		}, []string{"client.secrets warning"}},
		"a rotation under way": {func(c *oauth.Client) {
			c.Secrets = append(c.Secrets, oauth.Secret{ID: "sec_older", Created: now.AddDate(0, -9, 0)})
		}, nil},
		"an old secret that expired": {func(c *oauth.Client) {
			c.Secrets = append(c.Secrets, oauth.Secret{ID: "sec_older", Created: now.AddDate(-2, 0, 0), Expires: now.AddDate(-1, 0, 0)})
		}, nil},
	} {
		client := oauth.Client{
			ID: "web", AuthMethod: oauth.AuthSecret, RedirectURIs: []string{"https://app.example.test/cb"},
			Secrets: []oauth.Secret{{ID: "sec_one", MAC: []byte("hush"), Hint: "hush", Created: now.AddDate(0, 0, -1)}},
		}
		c.change(&client)
		found := Grade(&client, now, false)
		wantFound(t, what, found, c.want...)
		for _, f := range found {
			if !strings.HasPrefix(f.Says, "web ") || strings.Contains(f.Says+f.Remedy, "hush") {
				t.Errorf("%s: it says %q, and advises %q", what, f.Says, f.Remedy)
			}
		}
	}
}

// An installation on one's own machine has applications there, and the last address
// of an application cannot be removed: advice is there to be followed.
func TestAdviceAboutAddressesCanBeFollowed(t *testing.T) {
	t.Parallel()
	const local, real = "http://localhost:3000/cb", "https://app.example.test/cb"
	graded := func(here bool, uris ...string) []check.Finding {
		return Grade(&oauth.Client{ID: "web", AuthMethod: oauth.AuthSecret, RedirectURIs: uris}, now, here)
	}
	wantFound(t, "an issuer on this machine", graded(true, local))
	found := graded(false, real, local)
	wantFound(t, "one of two", found, "client.redirect note")
	if want := "gatehouse client update web --remove-redirect-uri " + local; found[0].Remedy != want {
		t.Errorf("of two it advises %q, want %q", found[0].Remedy, want)
	}
	found = graded(false, local)
	wantFound(t, "the only one", found, "client.redirect note")
	if strings.Contains(found[0].Remedy, "remove") {
		t.Errorf("for the only one it advises %q, which is refused", found[0].Remedy)
	}
}

func redirects(uris ...string) func(*oauth.Client) {
	return func(c *oauth.Client) { c.RedirectURIs = uris }
}

func TestProxiesThatSpoilAddressesAreFound(t *testing.T) {
	t.Parallel()
	const issuer, proxy, visitor = "https://id.example.test", "10.0.0.1", "198.51.100.7"
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	for what, c := range map[string]struct {
		arrival web.Arrival
		proxies []netip.Prefix
		want    string
	}{
		"a good one":               {web.Arrival{Peer: proxy, Address: visitor, Forwarded: []string{pretended + ", " + visitor}, Proto: "https"}, trusted, "proxy ok"},
		"one that replaces":        {web.Arrival{Peer: proxy, Address: visitor, Forwarded: []string{visitor}, Proto: "https"}, trusted, "proxy ok"},
		"none":                     {web.Arrival{Peer: visitor, Address: visitor, Forwarded: []string{pretended}}, nil, "proxy ok"},
		"a visitor who is trusted": {web.Arrival{Peer: proxy, Address: pretended, Forwarded: []string{pretended + ", " + proxy}}, trusted, "proxy ok"},
		"one that passes it on":    {web.Arrival{Peer: proxy, Address: pretended, Forwarded: []string{pretended}}, trusted, "proxy.forged problem"},
		"one nobody trusts":        {web.Arrival{Peer: proxy, Address: proxy, Forwarded: []string{pretended, visitor}}, nil, "proxy.trusted warning"},
		"one that says nothing":    {web.Arrival{Peer: proxy, Address: proxy}, trusted, "proxy.address warning"},
		"one that takes http":      {web.Arrival{Peer: proxy, Address: visitor, Forwarded: []string{visitor}, Proto: "http"}, trusted, "proxy.scheme warning"},
		"one that drops the host":  {web.Arrival{Peer: proxy, Address: visitor, Forwarded: []string{visitor}, Host: "127.0.0.1:8080"}, trusted, "proxy.host note"},
	} {
		if c.arrival.Host == "" {
			c.arrival.Host = "id.example.test"
		}
		wantFound(t, what, judgeArrival(c.arrival, issuer, c.proxies), c.want)
	}
}
