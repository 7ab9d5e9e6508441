package access

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/id"
)

// maxPersonal is how long a personal token lives at most.
const maxPersonal = 366 * 24 * time.Hour

// CreatePersonalToken gives a person a token for their own programs, and returns it with
// its text, which nobody sees again. Of k it looks at User, Name, Permissions and
// ExpiresAt, all of which are needed. The token may be used for what the person may do at
// that moment, of these permissions; it proves no factor. Faults: Invalid
// "servicekey.invalid" with the fields, "permission.unknown", NotFound for the person,
// Conflict "access.full", and Forbidden "access.not_held" where somebody else makes it who
// may not do all that the person may.
func (s *Service) CreatePersonalToken(ctx context.Context, by audit.Actor, k KeyRecord) (KeyRecord, string, error) {
	text, now := "", clock.Now()
	k.Owner = ""
	if err := k.checkPersonal(now); err != nil {
		return KeyRecord{}, "", err
	}
	owner := Subject{User, string(k.User)}
	err := s.alter(ctx, by, "create a personal token", func(ctx context.Context, t *touched, g *giver) error {
		t.principal(owner, false)
		if err := s.People.Known(ctx, owner); err != nil {
			return err
		}
		if owner != principalOf(by) || personal(by) {
			if err := s.takeOver(ctx, g, owner, k.ExpiresAt); err != nil {
				return err
			}
		}
		known, err := s.known(ctx)
		if err != nil {
			return err
		}
		var p problems
		if unknown := known.checkPatterns("permissions", k.Permissions, &p); unknown != nil {
			return p.errOr(unknown, "", "")
		}
		text, err = s.createKey(ctx, by, &k, now)
		return err
	})
	if err != nil {
		return KeyRecord{}, "", err
	}
	return k, text, nil
}

// checkPersonal finds what is wrong with a token by itself.
func (k *KeyRecord) checkPersonal(now time.Time) error {
	var p problems
	switch {
	case k.ExpiresAt.IsZero():
		p.add("expires_at", "is missing: a personal token ends")
	case k.ExpiresAt.After(now.Add(maxPersonal)):
		p.add("expires_at", "must be within 366 days")
	}
	if n := len(k.Permissions); n == 0 || n > MaxScopeParts {
		p.add("permissions", "must be from 1 to %d", MaxScopeParts)
	}
	return p.err("servicekey.invalid", "The token cannot be made so.")
}

// PersonalTokens returns the tokens of a person, the newest first, those that are over
// too while they are told of. NotFound.
func (s *Service) PersonalTokens(ctx context.Context, user id.User) ([]KeyRecord, error) {
	if err := s.People.Known(ctx, Subject{User, string(user)}); err != nil {
		return nil, err
	}
	all, err := s.Store.PersonalTokensOf(ctx, user, MaxOldKeysOf)
	if err != nil {
		return nil, fmt.Errorf("list personal tokens: %w", err)
	}
	return all, nil
}
