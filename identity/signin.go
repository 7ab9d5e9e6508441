package identity

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/proof"
	"gatehouse/secret"
)

// CheckPassword returns the person whom login and password prove, and the proof.
// Unknown, wrong, disabled, without a password: each takes one hash, of a cost
// that accounts have, and gets the same answer, "signin.wrong" (Unauthenticated).
// "signin.throttled"
// (TooMany) says to wait, and is said about unknown people too. "password.busy"
// (Unavailable) means that nothing was tried or counted.
func (s *Service) CheckPassword(ctx context.Context, from audit.Actor, login, password string) (id.User, proof.Proof, error) {
	p, err := s.prove(ctx, from, login, password)
	if err != nil {
		return "", proof.Proof{}, err
	}
	return p.user.ID, byPassword(p.factor), nil
}

// candidate is whom a login names, and why they may not sign in.
type candidate struct {
	user   User
	hash   string       // as stored; empty: no password
	twin   string       // the hash of another account, see twinOf
	factor id.Factor    // the password's id
	reason audit.Reason // empty: nothing stands against them but the password
}

// prove is CheckPassword. The attempt is counted for the account and the address
// when a slot is sure, and before the hash: a hundred guesses at once count as a
// hundred, a shed one as none. From then on it goes on without the caller.
func (s *Service) prove(ctx context.Context, from audit.Actor, login, typed string) (candidate, error) {
	account := s.accountKey(login)
	if err := s.mayTry(ctx, account, from.IP); err != nil {
		return candidate{}, of(err, account)
	}
	ticket, err := s.Hasher.Enter(ctx, account)
	if err != nil {
		return candidate{}, err
	}
	defer ticket.Leave()
	ctx, cancel := outlast(ctx)
	defer cancel()
	counted, err := s.reserveBoth(ctx, account, from.IP)
	if err != nil {
		return candidate{}, of(err, account)
	}
	c, err := s.candidate(ctx, login)
	if err != nil {
		return candidate{}, fmt.Errorf("check password: %w", err)
	}
	ok, stale, err := ticket.Verify(ctx, c.hash, c.twin, typed)
	if err != nil {
		return candidate{}, errors.Join(fmt.Errorf("check password: %w", err), s.untried(ctx, counted))
	}
	if !ok || c.reason != "" {
		return candidate{}, s.refuse(ctx, from, c, account)
	}
	if stale {
		if c.hash, err = s.renew(ctx, ticket, c, typed); err != nil {
			return candidate{}, fmt.Errorf("renew password hash: %w", err)
		}
	}
	return c, s.proved(ctx, counted)
}

// candidate asks the store the same questions whoever is asked for.
func (s *Service) candidate(ctx context.Context, login string) (candidate, error) {
	c := candidate{}
	u, err := s.Store.UserByEmail(ctx, Canonical(login))
	if fault.Is(err, fault.NotFound) {
		u, c.reason = User{ID: "usr_nobody"}, ReasonUnknown
	} else if err != nil {
		return c, err
	}
	p, err := s.Store.Password(ctx, u.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return c, err
	}
	if c.twin, err = s.Store.PasswordHashFrom(ctx, s.twinOf(login)); err != nil {
		return c, err
	}
	c.user, c.hash, c.factor = u, p.Hash, p.ID
	switch {
	case c.reason != "":
	case p.Hash == "":
		c.reason = ReasonNoPassword
	case u.Disabled:
		c.reason = ReasonDisabled
	}
	return c, nil
}

// twinOf is where among the accounts a login would stand if it were one: the next
// account from there on is its twin. A login that nobody has costs what its twin's
// does, always the same, and another cost when the twin's hash is made anew. So
// after a change of the cost those that nobody has are as mixed as the accounts.
func (s *Service) twinOf(login string) id.User {
	return id.UserAt([id.Bytes]byte(secret.MAC(s.Keeper.Key("twins"), Canonical(login))))
}

// refuse leaves a trace, and answers the same for
// everybody. The name that was typed is not kept: it may be a password in the
// wrong field.
func (s *Service) refuse(ctx context.Context, from audit.Actor, c candidate, account string) error {
	e := audit.Event{Actor: from, Action: ActionSigninRefuse, Outcome: audit.Refused, Reason: c.reason}
	if c.reason != ReasonUnknown {
		e.Target, e.User = audit.OfUser(c.user.ID), c.user.ID
	}
	if e.Reason == "" {
		e.Reason = ReasonWrong
	}
	if err := s.Audit.Record(ctx, e); err != nil {
		return fmt.Errorf("record refused sign-in: %w", err)
	}
	who := account
	if e.User != "" {
		who = string(e.User)
	}
	return of(fault.New(fault.Unauthenticated, "signin.wrong", "Email or password is wrong."), string(e.Reason)+", "+who)
}

// of returns a refusal that tells the log, and nobody else, whom it is about: by
// id, or by the MAC of the name that was typed.
func of(err error, who string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Err != nil {
		return err
	}
	told := *f
	told.Err = errors.New(who)
	return &told
}

// renew stores the same password at the cost in force, unless it was changed
// meanwhile. It returns the hash that is stored.
func (s *Service) renew(ctx context.Context, t *password.Ticket, c candidate, typed string) (string, error) {
	hash, err := t.Hash(ctx, typed)
	if err != nil {
		return "", err
	}
	stored := c.hash
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.HoldUser(ctx, c.user.ID); err != nil {
			return err
		}
		p, err := s.Store.Password(ctx, c.user.ID)
		if err != nil || p.Hash != c.hash {
			return err
		}
		p.Hash, stored = hash, hash
		return s.Store.PutPassword(ctx, p)
	})
	return stored, err
}
