package access

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// serviceKeyStore keeps keys.
type serviceKeyStore interface {
	InsertServiceKey(ctx context.Context, k KeyRecord) error
	ServiceKey(ctx context.Context, key id.ServiceKey) (KeyRecord, error)
	// RevokeServiceKey reports whether it was not revoked before.
	RevokeServiceKey(ctx context.Context, key id.ServiceKey, now time.Time, by string) (bool, error)
	// ServiceKeysOf lists all of an account, those that are over too, the newest
	// first, at most limit.
	ServiceKeysOf(ctx context.Context, account string, limit int) ([]KeyRecord, error)
	// DropServiceKeys removes those of an account that were over before, and returns
	// how many.
	DropServiceKeys(ctx context.Context, account string, before time.Time) (int64, error)
	// PersonalTokensOf and DropPersonalTokens are the same for a person.
	PersonalTokensOf(ctx context.Context, user id.User, limit int) ([]KeyRecord, error)
	DropPersonalTokens(ctx context.Context, user id.User, before time.Time) (int64, error)
}

// KeyRecord is a key of a service account, or a personal access token, as it is kept.
// Those that are over are told of for 90 days.
type KeyRecord struct {
	ID    id.ServiceKey
	Owner string  // the service account,
	User  id.User // or the person
	Name  string
	// Permissions are what a personal token may be used for, as far as its person may do
	// it; a key of a service account has none, and does whatever that may.
	Permissions []Pattern
	MAC         []byte
	ExpiresAt   time.Time // zero: never
	Created     time.Time
	CreatedBy   string    // the actor, as "console:root"
	Revoked     time.Time // zero: nobody ended it
	RevokedBy   string
	Used        time.Time // when it was last good for something, to the minute or so; zero: never
}

// Ends returns when the key is over: at its own end, or when somebody ended it. The
// zero time is never.
func (k *KeyRecord) Ends() time.Time {
	if k.Revoked.IsZero() || !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(k.Revoked) {
		return k.ExpiresAt
	}
	return k.Revoked
}

// OverAt reports whether the key is over at now.
func (k *KeyRecord) OverAt(now time.Time) bool {
	end := k.Ends()
	return !end.IsZero() && !now.Before(end)
}

func (k *KeyRecord) decided() Key {
	return Key{ID: k.ID, Owner: k.subject(), MAC: k.MAC, Window: Window{ExpiresAt: k.Ends()}, Limit: k.Permissions}
}

// subject is whose key it is.
func (k *KeyRecord) subject() Subject {
	if k.User != "" {
		return Subject{User, string(k.User)}
	}
	return Subject{ServiceAccount, k.Owner}
}

// CreateServiceKey gives an account one more key, and returns it with its text, which
// nobody sees again; of k it looks at Owner, Name and ExpiresAt. Faults: Invalid
// "servicekey.invalid" with the fields, NotFound, Conflict "access.full".
func (s *Service) CreateServiceKey(ctx context.Context, by audit.Actor, k KeyRecord) (KeyRecord, string, error) {
	text, now := "", clock.Now()
	err := s.alter(ctx, by, "create a key", func(ctx context.Context, t *touched, g *giver) error {
		t.principal(Subject{ServiceAccount, k.Owner}, false)
		if _, err := s.ServiceAccount(ctx, k.Owner); err != nil {
			return err
		}
		if err := s.takeOver(ctx, g, Subject{ServiceAccount, k.Owner}, k.ExpiresAt); err != nil {
			return err
		}
		var err error
		text, err = s.createKey(ctx, by, &k, now)
		return err
	})
	if err != nil {
		return KeyRecord{}, "", err
	}
	return k, text, nil
}

// createKey completes k and keeps it, in a change.
func (s *Service) createKey(ctx context.Context, by audit.Actor, k *KeyRecord, now time.Time) (text string, err error) {
	k.ID, k.Created, k.CreatedBy, k.ExpiresAt = id.NewServiceKey(), now, actor(by), clock.Cut(k.ExpiresAt)
	k.Revoked, k.RevokedBy, k.Used = time.Time{}, "", time.Time{}
	var p problems
	if k.Name == "" {
		p.add("name", "is missing: say what the key is for")
	}
	p.text("name", k.Name, maxKeyName)
	p.window(Window{ExpiresAt: k.ExpiresAt}, now)
	if err := p.err("servicekey.invalid", "The key cannot be made so."); err != nil {
		return "", err
	}
	if err := s.roomForKey(ctx, k, now); err != nil {
		return "", err
	}
	text, k.MAC = s.Keys.Mint(k.ID)
	if err := s.Store.InsertServiceKey(ctx, *k); err != nil {
		return "", err
	}
	return text, s.record(ctx, by, ActionKeyCreate, KindServiceKey, string(k.ID), nil, k.document())
}

// roomForKey refuses one key too many of its account or person, and drops those of them
// that are not told of any more, or that are over where those stand in the way.
func (s *Service) roomForKey(ctx context.Context, k *KeyRecord, now time.Time) error {
	all, err := s.keysLike(ctx, k)
	if err != nil {
		return err
	}
	before, living, kept := now.Add(-told), 0, 0
	for i := range all {
		if !all[i].OverAt(before) {
			kept++
		}
		if !all[i].OverAt(now) {
			living++
		}
	}
	if living >= MaxKeysOf {
		return full("keys of one service account or person", MaxKeysOf)
	}
	if kept >= MaxOldKeysOf { // those that are over make room
		before = now
	}
	return s.dropKeys(ctx, k, before)
}

// keysLike are the keys of the owner of k.
func (s *Service) keysLike(ctx context.Context, k *KeyRecord) ([]KeyRecord, error) {
	if k.User != "" {
		return s.Store.PersonalTokensOf(ctx, k.User, MaxOldKeysOf)
	}
	return s.Store.ServiceKeysOf(ctx, k.Owner, MaxOldKeysOf)
}

// dropKeys removes those of the owner of k that were over before.
func (s *Service) dropKeys(ctx context.Context, k *KeyRecord, before time.Time) error {
	drop := func() (int64, error) { return s.Store.DropServiceKeys(ctx, k.Owner, before) }
	if k.User != "" {
		drop = func() (int64, error) { return s.Store.DropPersonalTokens(ctx, k.User, before) }
	}
	_, err := drop()
	return err
}

// RevokeServiceKey ends a key of somebody now; the zero Subject is for a key of whomever.
// It is told of with who ended it. The key of somebody else is as one that never was:
// whoever may end the keys of one learns nothing of another's. Faults: NotFound
// "servicekey.not_found", Conflict "servicekey.over".
func (s *Service) RevokeServiceKey(ctx context.Context, by audit.Actor, of Subject, name id.ServiceKey) (k KeyRecord, err error) {
	err = s.alter(ctx, by, "revoke a key", func(ctx context.Context, t *touched, _ *giver) error {
		now := clock.Now()
		k, err = s.Store.ServiceKey(ctx, name)
		if err == nil && of != (Subject{}) && k.subject() != of {
			err = fault.Missing("servicekey")
		}
		if fault.Is(err, fault.NotFound) {
			return fault.Wrap(err, fault.NotFound, "servicekey.not_found", "There is no such key.")
		}
		if err != nil {
			return err
		}
		if k.OverAt(now) {
			return fault.New(fault.Conflict, "servicekey.over", "This key was over at "+k.Ends().UTC().Format(time.RFC3339)+".")
		}
		t.principal(k.subject(), false)
		before := k.document()
		k.Revoked, k.RevokedBy = now, actor(by)
		if _, err := s.Store.RevokeServiceKey(ctx, name, now, k.RevokedBy); err != nil {
			return err
		}
		return s.record(ctx, by, ActionKeyRevoke, KindServiceKey, string(name), before, nil)
	})
	return k, err
}

// ServiceKeys returns the keys of an account, the newest first, those that are over
// too while they are told of. NotFound "service.not_found".
func (s *Service) ServiceKeys(ctx context.Context, account string) ([]KeyRecord, error) {
	if _, err := s.ServiceAccount(ctx, account); err != nil {
		return nil, err
	}
	all, err := s.Store.ServiceKeysOf(ctx, account, MaxOldKeysOf)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return all, nil
}

func (k *KeyRecord) document() map[string]any {
	doc := map[string]any{"name": k.Name}
	if k.User != "" {
		doc["user"], doc["permissions"] = k.User, patternTexts(k.Permissions)
	} else {
		doc["service"] = k.Owner
	}
	if !k.ExpiresAt.IsZero() {
		doc["expires_at"] = k.ExpiresAt
	}
	return doc
}
