package oauth

import (
	"context"
	"slices"
	"time"
)

// ClientCredentials gives the client a token for itself (RFC 6749 section 4.4),
// for the scopes that it asks for; all that it may have without a person where
// it names none; and for the resources that it names (RFC 8707), or for all that
// its tokens may be for. It writes nothing. A *Refusal says why not.
func (s *Service) ClientCredentials(ctx context.Context, c *Client, scopes, resources []string) (Tokens, error) {
	if c.Public() || !slices.Contains(c.GrantTypes, GrantClient) {
		return Tokens{}, errGrantType
	}
	if !covers(c.Scopes, scopes) || slices.ContainsFunc(scopes, ofPerson) {
		return Tokens{}, errScope
	}
	if len(scopes) == 0 { // RFC 6749 section 3.3: a default that is known beforehand
		scopes = slices.DeleteFunc(slices.Clone(c.Scopes), ofPerson)
	}
	targets, no := Targets(c.MeantFor(s.Issuer), resources)
	if no != nil {
		return Tokens{}, no
	}
	m := &minting{client: c, authorization: &Authorization{}, targets: targets, now: time.Now()}
	var err error
	if m.allowed, err = s.under(ctx, c, m.authorization, scopes, m.asked, m.now, errScope); err != nil {
		return Tokens{}, err
	}
	return s.mint(ctx, m, "")
}

func ofPerson(scope string) bool { return slices.Contains(PersonScopes, scope) }
