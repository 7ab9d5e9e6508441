package storetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/store"
)

func testClients(t *testing.T, s *store.Store) {
	c := oauth.Client{
		ID: "shop", Name: "Shop", HomeURL: "https://shop.test/", AuthMethod: oauth.AuthBasic,
		Secrets: []oauth.Secret{
			{ID: id.NewSecret(), MAC: hash(), Hint: "abcd", Created: now, Expires: now.Add(time.Hour)},
			{ID: id.NewSecret(), MAC: hash(), Created: now},
		},
		JWKS: `{"keys":[]}`, RedirectURIs: []string{"https://shop.test/cb", "http://127.0.0.1/cb"},
		PostLogoutRedirectURIs: []string{"https://shop.test/bye"}, GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh},
		Scopes: []string{"openid", "profile"}, Audiences: []string{"https://api.test"},
		SkipConsent: true, Logo: "data:image/png;base64,AAAA", PKCE: oauth.PKCEOff, StaticRefresh: true, Introspect: true,
		AccessTokenTTL: 5 * time.Minute, RefreshIdle: time.Hour, RefreshAbsolute: 24 * time.Hour,
		RequireLevel: proof.AAL2, RequireRoles: []string{"support", "customer"}, RequireGroups: []string{"desk"},
		Told:       oauth.Told{Roles: oauth.Listing{Claim: "roles", Format: oauth.FormatObject, Prefix: "x:", Only: []string{"s*"}}, Claims: []string{"a=const:b c"}},
		IDTokenAlg: "ES256", UserinfoAlg: "RS256", AccessTokenAlg: "EdDSA",
		AccessTokenType: oauth.TypeJWT, IDTokenClaims: true, Permissions: oauth.PermissionsInline, AnyLocalhostPort: true, Created: now, Updated: now, Rev: 1,
	}
	bare := oauth.Client{ID: "Bare", AuthMethod: oauth.AuthNone, Permissions: oauth.PermissionsNone, Created: now, Updated: now, Rev: 1}
	read := func() oauth.Client { t.Helper(); return must[oauth.Client](t)(s.Client(t.Context(), c.ID)) }

	raises(t, s, oauth.VersionClients, func(ctx context.Context) error { return s.InsertClient(ctx, c) })
	raises(t, s, oauth.VersionClients, func(ctx context.Context) error { return s.InsertClient(ctx, bare) })
	same(t, read(), c)
	same(t, must[[]oauth.Client](t)(s.Clients(t.Context())), []oauth.Client{bare, c})

	before := version(t, s, oauth.VersionClients)
	err := s.InsertClient(t.Context(), c)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "client.exists")
	_, err = s.Client(t.Context(), "nobody")
	missing(t, err)
	missing(t, s.UpdateClient(t.Context(), oauth.Client{ID: "nobody"}))
	missing(t, s.DeleteClient(t.Context(), "nobody"))
	same(t, version(t, s, oauth.VersionClients), before)

	changed := bare
	changed.ID, changed.Name, changed.Disabled, changed.Updated = c.ID, "Closed", true, now.Add(time.Hour)
	raises(t, s, oauth.VersionClients, func(ctx context.Context) error { return s.UpdateClient(ctx, changed) })
	changed.Rev = 2
	same(t, read(), changed)

	u := insertUser(t, s)
	ok(t, s.PutConsent(t.Context(), oauth.Consent{User: u.ID, Client: c.ID, Created: now, Updated: now}))
	f := insertFamily(t, s, func(f *oauth.Family) { f.Client = c.ID })
	raises(t, s, oauth.VersionClients, func(ctx context.Context) error { return s.DeleteClient(ctx, c.ID) })
	_, err = s.Client(t.Context(), c.ID)
	missing(t, err)
	_, err = s.Consent(t.Context(), u.ID, c.ID)
	missing(t, err)
	_, _, err = s.Family(t.Context(), f.ID)
	ok(t, err)
}

func testConsents(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, c, d := insertUser(t, s), insertClient(t, s), insertClient(t, s)
	older := oauth.Consent{User: u.ID, Client: c.ID, Scopes: []string{"openid"}, Created: now, Updated: now}
	newer := oauth.Consent{User: u.ID, Client: d.ID, Created: now, Updated: now.Add(time.Minute)}

	_, err := s.Consent(ctx, u.ID, c.ID)
	missing(t, err)
	ok(t, s.PutConsent(ctx, older))
	ok(t, s.PutConsent(ctx, newer))
	same(t, must[oauth.Consent](t)(s.Consent(ctx, u.ID, c.ID)), older)
	same(t, must[[]oauth.Consent](t)(s.ConsentsOf(ctx, u.ID)), []oauth.Consent{newer, older})

	older.Scopes, older.Updated = []string{"openid", "email"}, now.Add(time.Hour)
	ok(t, s.PutConsent(ctx, older))
	same(t, must[[]oauth.Consent](t)(s.ConsentsOf(ctx, u.ID)), []oauth.Consent{older, newer})

	refused(t, s.PutConsent(ctx, oauth.Consent{User: id.NewUser(), Client: c.ID, Created: now, Updated: now}), fault.Conflict)
	ok(t, s.DeleteConsent(ctx, u.ID, c.ID))
	missing(t, s.DeleteConsent(ctx, u.ID, c.ID))
	same(t, must[[]oauth.Consent](t)(s.ConsentsOf(ctx, u.ID)), []oauth.Consent{newer})
}

func testCodes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	c := oauth.Code{
		Hash: hash(), Authorization: newFamily().Authorization, RedirectURI: "https://app.test/cb", Challenge: "challenge",
		Created: now, Expires: now.Add(time.Minute),
	}
	bare := oauth.Code{Hash: hash(), Created: now, Expires: now.Add(time.Minute)}
	yes(t)(s.InsertCode(ctx, c, 1))
	yes(t)(s.InsertCode(ctx, bare, oauth.MaxCodes))
	another := c
	another.Hash = hash()
	no(t)(s.InsertCode(ctx, another, 1))
	yes(t)(s.InsertCode(ctx, another, 2))
	later := c // nobody has swept meanwhile
	later.Hash, later.Created, later.Expires = hash(), now.Add(25*time.Hour), now.Add(25*time.Hour+time.Minute)
	yes(t)(s.InsertCode(ctx, later, 2))
	same(t, must[oauth.Code](t)(s.Code(ctx, c.Hash)), c)
	same(t, must[oauth.Code](t)(s.Code(ctx, bare.Hash)), bare)
	_, err := s.Code(ctx, hash())
	missing(t, err)
	_, err = s.InsertCode(ctx, c, oauth.MaxCodes)
	refused(t, err, fault.Conflict)

	oneWinner(t, func(int) (bool, error) { return s.ClaimCode(ctx, c.Hash, now) })
	c.Claimed = now
	same(t, must[oauth.Code](t)(s.Code(ctx, c.Hash)), c)
	no(t)(s.ClaimCode(ctx, bare.Hash, bare.Expires))
	yes(t)(s.ClaimCode(ctx, bare.Hash, bare.Expires.Add(-time.Microsecond)))
	no(t)(s.ClaimCode(ctx, hash(), now))
}
