package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
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
	maxLinkToken = 512
)

// Link is what a person who has no password sets their first one by.
type Link struct {
	User  User
	Token string
	Until time.Time
}

// PasswordLink makes the one-time token by which a person who has no password sets their
// first one, good for LinkLife while they are as they were (their address, that they may sign
// in) and whoever made it could still make it. The token of before is good no more. The person
// must be in the revision rev, unless that is 0. Faults: "user.has_password" (Conflict), "user.changed"
// (Conflict: the revision is another), NotFound, those of Guard.
func (s *Service) PasswordLink(ctx context.Context, by audit.Actor, user id.User, rev int64) (Link, error) {
	key, now := linkOf(user, by), clock.Now()
	l := Link{Token: key.String(), Until: now.Add(LinkLife)}
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
		if _, err := s.Store.PutMark(ctx, linkKind(user), key.hash(&l.User), l.Until, now, true); err != nil {
			return err
		}
		return s.record(ctx, by, ActionPasswordLink, user, nil, map[string]any{"until": l.Until})
	})
	if err != nil {
		return Link{}, fmt.Errorf("make a link for a first password: %w", err)
	}
	return l, nil
}

// OpenLink returns until when a link for somebody's first password is good, the zero time where
// there is none that may be.
func (s *Service) OpenLink(ctx context.Context, user id.User) (time.Time, error) {
	until, err := s.Store.MarkUntil(ctx, linkKind(user), clock.Now())
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a link for a first password: %w", err)
	}
	return until, nil
}

// RevokePasswordLink withdraws the link for somebody's first password. The person must be in the
// revision rev, unless that is 0. Faults: "password.no_link" (NotFound), "user.changed" (Conflict),
// NotFound for a person who is not there.
func (s *Service) RevokePasswordLink(ctx context.Context, by audit.Actor, user id.User, rev int64) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		u, err := s.Store.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		if err := u.seenAs(rev); err != nil {
			return err
		}
		dropped, err := s.Store.DropMark(ctx, linkKind(user), clock.Now())
		if err != nil {
			return err
		}
		if !dropped {
			return fault.New(fault.NotFound, "password.no_link", "There is no link for a first password of theirs that is good.")
		}
		return s.record(ctx, by, ActionPasswordUnlink, user, nil, nil)
	})
	if err != nil {
		return fmt.Errorf("withdraw a link for a first password: %w", err)
	}
	return nil
}

// linkKind is the mark of a link. One is alive of each person.
func linkKind(user id.User) string { return "first-password:" + string(user) }

// linkKey is what a token says: whose it is, and who made it. That is believed of one whose hash
// is kept, which is that of all of it.
type linkKey struct {
	user        id.User
	code, maker string
}

// maker is who made a link.
type maker struct {
	Kind audit.ActorKind `json:"k"`
	ID   string          `json:"i,omitempty"`
	Key  string          `json:"y,omitempty"`
}

func linkOf(user id.User, by audit.Actor) linkKey {
	text, err := json.Marshal(maker{by.Kind, by.ID, by.Key})
	if err != nil {
		panic(fmt.Sprintf("identity: %v", err)) // it is made of texts
	}
	return linkKey{user, secret.Token(32), base64.RawURLEncoding.EncodeToString(text)}
}

// parseLink reads what String wrote; anything else is no link that is good.
func parseLink(token string) (linkKey, error) {
	if len(token) > maxLinkToken {
		return linkKey{}, errPasswordLink()
	}
	name, rest, _ := strings.Cut(token, ".")
	code, maker, _ := strings.Cut(rest, ".")
	l := linkKey{id.UserOf(name), code, maker}
	if l.user == "" || l.String() != token {
		return linkKey{}, errPasswordLink()
	}
	return l, nil
}

func (l *linkKey) String() string { return string(l.user) + "." + l.code + "." + l.maker }

// hash is of the token and of the person as they are: another revision of them has another one.
func (l *linkKey) hash(u *User) []byte {
	return secret.Hash(l.String() + "." + strconv.FormatInt(u.Rev, 10))
}

// madeBy is who made the link, once its hash is known.
func (l *linkKey) madeBy() (by audit.Actor, err error) {
	text, err := base64.RawURLEncoding.DecodeString(l.maker)
	var m maker
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return audit.Actor{Kind: m.Kind, ID: m.ID, Key: m.Key}, err
}

func (s *Service) hasPassword(ctx context.Context, user id.User) (bool, error) {
	_, err := s.Store.Password(ctx, user)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Welcome returns the person who may set their first password by token: "password.link"
// (Forbidden) for one that is spent, too old or none, where the person has a password
// meanwhile, is disabled or was changed, and where whoever made it could not make it any more.
// It uses nothing up. That of a maker who could not make it is recorded as refused to from.
func (s *Service) Welcome(ctx context.Context, from audit.Actor, token string) (User, error) {
	l, err := parseLink(token)
	if err != nil {
		return User{}, err
	}
	u, err := s.whoseLink(ctx, &l, s.Store.User)
	if err != nil {
		return User{}, fmt.Errorf("check a link for a first password: %w", s.linkRefused(ctx, from, err))
	}
	return u, nil
}

// orphan is why a link that is alive is not good: whoever made it could not make it any more.
type orphan struct {
	user id.User
	err  error
}

func (o *orphan) Error() string { return fmt.Sprintf("the link of %s: %v", o.user, o.err) }
func (o *orphan) Unwrap() error { return o.err }

// linkRefused tells that an orphan was shown by whoever came, of whom nobody knows who they are, and
// returns err.
func (s *Service) linkRefused(ctx context.Context, from audit.Actor, err error) error {
	if o, ok := errors.AsType[*orphan](err); ok {
		from.Kind, from.ID = audit.Nobody, ""
		s.Refusals.Tell(ctx, audit.Event{Actor: from, Action: ActionPasswordFirst, Target: audit.OfUser(o.user), User: o.user, Reason: ReasonMaker})
	}
	return err
}

// whoseLink returns the person of a link that is good, by a way to read them.
func (s *Service) whoseLink(ctx context.Context, l *linkKey, read func(context.Context, id.User) (User, error)) (User, error) {
	u, err := read(ctx, l.user)
	if err == nil {
		err = s.checkLink(ctx, l, &u)
	}
	if fault.Is(err, fault.NotFound) {
		err = errPasswordLink()
	}
	return u, err
}

// checkLink refuses a link that is not alive, that of somebody who has a password or is disabled,
// and one whose maker is not to let them in.
func (s *Service) checkLink(ctx context.Context, l *linkKey, u *User) error {
	good, err := s.Store.HasMark(ctx, linkKind(u.ID), l.hash(u), clock.Now())
	if err != nil {
		return err
	}
	has, err := s.hasPassword(ctx, u.ID)
	if err != nil {
		return err
	}
	if !good || has || u.Disabled {
		return errPasswordLink()
	}
	by, err := l.madeBy()
	if err == nil {
		err = s.Guard.MayStillLetIn(ctx, by, u.ID)
	}
	if fault.Is(err, fault.Forbidden) {
		no := errPasswordLink()
		no.Err = &orphan{u.ID, err}
		return no
	}
	return err
}

// FirstPassword sets the first password of a person and uses the token up. Of several calls at
// once exactly one succeeds. Faults as of Welcome, "password.weak" (Invalid) and "password.busy"
// (Unavailable); these two leave the token alive.
func (s *Service) FirstPassword(ctx context.Context, from audit.Actor, token, password string) (User, error) {
	l, err := parseLink(token)
	if err != nil {
		return User{}, err
	}
	u, err := s.whoseLink(ctx, &l, s.Store.User)
	if err != nil {
		return User{}, fmt.Errorf("set a first password: %w", s.linkRefused(ctx, from, err))
	}
	hash, err := s.newHash(ctx, u, password)
	if err != nil {
		return User{}, fmt.Errorf("set a first password: %w", err)
	}
	as := from
	as.Kind, as.ID = audit.Person, string(u.ID)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		is, err := s.whoseLink(ctx, &l, s.Store.HoldUser)
		if err != nil {
			return err
		}
		return s.firstPassword(ctx, as, &l, &is, hash)
	})
	if err != nil {
		return User{}, fmt.Errorf("set a first password: %w", s.linkRefused(ctx, from, err))
	}
	return u, nil
}

// firstPassword spends the link of somebody who is held. Guesses of before at an account without
// a password keep nobody out of it.
func (s *Service) firstPassword(ctx context.Context, from audit.Actor, l *linkKey, u *User, hash string) error {
	spent, err := s.Store.SpendMark(ctx, linkKind(u.ID), l.hash(u), clock.Now())
	if err != nil {
		return err
	}
	if !spent {
		return errPasswordLink()
	}
	if err := s.putPassword(ctx, from, newPassword(u.ID, hash, clock.Now()), "", ActionPasswordFirst); err != nil {
		return err
	}
	return s.Store.ClearAttempts(ctx, s.accountKey(u.Email))
}

func errPasswordLink() *fault.Error {
	return fault.New(fault.Forbidden, "password.link", "This link is not good any more. Whoever gave it to you can make another one.")
}
