package oauth_test

import (
	"context"
	"testing"

	"gatehouse/id"
	"gatehouse/oauth"
)

// named is a client that breaks no rule by itself.
func named(name id.Client, kind string, audiences ...string) oauth.Client {
	c := web()
	c.ID, c.AccessTokenType, c.Audiences = name, kind, audiences
	return c
}

// An access token that has the type of an ID token must not have the audience of
// one: whichever of two clients comes first, and by whatever change.
func TestAnAccessTokenOfTypeJWTIsMeantForNoOtherClient(t *testing.T) {
	t.Parallel()
	const api = "https://api.example.test"
	off := named("shop", "")
	off.Disabled = true
	for name, c := range map[string]struct {
		there []oauth.Client
		first *oauth.Client // what is updated to comes; nil: it is created
		comes oauth.Client
		field string
	}{
		"an API":                         {there: []oauth.Client{named("shop", "")}, comes: named("web", oauth.TypeJWT, api)},
		"a name that is nobody's":        {there: []oauth.Client{named("shop", "")}, comes: named("web", oauth.TypeJWT, "shopping", "Shop", "sho")},
		"another client":                 {there: []oauth.Client{named("shop", "")}, comes: named("web", oauth.TypeJWT, api, "shop"), field: "audiences[1]"},
		"another client, disabled":       {there: []oauth.Client{off}, comes: named("web", oauth.TypeJWT, "shop"), field: "audiences[0]"},
		"another client, by at+jwt":      {there: []oauth.Client{named("shop", "")}, comes: named("web", oauth.TypeAccessToken, "shop")},
		"another client, by the default": {there: []oauth.Client{named("shop", "")}, comes: named("web", "", "shop")},
		"a client made later":            {there: []oauth.Client{named("web", oauth.TypeJWT, "shop")}, comes: named("shop", ""), field: "id"},
		"one made later, by at+jwt":      {there: []oauth.Client{named("web", "", "shop")}, comes: named("shop", "")},
		"a changed type": {
			there: []oauth.Client{named("shop", "")}, first: new(named("web", "", "shop")), comes: named("web", oauth.TypeJWT, "shop"), field: "audiences[0]",
		},
		"a changed audience": {
			there: []oauth.Client{named("shop", "")}, first: new(named("web", oauth.TypeJWT, api)), comes: named("web", oauth.TypeJWT, api, "shop"), field: "audiences[1]",
		},
		"a change of something else": {
			there: []oauth.Client{named("shop", "")}, first: new(named("web", oauth.TypeJWT, api)), comes: named("web", oauth.TypeJWT, api),
		},
	} {
		s, m := newService()
		for _, other := range c.there {
			create(t, s, other)
		}
		var err error
		if c.first == nil {
			_, _, err = s.CreateClient(t.Context(), console, c.comes)
		} else {
			create(t, s, *c.first)
			_, err = s.UpdateClient(t.Context(), console, c.comes)
		}
		assertField(t, name, err, c.field)
		kept, there := false, 0
		for _, is := range m.s.clients {
			if is.ID == c.comes.ID {
				there++
				kept = is.TokenType() == c.comes.TokenType() && len(is.Audiences) == len(c.comes.Audiences)
			}
		}
		if kept != (c.field == "") || there > 1 {
			t.Errorf("%s: it was written: %v", name, kept)
		}
	}
}

// The check sees what was written a moment before: it comes behind the raised
// version of the clients, whose row is held until the end.
func TestAudiencesAreCheckedBehindTheWrite(t *testing.T) {
	t.Parallel()
	s, m := newService()
	later := &meanwhile{memory: m}
	s.Store = later
	later.then = func() { m.s.clients = append(m.s.clients, named("web", oauth.TypeJWT, "shop")) }
	_, _, err := s.CreateClient(t.Context(), console, named("shop", ""))
	assertField(t, "one made at the same time", err, "id")
}

// meanwhile is a store in which something else was committed when the write of a
// client gets its turn.
type meanwhile struct {
	*memory
	then func()
}

func (m *meanwhile) InsertClient(ctx context.Context, c oauth.Client) error {
	m.then()
	return m.memory.InsertClient(ctx, c)
}
