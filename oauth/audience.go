package oauth

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/fault"
	"gatehouse/id"
)

// checkAudiences refuses a client with which an access token could pass for an ID
// token of another client: one of the type JWT whose aud names that client, at a
// verifier that looks no further (RFC 9068 section 2.1 has a type of its own for
// that reason). It comes after the client was written, in the transaction of ctx:
// who writes clients holds their version, so that of two at once, each of which
// would be the other's harm, the later one sees the earlier.
func (s *Service) checkAudiences(ctx context.Context, c *Client) error {
	all, err := s.Store.Clients(ctx)
	if err != nil {
		return err
	}
	var p problems
	for i := range all {
		p.confused(c, &all[i])
	}
	if len(p) == 0 {
		return nil
	}
	return p.fault()
}

// confused holds the rule for c beside another client.
func (p *problems) confused(c, other *Client) {
	if other.ID == c.ID {
		return // validate has seen to that
	}
	if at := slices.IndexFunc(c.Audiences, func(a string) bool { return id.Client(a) == other.ID }); at >= 0 && c.TokenType() == TypeJWT {
		p.add(fmt.Sprintf("audiences[%d]", at), "must not name another application (%s) when the access tokens have the type %s: they could pass for its ID tokens", other.ID, TypeJWT)
	}
	if other.TokenType() == TypeJWT && slices.Contains(other.Audiences, string(c.ID)) {
		p.add("id", "must not be an audience of another application (%s) whose access tokens have the type %s: they could pass for ID tokens of this one", other.ID, TypeJWT)
	}
}

// fault is what whoever sent the client is told.
func (p problems) fault() error {
	return &fault.Error{Kind: fault.Invalid, Code: "client.invalid", Detail: "The application cannot be kept like this.", Fields: p}
}
