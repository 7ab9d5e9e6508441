package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gatehouse/house/check"
	"gatehouse/oauth"
	"gatehouse/shell"
	"gatehouse/web"
)

// The ages at which secrets are worth a word.
const (
	secretOld   = 365 * 24 * time.Hour
	secretStays = 30 * 24 * time.Hour
)

func (e *examiner) clients(ctx context.Context) []check.Finding {
	if e.store == nil {
		return unknown("clients", "the database could not be asked for the applications")
	}
	list, err := e.store.Clients(ctx)
	if err != nil {
		return []check.Finding{of("clients", err, "")}
	}
	var found []check.Finding
	for i := range list {
		found = append(found, Grade(&list[i], e.now, web.OnThisMachine(e.Config.Issuer))...)
	}
	return found
}

// grader collects what there is to say about one client.
type grader struct {
	c     *oauth.Client
	local bool // the issuer is on this machine, where applications may be too
	found []check.Finding
}

func (g *grader) say(severity check.Severity, what, says, remedy string) {
	g.found = append(g.found, check.Finding{Check: "client." + what, Severity: severity, Says: string(g.c.ID) + " " + says, Remedy: remedy})
}

func (g *grader) update(flags string) string {
	return "gatehouse client update " + string(g.c.ID) + " " + flags
}

// Grade judges a client by RFC 9700, RFC 8252 and RFC 8725. One that is disabled
// cannot do harm. local says that the issuer is a name of this very machine: there
// redirect URIs of it are as they should be.
func Grade(c *oauth.Client, now time.Time, local bool) []check.Finding {
	if c.Disabled {
		return nil
	}
	g := &grader{c: c, local: local}
	g.flow()
	g.tokens()
	g.secrets(now)
	for _, uri := range c.RedirectURIs {
		g.redirect(uri)
	}
	return g.found
}

func (g *grader) flow() {
	switch c := g.c; {
	case c.Public():
		g.say(check.Note, "public", "keeps no secret: its codes are bound by PKCE, and whoever has a refresh token of it can use that", "")
	case c.PKCE == oauth.PKCEOff && len(c.RedirectURIs) > 0:
		g.say(check.Warning, "pkce", "uses no PKCE: a code that was taken on the way can be injected (RFC 9700 section 2.1.1)", g.update("--pkce auto"))
	}
	if g.c.Introspect {
		g.say(check.Note, "introspect", "may introspect the tokens of all others", g.update("--introspect=false"))
	}
}

func (g *grader) tokens() {
	if g.c.AccessTokenType == oauth.TypeJWT {
		g.say(check.Note, "token_type", "gets access tokens of the type JWT: a resource server that does not look at aud may take another JWT for one (RFC 9068 section 5)", g.update("--access-token-type at+jwt"))
	}
	if g.c.AccessTokenTTL > time.Hour {
		g.say(check.Warning, "token_ttl", fmt.Sprintf("gets access tokens that live for %s: who only checks signatures accepts a stolen one that long", g.c.AccessTokenTTL), g.update("--access-token-ttl 0"))
	}
}

func (g *grader) secrets(now time.Time) {
	var live []oauth.Secret
	for _, s := range g.c.Secrets {
		if s.Expires.IsZero() || now.Before(s.Expires) {
			live = append(live, s)
		}
	}
	rotate := "gatehouse client rotate-secret " + string(g.c.ID)
	if len(live) > 1 && now.Sub(newest(live).Created) > secretStays {
		g.say(check.Warning, "secrets", "has two secrets, the newer one for more than 30 days: the older one still opens", "Look which one the application uses, then: "+rotate)
	} else if len(live) > 0 && now.Sub(newest(live).Created) > secretOld {
		g.say(check.Note, "secrets", "has a secret that is older than a year", rotate)
	}
}

func newest(list []oauth.Secret) oauth.Secret {
	last := list[0]
	for _, s := range list[1:] {
		if s.Created.After(last.Created) {
			last = s
		}
	}
	return last
}

// redirect judges one redirect URI.
func (g *grader) redirect(uri string) {
	u, err := url.Parse(uri)
	if err != nil {
		return
	}
	host, loopback := u.Hostname(), web.Loopback(u.Hostname())
	remove := g.update("--remove-redirect-uri " + shell.Line(uri))
	if len(g.c.RedirectURIs) == 1 { // the last one cannot go
		remove = "Put the real address in its place: " + g.update("--redirect-uri https://…")
	}
	switch {
	case strings.Contains(uri, "*"):
		g.say(check.Problem, "redirect", "has a redirect URI with a wildcard, "+uri+": it would be compared byte by byte, and matches nothing", remove)
	case u.Scheme == "http" && !loopback:
		g.say(check.Problem, "redirect", "is answered over plain http at "+uri+": codes can be read on the way (RFC 9700 section 2.6)", "Serve it over https, then: "+g.update("--add-redirect-uri "+shell.Line("https://"+u.Host+u.RequestURI())+" --remove-redirect-uri "+shell.Line(uri)))
	case u.Scheme == "http" && !isLiteral(host) && g.c.AnyLocalhostPort:
		g.say(check.Warning, "redirect", "is answered on any port of "+host+": whatever listens there gets its codes (RFC 8252 section 8.3)", g.update("--any-localhost-port=false"))
	case u.Scheme == "http" && !g.c.Public() && !g.local:
		g.say(check.Note, "redirect", "has a redirect URI of a developer's machine, "+uri, remove)
	case u.Scheme != "http" && u.Scheme != "https" && !strings.Contains(u.Scheme, "."):
		g.say(check.Warning, "redirect", "has the redirect URI "+uri+", whose scheme any other program may take too (RFC 8252 section 7.1)", "Use a scheme that is a domain name of yours in reverse, or https.")
	}
	if g.c.Public() && g.c.SkipConsent && u.Scheme != "https" {
		g.say(check.Warning, "consent", "asks nobody for consent, and anybody's program can be it: it keeps no secret and is answered at "+uri+" (RFC 8252 section 8.6)", g.update("--no-consent=false"))
	}
}

// isLiteral reports whether host is a loopback address, and not a name for one.
func isLiteral(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
