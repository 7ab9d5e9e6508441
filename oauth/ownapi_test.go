package oauth_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gatehouse/id"
	"gatehouse/oauth"
)

// serving is what the client is to access.
type serving struct {
	noGrants
	yes bool
	err error
}

func (s serving) ServesAPI(context.Context, id.Client) (bool, error) { return s.yes, s.err }

// A token for Gatehouse's own API is for that alone, and for those who have something
// to ask there.
func TestServersOfAPIsGetTokensForOurOwnAPI(t *testing.T) {
	t.Parallel()
	own, shop, away := oauth.OwnAPI("https://id.example.test"), "https://shop.example.test", errors.New("the store is away")
	for name, c := range map[string]struct {
		serves    serving
		audiences []string // of the client
		resources []string
		want      []string // nil: invalid_target
		fails     bool
	}{
		"a server":                       {serves: serving{yes: true}, resources: []string{own}, want: []string{own}},
		"a server of an audience":        {serves: serving{yes: true}, audiences: []string{shop}, resources: []string{own}, want: []string{own}},
		"a server that names nothing":    {serves: serving{yes: true}, audiences: []string{shop}, want: []string{shop}},
		"for both at once":               {serves: serving{yes: true}, audiences: []string{shop}, resources: []string{own, shop}},
		"for the same twice":             {serves: serving{yes: true}, resources: []string{own, own}},
		"for something below it":         {serves: serving{yes: true}, resources: []string{own + "/v1"}},
		"no server":                      {resources: []string{own}},
		"no server, registered for it":   {audiences: []string{shop, own}, resources: []string{own}, want: []string{own}},
		"nobody knows":                   {serves: serving{err: away}, resources: []string{own}, fails: true},
		"nobody knows, and nobody asked": {serves: serving{err: away}, audiences: []string{shop}, resources: []string{shop}, want: []string{shop}},
	} {
		g := newGranting(t)
		g.Grants, g.client.Audiences = c.serves, c.audiences
		tokens, err := g.ClientCredentials(t.Context(), g.client, []string{"orders:read"}, c.resources)
		no, refused := errors.AsType[*oauth.Refusal](err)
		switch {
		case c.fails && (err == nil || refused):
			t.Errorf("%s: %v, want an error that is no refusal", name, err)
		case c.fails:
		case c.want == nil && (!refused || no.Code != oauth.InvalidTarget):
			t.Errorf("%s: %v, want invalid_target", name, err)
		case c.want != nil && (err != nil || !slices.Equal(claimsOf(t, tokens.Access).Audience, c.want)):
			t.Errorf("%s: %v, want a token for %v", name, err, c.want)
		}
	}
	g := newGranting(t)
	g.Grants = serving{yes: true}
	if _, err := g.IssueCode(t.Context(), g.client, oauth.CodeRequest{Authorization: oauth.Authorization{User: "usr_ada", Scopes: allScopes}, Asked: allScopes, Resources: []string{own}}, nil); err == nil {
		t.Error("a person's code is given for what only the server itself may have")
	}
}
