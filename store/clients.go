package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

const clientColumns = `id, name, home_url, disabled, auth_method, secrets, jwks, redirect_uris, post_logout_uris,
    grant_types, scopes, audiences, skip_consent, pkce, static_refresh, introspect,
    access_token_ttl, refresh_idle, refresh_absolute, require_level, id_token_alg, userinfo_alg, access_token_alg,
    access_token_type, id_token_claims, permissions, any_localhost_port, logo, require_roles, require_groups, told, created_at, updated_at, rev`

var (
	insertClient = newStatement(`
INSERT INTO clients (` + clientColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, 1)`)

	insertManyClients = several(insertClient)

	updateClient = newStatement(`
UPDATE clients
SET name = $2, home_url = $3, disabled = $4, auth_method = $5, secrets = $6, jwks = $7, redirect_uris = $8,
    post_logout_uris = $9, grant_types = $10, scopes = $11, audiences = $12, skip_consent = $13, pkce = $14,
    static_refresh = $15, introspect = $16, access_token_ttl = $17, refresh_idle = $18, refresh_absolute = $19,
    require_level = $20, id_token_alg = $21, userinfo_alg = $22, access_token_alg = $23,
    access_token_type = $24, id_token_claims = $25, permissions = $26, any_localhost_port = $27, logo = $28,
    require_roles = $29, require_groups = $30, told = $31, updated_at = $32, rev = rev + 1
WHERE id = $1 AND ($33 = 0 OR rev = $33)`)

	// Consents go with it.
	deleteClient = newStatement(`
DELETE FROM clients
WHERE id = $1`)

	selectClient = hotLockStatement(`
SELECT ` + clientColumns + `
FROM clients
WHERE id = $1`)

	selectClients = newStatement(`
SELECT ` + clientColumns + `
FROM clients`)

	selectDisabledClients = newStatement(`
SELECT id
FROM clients
WHERE disabled`)

	// The primary key.
	selectClientsNamed = newStatement(`
SELECT ` + clientColumns + `
FROM clients
WHERE id IN ` + places(severalPeople))

	// The primary key, walked from the last page's end.
	selectClientsAfter = newStatement(`
SELECT ` + clientColumns + `
FROM clients
WHERE id > $1
ORDER BY id
LIMIT $2`)
)

// InsertClient stores c with its secrets, as revision 1, and raises the version
// of clients.
// Conflict: the id is taken.
func (s *Store) InsertClient(ctx context.Context, c oauth.Client) error {
	err := s.changing(ctx, oauth.VersionClients, func(ctx context.Context) error {
		_, err := s.exec(ctx, insertClient, newClientArgs(c)...)
		return err
	})
	return doing("insert client", taken(err, "client.exists", there("an application", string(c.ID))))
}

// InsertClients is InsertClient for many; the version rises by one.
func (s *Store) InsertClients(ctx context.Context, all []oauth.Client) error {
	err := s.changing(ctx, oauth.VersionClients, func(ctx context.Context) error {
		return insertAll(ctx, s, insertClient, insertManyClients, all, newClientArgs)
	})
	return doing("insert clients", taken(err, "client.exists", "There is a client with one of these ids already."))
}

func newClientArgs(c oauth.Client) []any {
	return append(clientArgs(c), micros(c.Created), micros(c.Updated))
}

// UpdateClient writes everything but ID and Created, the secrets too, where the
// revision is still c.Rev (0: whatever it is), and raises the revision and the
// version of clients. Of several who name one revision exactly one succeeds.
// NotFound: there is no such client. Conflict: somebody else changed it.
func (s *Store) UpdateClient(ctx context.Context, c oauth.Client) error {
	return doing("update client", s.changing(ctx, oauth.VersionClients, func(ctx context.Context) error {
		ok, err := s.changed(ctx, updateClient, append(clientArgs(c), micros(c.Updated), c.Rev)...)
		if err != nil || ok {
			return err
		}
		if _, err := s.Client(ctx, c.ID); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "client.changed", "Somebody else changed this application meanwhile. Look at it again.")
	}))
}

// HoldClients raises the version of clients, and so holds it until the transaction of
// ctx is over: nobody makes or changes a client meanwhile.
func (s *Store) HoldClients(ctx context.Context) error {
	_, err := s.RaiseClients(ctx)
	return err
}

// RaiseClients is HoldClients for who wants to know the version that it came to.
func (s *Store) RaiseClients(ctx context.Context) (int64, error) {
	version, err := s.raise(ctx, oauth.VersionClients, 1)
	return version, doing("hold clients", err)
}

// DeleteClient removes the client with its consents and its requests, and raises the version of
// clients. Its families stay, and refuse to be refreshed.
func (s *Store) DeleteClient(ctx context.Context, client id.Client) error {
	return doing("delete client", s.changing(ctx, oauth.VersionClients, func(ctx context.Context) error {
		ok, err := s.changed(ctx, deleteClient, string(client))
		if err == nil && !ok {
			return fault.Missing("client")
		}
		if err != nil {
			return err
		}
		return s.forgetRequests(ctx, access.Subject{Kind: access.Client, ID: string(client)})
	}))
}

// Client answers NotFound for one that is not there. In a transaction it stays
// as it was read, so that who writes it back loses nobody's change.
func (s *Store) Client(ctx context.Context, client id.Client) (c oauth.Client, err error) {
	err = s.one(ctx, "client", selectClient, []any{string(client)}, func(rows *sql.Rows) error {
		c, err = scanClient(rows)
		return err
	})
	return c, doing("read client", err)
}

// Clients returns all clients ordered by id.
func (s *Store) Clients(ctx context.Context) ([]oauth.Client, error) {
	all, err := list(ctx, s, selectClients, nil, scanClient)
	if err != nil {
		return nil, doing("list clients", err)
	}
	// Here and not in SQL: databases differ in how they order text.
	slices.SortFunc(all, func(a, b oauth.Client) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all, nil
}

// ClientsAfter lists the clients that follow after, at most limit, in the order
// that the database has for ids.
func (s *Store) ClientsAfter(ctx context.Context, after id.Client, limit int) ([]oauth.Client, error) {
	found, err := list(ctx, s, selectClientsAfter, []any{string(after), int64(limit)}, scanClient)
	return found, doing("list clients", err)
}

// ClientsNamed returns those of these ids that there are, in no order.
func (s *Store) ClientsNamed(ctx context.Context, names []id.Client) (all []oauth.Client, err error) {
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = string(name)
	}
	err = s.several(ctx, selectClientsNamed, ids, func(rows *sql.Rows) error {
		one, err := scanClient(rows)
		all = append(all, one)
		return err
	})
	return all, doing("read clients by their ids", err)
}

// DisabledClients returns the ids of clients that are disabled, in no order.
func (s *Store) DisabledClients(ctx context.Context) ([]string, error) {
	found, err := list(ctx, s, selectDisabledClients, nil, oneText)
	return found, doing("list disabled clients", err)
}

// clientArgs are the values of clientColumns up to created_at.
func clientArgs(c oauth.Client) []any {
	secrets := "[]"
	if len(c.Secrets) > 0 {
		secrets = document(utcSecrets(c.Secrets))
	}
	return []any{
		string(c.ID), c.Name, c.HomeURL, c.Disabled, c.AuthMethod, secrets, c.JWKS, words(c.RedirectURIs),
		words(c.PostLogoutRedirectURIs), words(c.GrantTypes), words(c.Scopes), words(c.Audiences), c.SkipConsent,
		c.PKCE, c.StaticRefresh, c.Introspect, c.AccessTokenTTL.Microseconds(), c.RefreshIdle.Microseconds(),
		c.RefreshAbsolute.Microseconds(), c.RequireLevel.String(), c.IDTokenAlg, c.UserinfoAlg, c.AccessTokenAlg,
		c.AccessTokenType, c.IDTokenClaims, cmp.Or(c.Permissions, oauth.PermissionsNone), c.AnyLocalhostPort, c.Logo, words(c.RequireRoles), words(c.RequireGroups),
		document(c.Told),
	}
}

func utcSecrets(secrets []oauth.Secret) []oauth.Secret {
	secrets = slices.Clone(secrets)
	for i := range secrets {
		secrets[i].Created, secrets[i].Expires = clock.Cut(secrets[i].Created), clock.Cut(secrets[i].Expires)
	}
	return secrets
}

func scanClient(rows *sql.Rows) (c oauth.Client, err error) {
	var access, idle, absolute int64
	err = rows.Scan(&c.ID, &c.Name, &c.HomeURL, &c.Disabled, &c.AuthMethod, documentIn{&c.Secrets}, &c.JWKS,
		wordsIn{&c.RedirectURIs}, wordsIn{&c.PostLogoutRedirectURIs}, wordsIn{&c.GrantTypes}, wordsIn{&c.Scopes},
		wordsIn{&c.Audiences}, &c.SkipConsent, &c.PKCE, &c.StaticRefresh, &c.Introspect, &access, &idle, &absolute,
		levelIn{&c.RequireLevel}, &c.IDTokenAlg, &c.UserinfoAlg, &c.AccessTokenAlg,
		&c.AccessTokenType, &c.IDTokenClaims, &c.Permissions, &c.AnyLocalhostPort, &c.Logo, wordsIn{&c.RequireRoles}, wordsIn{&c.RequireGroups}, documentIn{&c.Told},
		instant{&c.Created}, instant{&c.Updated}, &c.Rev)
	c.AccessTokenTTL = time.Duration(access) * time.Microsecond
	c.RefreshIdle = time.Duration(idle) * time.Microsecond
	c.RefreshAbsolute = time.Duration(absolute) * time.Microsecond
	if len(c.Secrets) == 0 {
		c.Secrets = nil
	}
	return c, err
}

var clientsTable = table{
	statements: []*statement{
		insertClient, insertManyClients, updateClient, deleteClient, selectClient, selectClients, selectClientsNamed, selectClientsAfter, selectDisabledClients,
	},
}
