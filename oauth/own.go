package oauth

import (
	"context"
	"encoding/base64"
	"fmt"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// KeepOwn sees to it that a part of the house itself is a client, which has the secret text:
// it makes the client as c says where there is none, and mends one of that name that could
// not work. What an operator set besides stays as it is: a name, a stronger sign-in, and that
// it is disabled. Mostly it finds all as it should be, in memory. Of several at once one makes
// it. Faults: those of CreateClient and UpdateClient.
func (s *Service) KeepOwn(ctx context.Context, by audit.Actor, c Client, text string) error {
	found, err := s.Registry.Client(ctx, c.ID)
	if err == nil && s.works(found, &c, text) {
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("keep a client of the house: %w", err)
	}
	if err != nil {
		if _, _, err = s.create(ctx, by, c, s.keptOf(text, clock.Now()), text); err == nil {
			return nil
		}
		if fault.CodeOf(err) != "client.exists" {
			return fmt.Errorf("keep a client of the house: %w", err)
		}
	}
	if err := s.mend(ctx, by, &c, text); err != nil {
		return fmt.Errorf("keep a client of the house: %w", err)
	}
	return nil
}

// works reports whether a client that is there has what it cannot do without.
func (s *Service) works(found, c *Client, text string) bool {
	return covers(found.RedirectURIs, c.RedirectURIs) && covers(found.GrantTypes, c.GrantTypes) && covers(found.Scopes, c.Scopes) &&
		found.AuthMethod == c.AuthMethod && s.VerifySecret(found, text, clock.Now())
}

// mend gives a client what it cannot do without. Its secret is text alone: another one would
// be somebody else's way to be the house.
func (s *Service) mend(ctx context.Context, by audit.Actor, c *Client, text string) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Store.Client(ctx, c.ID)
		if err != nil || s.works(&old, c, text) {
			return err
		}
		mended := old
		mended.AuthMethod, mended.JWKS, mended.RedirectURIs = c.AuthMethod, "", c.RedirectURIs
		mended.GrantTypes, mended.Scopes, mended.Updated = c.GrantTypes, c.Scopes, clock.Now()
		mended.Secrets = []Secret{s.keptOf(text, mended.Updated)}
		if err := validate(&mended, s.Config()); err != nil {
			return err
		}
		if err := s.Store.UpdateClient(ctx, mended); err != nil {
			return err
		}
		return s.recordClient(ctx, by, ActionClientUpdate, c.ID, &old, &mended)
	})
}

// OwnSecret is the secret of a client of the house itself, derived from a key of the house.
func OwnSecret(key []byte) string { return SecretPrefix + base64.RawURLEncoding.EncodeToString(key) }
