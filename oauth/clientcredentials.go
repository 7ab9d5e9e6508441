package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ClientCredentials gives the client a token for itself (RFC 6749 section 4.4),
// for the scopes that it asks for; all that it may have without a person where
// it names none; and for the resources that it names (RFC 8707), or for all that
// its tokens may be for. It writes nothing. A *Refusal says why not.
func (s *Service) ClientCredentials(ctx context.Context, c *Client, scopes, resources []string) (Tokens, error) {
	m, err := s.ownMinting(ctx, c, scopes, resources)
	if err != nil {
		return Tokens{}, err
	}
	return s.mint(ctx, m, "")
}

// ownMinting is what the client's own token is made of.
func (s *Service) ownMinting(ctx context.Context, c *Client, scopes, resources []string) (*minting, error) {
	if c.Public() || !slices.Contains(c.GrantTypes, GrantClient) {
		return nil, errGrantType
	}
	own := slices.DeleteFunc(slices.Clone(c.Scopes), ofPerson)
	if !covers(own, scopes) {
		return nil, RefuseScopes(scopes, own)
	}
	if len(scopes) == 0 { // RFC 6749 section 3.3: a default that is known beforehand
		scopes = own
	}
	targets, err := s.ownTargets(ctx, c, resources)
	if err != nil {
		return nil, err
	}
	m := &minting{client: c, authorization: &Authorization{}, targets: targets, now: time.Now(), config: s.Config()}
	m.allowed, err = s.under(ctx, c, m.authorization, scopes, m.asked, m.now, &m.config, errScope)
	return m, err
}

// OwnAPI is the audience of Gatehouse's own API, where issuer is an origin without a
// slash at its end. A token for it is for nothing else: whoever else takes a token has
// seen it, and could play it back here.
func OwnAPI(issuer string) string { return issuer + "/api" }

// ownTargets are the resources that the client's own token is for: those registered
// for it, or Gatehouse's own API alone where the client is a server of some API and so
// has questions to ask there.
func (s *Service) ownTargets(ctx context.Context, c *Client, resources []string) ([]string, error) {
	targets, no := Targets(c.MeantFor(s.Issuer), resources)
	if no == nil {
		return targets, nil
	}
	if own := []string{OwnAPI(s.Issuer)}; slices.Equal(resources, own) {
		serves, err := s.Grants.ServesAPI(ctx, c.ID)
		if err != nil {
			return nil, fmt.Errorf("ask what the client serves: %w", err)
		}
		if serves {
			return own, nil
		}
	}
	return nil, no
}

func ofPerson(scope string) bool { return slices.Contains(PersonScopes, scope) }
