package oauth

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
	"gatehouse/setting"
)

// CreateClient stores a new client and returns it with its secret, which nobody
// sees again; it is empty for a client that authenticates otherwise. An empty
// id is replaced by a fresh one. What the caller put into Secrets, Created,
// Updated and Rev does not count. Faults: Invalid "client.invalid" with the fields that
// are wrong, Conflict when the id is taken, and "client.just_deleted" when it was until a
// moment ago; those of Grants.MayTakeOver and MayPrivilege.
func (s *Service) CreateClient(ctx context.Context, by audit.Actor, c Client) (Client, string, error) {
	kept, text := s.newSecret(clock.Now())
	return s.create(ctx, by, c, kept, text)
}

// CheckClient refuses a new client whose settings CreateClient would refuse by themselves, as
// Invalid "client.invalid".
func (s *Service) CheckClient(c Client) error {
	if c.ID == "" {
		c.ID = id.NewClient()
	}
	c.complete()
	return validate(&c, s.Config())
}

// create is CreateClient of one that has the secret text, if it has any.
func (s *Service) create(ctx context.Context, by audit.Actor, c Client, kept Secret, text string) (Client, string, error) {
	if c.ID == "" {
		c.ID = id.NewClient()
	}
	c.complete()
	c.Created = clock.Now()
	c.Updated, c.Rev, c.Secrets = c.Created, 1, nil
	if err := validate(&c, s.Config()); err != nil {
		return Client{}, "", err
	}
	if c.hasSecrets() {
		kept.Created = c.Created
		c.Secrets = []Secret{kept}
	} else {
		text = ""
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.checkRequired(ctx, nil, &c); err != nil {
			return err
		}
		if err := s.privileged(ctx, by, nil, &c); err != nil {
			return err
		}
		if err := s.Grants.MayTakeOver(ctx, by, c.ID); err != nil { // what awaits one of that name
			return err
		}
		if err := s.Store.InsertClient(ctx, c); err != nil {
			return err
		}
		if err := s.free(ctx, c.ID); err != nil {
			return err
		}
		if err := s.ofNobody(ctx, c.ID, c.Created); err != nil {
			return err
		}
		if err := s.checkAudiences(ctx, &c); err != nil {
			return err
		}
		return s.recordClient(ctx, by, ActionClientCreate, c.ID, nil, &c)
	})
	if err != nil {
		return Client{}, "", fmt.Errorf("create a client: %w", err)
	}
	return c, text, nil
}

// free refuses an id that something else has: what is written of one would be
// read of the other. Nobody else has one of those that we give ourselves.
func (s *Service) free(ctx context.Context, client id.Client) error {
	if strings.HasPrefix(string(client), "cli_") {
		return nil
	}
	return s.Grants.Free(ctx, client)
}

// ofNobody refuses an id under which tokens may still be issued to a client that was
// deleted a moment ago: what ends those would end the tokens of the next one, and a
// process that has not heard of it yet would give that what the other one had. It asks
// behind the writing, which waits for whoever deletes.
func (s *Service) ofNobody(ctx context.Context, client id.Client, now time.Time) error {
	list, err := s.Store.RevocationsAbout(ctx, (&TokenFacts{Client: client}).Things())
	if err != nil {
		return err
	}
	var free time.Time
	for _, v := range list {
		if second := v.Before.Truncate(time.Second).Add(time.Second); second.After(free) { // tokens say when they were issued to the second
			free = second
		}
	}
	if !now.Before(free) {
		return nil
	}
	return &fault.Error{
		Kind: fault.Conflict, Code: "client.just_deleted", RetryAfter: free.Sub(now),
		Detail: fmt.Sprintf("An application had the id %s until a moment ago. Create this one after %s, or under another id.", client, free.UTC().Format(time.RFC3339)),
	}
}

// UpdateClient replaces all settings of a client but its secrets. A client that
// no longer authenticates by a secret loses them; one that does so from now on
// gets its first by RotateSecret. Disabling a client ends its tokens; taking a
// grant, a scope or an audience from it, asking for a stronger sign-in or for another role or group, or giving its
// access tokens another type, ends its codes and access tokens, and what a refresh
// brings is measured anew. When c.Rev is set and is not what the store has, somebody
// else changed the client meanwhile: Conflict fault "client.changed". Other faults:
// Invalid "client.invalid", NotFound, those of Grants.MayTakeOver and MayPrivilege.
func (s *Service) UpdateClient(ctx context.Context, by audit.Actor, c Client) (Client, error) {
	c.complete()
	if err := validate(&c, s.Config()); err != nil {
		return Client{}, err
	}
	// The version of policies is held before the client's row and the version of
	// clients, so it must be known beforehand whether it is raised.
	was, err := s.Store.Client(ctx, c.ID)
	if err != nil {
		return Client{}, fmt.Errorf("update a client: %w", err)
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if was.Disabled != c.Disabled {
			if err := s.Grants.DisabledChanged(ctx, c.ID, c.Disabled); err != nil {
				return err
			}
		}
		old, err := s.Store.Client(ctx, c.ID)
		if err != nil {
			return err
		}
		if old.Disabled != was.Disabled {
			return fault.New(fault.Conflict, "client.changed", "Somebody else changed this application meanwhile. Look at it again.")
		}
		if err := s.checkRequired(ctx, &old, &c); err != nil {
			return err
		}
		if err := s.Grants.MayTakeOver(ctx, by, c.ID); err != nil {
			return err
		}
		if err := s.privileged(ctx, by, &old, &c); err != nil {
			return err
		}
		c.Created, c.Updated, c.Secrets = old.Created, clock.Now(), nil
		if c.hasSecrets() {
			c.Secrets = old.Secrets
		}
		if err := s.Store.UpdateClient(ctx, c); err != nil {
			return err
		}
		c.Rev = old.Rev + 1
		if err := s.checkAudiences(ctx, &c); err != nil {
			return err
		}
		if err := s.endNarrowed(ctx, &old, &c); err != nil {
			return err
		}
		return s.recordClient(ctx, by, ActionClientUpdate, c.ID, &old, &c)
	})
	if err != nil {
		return Client{}, fmt.Errorf("update a client: %w", err)
	}
	return c, nil
}

// complete sets what was left out and has one meaning only.
func (c *Client) complete() {
	c.Name = strings.TrimSpace(c.Name)
	c.PKCE, c.Permissions = cmp.Or(c.PKCE, PKCEAuto), cmp.Or(c.Permissions, PermissionsNone)
}

// endNarrowed ends what the client holds beyond its new settings.
func (s *Service) endNarrowed(ctx context.Context, old, c *Client) error {
	switch {
	case c.Disabled && !old.Disabled:
		return s.EndClient(ctx, c.ID)
	case !covers(c.GrantTypes, old.GrantTypes), !covers(c.Scopes, old.Scopes), !covers(c.Audiences, old.Audiences), c.RequireLevel > old.RequireLevel,
		!covers(old.RequireRoles, c.RequireRoles), !covers(old.RequireGroups, c.RequireGroups),
		c.TokenType() != old.TokenType():
		return s.endIssued(ctx, c.ID)
	}
	return nil
}

// Grants are what administrators let clients do elsewhere, and what clients are there.
type Grants interface {
	// ServesAPI reports whether the client is a server of an API, and so may ask who may
	// do what there. An error is never a no.
	ServesAPI(ctx context.Context, client id.Client) (bool, error)
	// Serves reports whether it is a server of an API that one of the audiences is of, by
	// the policy of now. An error is never a no.
	Serves(ctx context.Context, client id.Client, audiences []string) (bool, error)
	// Free answers Conflict where something else that acts has the id, in the
	// transaction of ctx that has raised the version of clients.
	Free(ctx context.Context, client id.Client) error
	// EndGrants ends what client was granted, in the transaction of ctx, before
	// anything else in there raises a counter: a client of the same id that is made
	// later has nothing of it. Conflict "client.in_use" when somebody else's grant names it.
	EndGrants(ctx context.Context, by audit.Actor, client id.Client) error
	// DisabledChanged tells that client was disabled or enabled, likewise.
	DisabledChanged(ctx context.Context, client id.Client, disabled bool) error
	// MayPrivilege refuses to let by give a client what steers Gatehouse itself, or what
	// nobody is asked for: Forbidden "access.not_held".
	MayPrivilege(ctx context.Context, by audit.Actor) error
	// MayTakeOver refuses to let by change how client proves who it is, where it may
	// do, now or later, what by may not: Forbidden "access.not_held".
	MayTakeOver(ctx context.Context, by audit.Actor, client id.Client) error
}

// DeleteClient removes a client and ends its tokens and its grants. NotFound when
// it is not there, Conflict "client.in_use" when something names it that stays.
func (s *Service) DeleteClient(ctx context.Context, by audit.Actor, client id.Client) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Grants.EndGrants(ctx, by, client); err != nil {
			return err
		}
		old, err := s.Store.Client(ctx, client)
		if err != nil {
			return err
		}
		// In this order, as UpdateClient: the version of clients is raised, and so
		// held, before that of revocations.
		if err := s.Store.DeleteClient(ctx, client); err != nil {
			return err
		}
		if err := s.EndClient(ctx, client); err != nil {
			return err
		}
		return s.recordClient(ctx, by, ActionClientDelete, client, &old, nil)
	})
	if err != nil {
		return fmt.Errorf("delete a client: %w", err)
	}
	return nil
}

func (s *Service) recordClient(ctx context.Context, by audit.Actor, action audit.Action, client id.Client, before, after *Client) error {
	return s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: action, Target: audit.OfClient(client), Client: client,
		Before: document(before), After: document(after),
	})
}

// document shows a client to the auditor by the names of package wire, without
// MACs. The key set and the logo are shown by their hashes: they may be long.
func document(c *Client) json.RawMessage {
	if c == nil {
		return nil
	}
	secrets := make([]map[string]any, 0, len(c.Secrets))
	for _, k := range c.Secrets {
		secrets = append(secrets, map[string]any{"id": k.ID, "hint": k.Hint, "created": k.Created})
	}
	refresh := "rotate"
	if c.StaticRefresh {
		refresh = "static"
	}
	doc := map[string]any{
		"client_name": c.Name, "client_uri": c.HomeURL, "disabled": c.Disabled, "token_endpoint_auth_method": c.AuthMethod, "secrets": secrets,
		"redirect_uris": orNone(c.RedirectURIs), "post_logout_redirect_uris": orNone(c.PostLogoutRedirectURIs),
		"grant_types": orNone(c.GrantTypes), "scope": strings.Join(c.Scopes, " "), "audiences": orNone(c.Audiences),
		"consent": !c.SkipConsent, "pkce": cmp.Or(c.PKCE, PKCEAuto), "refresh": refresh, "introspect": c.Introspect,
		"access_token_ttl": own(c.AccessTokenTTL), "refresh_idle": own(c.RefreshIdle), "refresh_absolute": own(c.RefreshAbsolute),
		"require_acr": c.RequireLevel, "id_token_signed_response_alg": c.IDTokenAlg, "userinfo_signed_response_alg": c.UserinfoAlg,
		"access_token_signed_response_alg": c.AccessTokenAlg, "access_token_type": c.TokenType(), "id_token_claims": c.IDTokenClaims, "permissions": cmp.Or(c.Permissions, PermissionsNone), "any_localhost_port": c.AnyLocalhostPort,
	}
	if c.RequiresAssignments() {
		doc["require_roles"], doc["require_groups"] = orNone(c.RequireRoles), orNone(c.RequireGroups)
	}
	if !c.Told.Empty() {
		doc["roles"], doc["groups"], doc["claims"] = c.Told.Roles.document(), c.Told.Groups.document(), orNone(c.Told.Claims)
	}
	if c.Logo != "" {
		doc["logo_sha256"] = hex.EncodeToString(secret.Hash(c.Logo))
	}
	if c.JWKS != "" {
		doc["jwks_sha256"] = hex.EncodeToString(secret.Hash(c.JWKS))
	}
	return audit.Doc(doc)
}

// document shows a listing to the auditor; nil: it is not told.
func (l *Listing) document() any {
	if l.Claim == "" {
		return nil
	}
	return map[string]any{"claim": l.Claim, "format": cmp.Or(l.Format, FormatList), "prefix": l.Prefix, "filter": orNone(l.Only)}
}

// orNone is a list that is never null in JSON.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// own is a client's own limit as configuration would write it; none is empty.
func own(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return setting.FormatDuration(d)
}
