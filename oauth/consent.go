package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Consent returns what user has allowed client; NotFound when nothing.
func (s *Service) Consent(ctx context.Context, user id.User, client id.Client) (Consent, error) {
	c, err := s.Store.Consent(ctx, user, client)
	if err != nil {
		return Consent{}, fmt.Errorf("read a consent: %w", err)
	}
	return c, nil
}

// ConsentsOf returns all that user has allowed.
func (s *Service) ConsentsOf(ctx context.Context, user id.User) ([]Consent, error) {
	list, err := s.Store.ConsentsOf(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}

// GiveConsent adds scopes to what user has allowed client.
func (s *Service) GiveConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client, scopes []string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		now := clock.Now()
		c, err := s.Store.Consent(ctx, user, client)
		if fault.Is(err, fault.NotFound) {
			c, err = Consent{User: user, Client: client, Created: now}, nil
		}
		if err != nil {
			return err
		}
		before := c.Scopes
		c.Scopes, c.Updated = merge(before, scopes), now
		if err := s.Store.PutConsent(ctx, c); err != nil {
			return err
		}
		return s.recordConsent(ctx, by, ActionConsentGive, c, before, c.Scopes)
	})
	if err != nil {
		return fmt.Errorf("give consent: %w", err)
	}
	return nil
}

func merge(have, more []string) []string {
	all := slices.Clone(have)
	for _, scope := range more {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}

// WithdrawConsent takes back all that user has allowed client: the consent, the
// refresh families, and the access tokens issued up to now and, by another
// process, within the next second. It does so as well
// for a client that needed no consent. A token of a new sign-in within that
// second is refused too, since tokens tell the second only. NotFound, and
// nothing is written: there is neither such a consent nor such a client.
func (s *Service) WithdrawConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client) error {
	if user == "" {
		return fmt.Errorf("withdraw consent: %w", errNobody)
	}
	if !ValidClientID(client) {
		return fmt.Errorf("withdraw consent: %w", fault.Missing("client"))
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.Consent(ctx, user, client)
		now := clock.Now() // the person is held: what was given to the client was given before
		switch {
		case fault.Is(err, fault.NotFound):
			if _, err := s.Store.Client(ctx, client); err != nil {
				return err
			}
			c = Consent{User: user, Client: client}
		case err != nil:
			return err
		default:
			if err := s.Store.DeleteConsent(ctx, user, client); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		gone := Revocation{Kind: RevokedConsent, Key: audit.OfConsent(user, client).ID, Before: now.Add(inFlight), Until: lastToken(now)}
		families := func(ctx context.Context) error {
			return s.Store.EndFamiliesOfConsent(ctx, user, client, ReasonConsentWithdrawn, now)
		}
		if err := s.end(ctx, families, gone); err != nil {
			return err
		}
		return s.recordConsent(ctx, by, ActionConsentWithdraw, c, c.Scopes, nil)
	})
	if err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	return nil
}

// recordConsent tells what user allowed client before and what after.
func (s *Service) recordConsent(ctx context.Context, by audit.Actor, action audit.Action, c Consent, before, after []string) error {
	return s.Audit.Record(ctx, audit.Event{
		Actor: by, Action: action, Target: audit.OfConsent(c.User, c.Client), User: c.User, Client: c.Client,
		Before: allowed(before), After: allowed(after),
	})
}

func allowed(scopes []string) json.RawMessage {
	if scopes == nil {
		return nil
	}
	return audit.Doc(map[string]any{"scope": strings.Join(scopes, " ")})
}
