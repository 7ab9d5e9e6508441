package provider

import (
	"fmt"
	"net/url"
	"strings"

	"gatehouse/provider/internal/kernel"
	"gatehouse/web"
)

// Open prepares the provider, and reports at the start what it would miss at
// the first request.
func (p *Provider) Open() error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"Registry", p.Registry == nil},
		{"Protocol", p.Protocol == nil},
		{"Flow", p.Flow == nil},
		{"Sessions", p.Sessions == nil},
		{"People", p.People == nil},
		{"Signer", p.Signer == nil},
		{"Tokens", p.Tokens == nil},
		{"Cookies", p.Cookies == nil},
		{"Pages", p.Pages == nil},
		{"Next", p.Next == nil},
		{"Show", p.Show == nil},
		{"Limiter", p.Limiter == nil},
		{"Scopes", p.Scopes == nil},
		{"Metrics", p.Metrics == nil},
		{"Notes", p.Notes == nil},
		{"Trials", p.Trials == nil},
		{"Log", p.Log == nil},
	} {
		if field.missing {
			return fmt.Errorf("open provider: %s is not set", field.name)
		}
	}
	if err := checkIssuer(p.Issuer); err != nil {
		return fmt.Errorf("open provider: %w", err)
	}
	if err := p.describe(p.Scopes()); err != nil {
		return fmt.Errorf("open provider: %w", err)
	}
	p.flood = web.Flood{Limiter: p.Limiter, Log: p.Log}
	p.kernel = kernel.New(p.Issuer, PathAuthorize)
	return nil
}

// checkIssuer refuses an issuer that could not be the beginning of the
// endpoints' URLs (OpenID Connect Discovery 1.0 section 3).
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil {
		return fmt.Errorf("the issuer is not a URL: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || strings.ContainsAny(issuer, "?#") || strings.HasSuffix(issuer, "/") {
		return fmt.Errorf("the issuer %q must be an http or https URL without query, fragment, user and closing slash", issuer)
	}
	return nil
}
