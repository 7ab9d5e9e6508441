package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

const (
	// LinkLife is how long a link for a first password is good.
	LinkLife = 72 * time.Hour
	// maxLinkToken is longer than a token of one is, in bytes.
	maxLinkToken = 128
)

// Link is what a person who has no password sets their first one by.
type Link struct {
	User  User
	Token string
	Until time.Time
}

// PasswordLink makes the one-time token by which a person who has no password sets their
// first one, good for LinkLife. The token of before is good no more. The person must be in
// the revision rev, unless that is 0. Faults: "user.has_password" (Conflict), "user.changed"
// (Conflict: the revision is another), NotFound, those of Guard.
func (s *Service) PasswordLink(ctx context.Context, by audit.Actor, user id.User, rev int64) (Link, error) {
	code, now := secret.Token(32), clock.Now()
	l := Link{Token: string(user) + "." + code, Until: now.Add(LinkLife)}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if l.User, err = s.Store.HoldUser(ctx, user); err != nil {
			return err
		}
		if err := l.User.seenAs(rev); err != nil {
			return err
		}
		if err := s.Guard.MayTakeOver(ctx, by, user); err != nil {
			return err
		}
		has, err := s.hasPassword(ctx, user)
		if err == nil && has {
			err = fault.New(fault.Conflict, "user.has_password", "This person has a password already.")
		}
		if err != nil {
			return err
		}
		if _, err := s.Store.PutMark(ctx, linkKind(user), secret.Hash(code), l.Until, now, true); err != nil {
			return err
		}
		return s.record(ctx, by, ActionPasswordLink, user, nil, map[string]any{"until": l.Until})
	})
	if err != nil {
		return Link{}, fmt.Errorf("make a link for a first password: %w", err)
	}
	return l, nil
}

// linkKind is the mark of a link. One is alive of each person.
func linkKind(user id.User) string { return "first-password:" + string(user) }

func (s *Service) hasPassword(ctx context.Context, user id.User) (bool, error) {
	_, err := s.Store.Password(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Welcome returns the person who may set their first password by token: "password.link"
// (Forbidden) for one that is spent, too old or none, and where the person has a password
// meanwhile or is disabled. It uses nothing up.
func (s *Service) Welcome(ctx context.Context, token string) (User, error) {
	name, code, _ := strings.Cut(token, ".")
	user := id.UserOf(name)
	if len(token) > maxLinkToken || user == "" {
		return User{}, errPasswordLink()
	}
	good, err := s.Store.HasMark(ctx, linkKind(user), secret.Hash(code), clock.Now())
	if err != nil {
		return User{}, fmt.Errorf("check a link for a first password: %w", err)
	}
	if !good {
		return User{}, errPasswordLink()
	}
	u, err := s.Store.User(ctx, user)
	if err == nil {
		err = s.welcomes(ctx, &u)
	}
	if fault.Is(err, fault.NotFound) {
		return User{}, errPasswordLink()
	}
	if err != nil {
		return User{}, fmt.Errorf("check a link for a first password: %w", err)
	}
	return u, nil
}

// welcomes refuses the link of somebody who has a password, or is disabled.
func (s *Service) welcomes(ctx context.Context, u *User) error {
	has, err := s.hasPassword(ctx, u.ID)
	if err == nil && (has || u.Disabled) {
		err = errPasswordLink()
	}
	return err
}

// FirstPassword sets the first password of a person and uses the token up. Of several calls at
// once exactly one succeeds. Faults as of Welcome, "password.weak" (Invalid) and "password.busy"
// (Unavailable); these two leave the token alive.
func (s *Service) FirstPassword(ctx context.Context, from audit.Actor, token, password string) (User, error) {
	u, err := s.Welcome(ctx, token)
	if err != nil {
		return User{}, err
	}
	hash, err := s.newHash(ctx, u, password)
	if err != nil {
		return User{}, fmt.Errorf("set a first password: %w", err)
	}
	_, code, _ := strings.Cut(token, ".")
	from.Kind, from.ID = audit.Person, string(u.ID)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		is, err := s.Store.HoldUser(ctx, u.ID)
		if err == nil {
			err = s.welcomes(ctx, &is)
		}
		if err != nil {
			return err
		}
		spent, err := s.Store.SpendMark(ctx, linkKind(u.ID), secret.Hash(code), clock.Now())
		if err == nil && !spent {
			err = errPasswordLink()
		}
		if err != nil {
			return err
		}
		return s.putPassword(ctx, from, newPassword(u.ID, hash, clock.Now()), "", ActionPasswordFirst)
	})
	if fault.Is(err, fault.NotFound) { // deleted meanwhile
		return User{}, errPasswordLink()
	}
	if err != nil {
		return User{}, fmt.Errorf("set a first password: %w", err)
	}
	return u, nil
}

func errPasswordLink() error {
	return fault.New(fault.Forbidden, "password.link", "This link is not good any more. Whoever gave it to you can make another one.")
}
