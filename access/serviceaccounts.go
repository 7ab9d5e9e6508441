package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// serviceAccountStore keeps service accounts.
type serviceAccountStore interface {
	// InsertServiceAccount answers Conflict "service.exists", UpdateServiceAccount,
	// which writes Description and Disabled, "access.changed".
	// DeleteServiceAccount removes its keys too.
	InsertServiceAccount(ctx context.Context, a ServiceAccountRecord) error
	UpdateServiceAccount(ctx context.Context, a ServiceAccountRecord) error
	DeleteServiceAccount(ctx context.Context, name string) error
	ServiceAccounts(ctx context.Context) ([]ServiceAccountRecord, error)
}

// ServiceAccountRecord is a program that acts for itself, with keys instead of a
// sign-in, as it is kept. No client and no person has its id.
type ServiceAccountRecord struct {
	ID, Description string
	Disabled        bool
	Created         time.Time
	CreatedBy       string // the actor, as "console:root"
	Updated         time.Time
	Rev             int64 // counts the changes; the first is 1
}

// NewServiceAccount is what a service account begins with.
type NewServiceAccount struct {
	ServiceAccountRecord
	Role   string    // that it is granted, everywhere; "" for none
	Until  time.Time // when the grant and the first key end; zero: never
	Reason string    // why it is there
	NoKey  bool      // it is given one later
}

// Begun is a service account with what it was made with.
type Begun struct {
	ServiceAccountRecord
	Key   KeyRecord
	Text  string      // of the key, which nobody sees again
	Grant GrantRecord // the zero GrantRecord when no role was given
}

// CreateServiceAccount adds a service account with its first key, if it is to have one, and a grant of a
// role if one is named. Faults: Invalid "service.invalid" and "grant.invalid" with the
// fields, NotFound for a role that there is not, Conflict "service.exists", also when
// a client has the id, "access.full".
func (s *Service) CreateServiceAccount(ctx context.Context, by audit.Actor, n NewServiceAccount) (b Begun, err error) {
	now := clock.Now()
	a := n.ServiceAccountRecord
	a.Disabled, a.Created, a.CreatedBy, a.Updated, a.Rev = false, now, actor(by), now, 1
	if err := a.check(n.Reason); err != nil {
		return Begun{}, err
	}
	err = s.alter(ctx, by, "create a service account", func(ctx context.Context, t *touched, g *giver) error {
		b = Begun{ServiceAccountRecord: a}
		return s.begin(ctx, t, g, n, &b, now)
	})
	if err != nil {
		return Begun{}, err
	}
	return b, nil
}

// begin keeps a service account with what it begins with.
func (s *Service) begin(ctx context.Context, t *touched, g *giver, n NewServiceAccount, b *Begun, now time.Time) (err error) {
	t.principal(Subject{ServiceAccount, b.ID}, false)
	if n.Role != "" {
		b.Grant = n.grant(g.by, now)
		if err := b.Grant.check(now); err != nil {
			return err
		}
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		if err := mayGive(ctx, g, k, &b.Grant, now); err != nil {
			return err
		}
	}
	if err := s.insertServiceAccount(ctx, g.by, &b.ServiceAccountRecord, n.Reason); err != nil {
		return err
	}
	if !n.NoKey {
		b.Key = KeyRecord{Owner: b.ID, Name: "first", ExpiresAt: n.Until}
		if b.Text, err = s.createKey(ctx, g.by, &b.Key, now); err != nil {
			return err
		}
	}
	if n.Role == "" {
		return nil
	}
	return s.keepGrant(ctx, t, g.by, &b.Grant, now)
}

// grant is what the account is granted with.
func (n *NewServiceAccount) grant(by audit.Actor, now time.Time) GrantRecord {
	return newGrant(by, Grant{
		Subject: Subject{ServiceAccount, n.ID}, Effect: Allow, Role: n.Role, Where: Where{Place: Everywhere},
		Window: Window{ExpiresAt: clock.Cut(n.Until)}, Reason: cmp.Or(n.Reason, "Given with the service account"),
	}, now)
}

func (a *ServiceAccountRecord) check(reason string) error {
	var p problems
	p.id("id", a.ID)
	if id.IsReserved(a.ID) || strings.HasPrefix(a.ID, "cli_") {
		p.add("id", "must not begin as ids that Gatehouse gives")
	}
	p.text("description", a.Description, maxDescription)
	p.text("reason", reason, maxReason)
	return p.err("service.invalid", "The service account cannot be used so.")
}

func (s *Service) insertServiceAccount(ctx context.Context, by audit.Actor, a *ServiceAccountRecord, reason string) error {
	all, err := s.Store.ServiceAccounts(ctx)
	if err != nil {
		return err
	}
	if len(all) >= MaxServices {
		return full("service accounts", MaxServices)
	}
	taken, err := s.People.HasClient(ctx, a.ID)
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "service.exists", fmt.Sprintf("The id is taken: there is an application %q already, and what is written of one would be read of the other.", a.ID))
	}
	if err := s.Store.InsertServiceAccount(ctx, *a); err != nil {
		return err
	}
	return s.record(ctx, by, ActionServiceCreate, KindService, a.ID, nil, a.because(reason))
}

// Free answers Conflict "service.exists" where a service account has the id of a
// client. Call it in the transaction that makes the client, once the version of
// clients is held there: of the two that are made at once, one is kept.
func (s *Service) Free(ctx context.Context, client id.Client) error {
	_, err := s.ServiceAccount(ctx, string(client))
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "service.exists", fmt.Sprintf("The id is taken: there is a service account %q already, and what is written of one would be read of the other.", client))
	case fault.Is(err, fault.NotFound):
		return nil
	}
	return err
}

// UpdateServiceAccount replaces the description of a service account. Faults: Invalid
// "service.invalid", NotFound, and Conflict "access.changed" when a.Rev is set and is
// not what the store has.
func (s *Service) UpdateServiceAccount(ctx context.Context, by audit.Actor, a ServiceAccountRecord) (ServiceAccountRecord, error) {
	if err := described("service.invalid", "The service account cannot be used so.", a.Description); err != nil {
		return ServiceAccountRecord{}, err
	}
	err := s.alter(ctx, by, "update a service account", func(ctx context.Context, t *touched, _ *giver) error {
		t.principal(Subject{ServiceAccount, a.ID}, false)
		was, err := s.ServiceAccount(ctx, a.ID)
		if err != nil {
			return err
		}
		is := was
		if is.Description, is.Updated = a.Description, clock.Now(); a.Rev != 0 {
			is.Rev = a.Rev
		}
		if err := s.Store.UpdateServiceAccount(ctx, is); err != nil {
			return err
		}
		is.Rev++
		a = is
		return s.record(ctx, by, ActionServiceUpdate, KindService, a.ID, was.document(), a.document())
	})
	if err != nil {
		return ServiceAccountRecord{}, err
	}
	return a, nil
}

// DisableServiceAccount lets an account do nothing, and its keys open nothing, until
// it is enabled again. What is so already stays as it is. NotFound.
func (s *Service) DisableServiceAccount(ctx context.Context, by audit.Actor, name, reason string) (ServiceAccountRecord, error) {
	return s.setDisabled(ctx, by, name, reason, true)
}

// EnableServiceAccount gives back what DisableServiceAccount took. NotFound.
func (s *Service) EnableServiceAccount(ctx context.Context, by audit.Actor, name, reason string) (ServiceAccountRecord, error) {
	return s.setDisabled(ctx, by, name, reason, false)
}

func (s *Service) setDisabled(ctx context.Context, by audit.Actor, name, reason string, disabled bool) (a ServiceAccountRecord, err error) {
	if err := checkReason(reason); err != nil {
		return ServiceAccountRecord{}, err
	}
	err = s.alter(ctx, by, "change a service account", func(ctx context.Context, t *touched, g *giver) error {
		t.principal(Subject{ServiceAccount, name}, disabled)
		if a, err = s.ServiceAccount(ctx, name); err != nil || a.Disabled == disabled {
			return err
		}
		if !disabled {
			if err := s.takeOver(ctx, g, Subject{ServiceAccount, name}, time.Time{}); err != nil {
				return err
			}
		}
		before := a.document()
		a.Disabled, a.Updated = disabled, clock.Now()
		if err := s.Store.UpdateServiceAccount(ctx, a); err != nil {
			return err
		}
		a.Rev++
		action := ActionServiceEnable
		if disabled {
			action = ActionServiceDisable
		}
		return s.record(ctx, by, action, KindService, a.ID, before, a.because(reason))
	})
	return a, err
}

// DeleteServiceAccount removes an account with its keys. What it was granted ends,
// and its memberships too. Faults: NotFound, Conflict "service.in_use".
func (s *Service) DeleteServiceAccount(ctx context.Context, by audit.Actor, name, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.alter(ctx, by, "delete a service account", func(ctx context.Context, t *touched, _ *giver) error {
		a, err := s.ServiceAccount(ctx, name)
		if err != nil {
			return err
		}
		if err := s.endAllOf(ctx, by, t, Subject{ServiceAccount, name}); err != nil {
			return err
		}
		if err := s.Store.DeleteServiceAccount(ctx, name); err != nil {
			return err
		}
		var after any
		if reason != "" {
			after = map[string]any{"reason": reason}
		}
		return s.record(ctx, by, ActionServiceDelete, KindService, name, a.document(), after)
	})
}

func checkReason(reason string) error {
	var p problems
	p.text("reason", reason, maxReason)
	return p.err("service.invalid", "The service account cannot be changed so.")
}

// ServiceAccount returns one of them; NotFound fault "service.not_found".
func (s *Service) ServiceAccount(ctx context.Context, name string) (ServiceAccountRecord, error) {
	if s.memo != nil {
		one, there := s.memo.draft.ServiceAccountNamed(name)
		return orMissing(one, there, "service")
	}
	all, err := s.Store.ServiceAccounts(ctx)
	if err != nil {
		return ServiceAccountRecord{}, fmt.Errorf("read a service account: %w", err)
	}
	i := slices.IndexFunc(all, func(a ServiceAccountRecord) bool { return a.ID == name })
	if i < 0 {
		return ServiceAccountRecord{}, fault.Missing("service")
	}
	return all[i], nil
}

// ServiceAccounts returns all of them, in the order of their ids.
func (s *Service) ServiceAccounts(ctx context.Context) ([]ServiceAccountRecord, error) {
	all, err := s.Store.ServiceAccounts(ctx)
	slices.SortFunc(all, func(a, b ServiceAccountRecord) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

func (a *ServiceAccountRecord) document() map[string]any {
	return map[string]any{"description": a.Description, "disabled": a.Disabled}
}

// because is the document with why it became so.
func (a *ServiceAccountRecord) because(reason string) map[string]any {
	doc := a.document()
	if reason != "" {
		doc["reason"] = reason
	}
	return doc
}
