package oauth

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// FamilyFilter says of whom families are wanted: of a person, or else of a client.
type FamilyFilter struct {
	User   id.User
	Client id.Client
	After  FamilyCursor // only what follows that one in this order, which is older
}

// FamilyState is a family and what it rests on.
type FamilyState struct {
	Family
	Grounds
}

// lives reports whether the family may still bring something at now.
func (f *FamilyState) lives(now time.Time) bool { return !f.over(now) && !f.Grounds.ended() }

// FamilyCursor is a place in a list of families, newest first: behind the one that it
// names. The zero FamilyCursor is in front of all.
type FamilyCursor struct {
	Created time.Time
	ID      id.Family
}

// String returns c as ParseFamilyCursor reads it, "" for the zero FamilyCursor.
func (c FamilyCursor) String() string {
	if c == (FamilyCursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%s", c.Created.UnixMicro(), c.ID)
}

// ParseFamilyCursor reads what String wrote; ok is false for anything else.
func ParseFamilyCursor(s string) (c FamilyCursor, ok bool) {
	if s == "" {
		return c, true
	}
	created, name, _ := strings.Cut(s, ".")
	micros, err := strconv.ParseInt(created, 10, 64)
	if err != nil || !strings.HasPrefix(name, "fam_") {
		return c, false
	}
	return FamilyCursor{Created: time.UnixMicro(micros).UTC(), ID: id.Family(name)}, true
}

const (
	maxFamilies = 500 // on a page
	familyWalk  = 250 // how many are looked at for one page, those that are over among them
)

// Families returns a page of the refresh families that are alive, newest first, from 1 to
// 500 of them, and the place behind it, which is zero where none follows. A page may be
// short, and be followed by others, where many are over.
func (s *Service) Families(ctx context.Context, f FamilyFilter, limit int) (page []FamilyState, next FamilyCursor, err error) {
	if f.User == "" && f.Client == "" {
		return nil, next, fmt.Errorf("list refresh families: %w", errNobody)
	}
	limit = min(max(limit, 1), maxFamilies)
	now := clock.Now()
	for walked := 0; walked < familyWalk; {
		found, err := s.Store.Families(ctx, f, limit+1)
		if err != nil {
			return nil, next, fmt.Errorf("list refresh families: %w", err)
		}
		for i := range found {
			if found[i].lives(now) && len(page) == limit {
				return page, f.After, nil
			}
			if f.After = (FamilyCursor{found[i].Created, found[i].ID}); found[i].lives(now) {
				page = append(page, found[i])
			}
		}
		if walked += len(found); len(found) <= limit {
			return page, FamilyCursor{}, nil
		}
	}
	return page, f.After, nil
}

// EndFamily ends a refresh family of a person at an operator's wish, with all that came of
// the same authorization. What has ended already is left alone, which is no error.
// NotFound "family.not_found": the person has no such family.
func (s *Service) EndFamily(ctx context.Context, by audit.Actor, user id.User, family id.Family) error {
	f, grounds, err := s.Store.Family(ctx, family)
	if fault.Is(err, fault.NotFound) || err == nil && f.User != user {
		return fmt.Errorf("end a refresh family: %w", fault.Missing("family"))
	}
	if err != nil {
		return fmt.Errorf("read refresh family: %w", err)
	}
	if !f.RevokedAt.IsZero() || grounds.ended() {
		return nil
	}
	e := audit.Event{Actor: by, Action: ActionAuthorizationEnd, Target: OfAuthorization(f.Authorization.ID), User: f.User, Client: f.Client}
	return s.ending(ctx, e, func(ctx context.Context) error {
		return s.EndAuthorization(ctx, f.Authorization.ID, ReasonByOperator)
	})
}

// EndFamiliesOf ends all that applications hold of a person, at an operator's wish; browser
// sessions go on. They are why it reaches a second further than EndUser: a token of a
// sign-in of the same second dies with no session. One of a new sign-in within that
// second is refused too, as with WithdrawConsent.
func (s *Service) EndFamiliesOf(ctx context.Context, by audit.Actor, user id.User) error {
	if user == "" {
		return fmt.Errorf("end refresh families: %w", errNobody)
	}
	now := clock.Now()
	until := now.Add(inFlight)
	gone := Revocation{Kind: RevokedUser, Key: string(user), Before: until, Until: lastToken(until)}
	families := func(ctx context.Context) error { return s.Store.EndFamiliesOfUser(ctx, user, "", now) }
	e := audit.Event{Actor: by, Action: ActionAuthorizationsEnd, Target: audit.OfUser(user)}
	return s.ending(ctx, e, func(ctx context.Context) error { return s.end(ctx, families, gone) })
}

// EndTokensOf ends all that a client holds, of whomever, at an operator's wish: refresh tokens and
// access tokens, those of the next second too. People stay signed in at the house, and what they
// allowed the client stays.
func (s *Service) EndTokensOf(ctx context.Context, by audit.Actor, client id.Client) error {
	e := audit.Event{Actor: by, Action: ActionAuthorizationsEnd, Target: audit.OfClient(client), Client: client}
	return s.ending(ctx, e, func(ctx context.Context) error { return s.EndClient(ctx, client) })
}

// ending runs end and records it in e, in one transaction.
func (s *Service) ending(ctx context.Context, e audit.Event, end func(ctx context.Context) error) error {
	e.Reason = ReasonByOperator
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := end(ctx); err != nil {
			return err
		}
		return s.Audit.Record(ctx, e)
	})
	if err != nil {
		return fmt.Errorf("end refresh families: %w", err)
	}
	return nil
}
