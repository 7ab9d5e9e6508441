package identity

import (
	"context"
	"fmt"
	"time"

	"gatehouse/id"
)

// MaxUserPage is how many people one question answers at most.
const MaxUserPage = 500

// UserFilter narrows a list of people and says where it goes on. Without a search
// they come in the order of their emails; with one, first those whose email
// begins with it, then, in the order of their names, the others whose name
// does, and then, in the order of their words, those of whom a later part does (WordsOf).
type UserFilter struct {
	Search    string    // what the email, the name or a later part of them begins with
	State     UserState // only those
	Created   bool      // in the order in which they were created; not with a search
	SignedIn  bool      // in the order in which they signed in last, never first; not with a search
	Backwards bool      // in the opposite order; not with a search
	// SignedInBefore is of those who did not sign in from then on, never ones among them;
	// zero: all.
	SignedInBefore time.Time
	SecondFactor   *bool      // of those who have one, or have none; nil: all
	HasPassword    *bool      // likewise
	After          UserCursor // only what comes behind it
	Limit          int        // at most MaxUserPage; zero: 100
	// Sees says yes to those who may be seen; nil: all. A store does not ask it.
	Sees func(*User) bool
}

// limit is how many there are on a page at most.
func (f *UserFilter) limit() int {
	if f.Limit <= 0 {
		return 100
	}
	return min(f.Limit, MaxUserPage)
}

// UserState says whether somebody may sign in. The zero UserState is either.
type UserState string

// The states.
const (
	UserActive   UserState = "active"
	UserDisabled UserState = "disabled"
)

// has reports whether a person is in the state that is asked for, and may be seen. By what they
// prove who they are is not looked at.
func (f *UserFilter) has(u *User) bool {
	return (f.State == "" || u.Disabled == (f.State == UserDisabled)) && !f.tooLate(u) && (f.Sees == nil || f.Sees(u))
}

// tooLate reports whether u signed in too late for f.
func (f *UserFilter) tooLate(u *User) bool {
	return !f.SignedInBefore.IsZero() && !u.LastSignIn.Before(f.SignedInBefore)
}

// over reports whether nobody behind u is one whom f asks for.
func (f *UserFilter) over(u *User) bool {
	return f.SignedIn && !f.Backwards && f.Search == "" && f.tooLate(u)
}

// maxLooked is at how many people one question for some of all looks, and maxProved at how many
// it does where their factors are asked for besides, provedAtOnce by one question.
const (
	maxLooked    = 2000
	maxProved    = 500
	provedAtOnce = 100
)

// steps are at how many people f looks at most, and at how many at once behind the first page.
func (f *UserFilter) steps() (most, atOnce int) {
	if f.proofs() {
		return maxProved, provedAtOnce
	}
	return maxLooked, MaxUserPage
}

// proofs reports whether it counts by what people prove who they are.
func (f *UserFilter) proofs() bool { return f.SecondFactor != nil || f.HasPassword != nil }

// proves reports whether a person proves who they are by what is asked for.
func (f *UserFilter) proves(st *Standing) bool {
	return (f.SecondFactor == nil || *f.SecondFactor == st.Secured()) && (f.HasPassword == nil || *f.HasPassword == (st.Password != ""))
}

// Users returns a page of the people that f asks for, and the place behind it,
// which is zero where nobody follows. Where it asks for some, or not all may be seen, it looks
// at so many and no more: a page may have fewer than f.Limit, or none, although somebody
// follows.
func (s *Service) Users(ctx context.Context, f UserFilter) (page []User, next UserCursor, err error) {
	limit := f.limit()
	if email, _ := SearchKeys(f.Search); f.Search != "" && email == "" {
		return nil, UserCursor{}, nil
	}
	f.Limit = limit + 1
	most, atOnce := f.steps()
	for looked := 0; looked < most; f.Limit = atOnce {
		users, err := s.Store.Users(ctx, f)
		if err != nil {
			return nil, UserCursor{}, fmt.Errorf("list people: %w", err)
		}
		fits, err := s.fits(ctx, &f, users)
		if err != nil {
			return nil, UserCursor{}, err
		}
		for i := range users {
			u := &users[i]
			if f.over(u) {
				return page, UserCursor{}, nil
			}
			has := fits[i]
			if has && len(page) == limit {
				return page, f.cursorOf(&page[limit-1]), nil
			}
			if looked, f.After = looked+1, f.cursorOf(u); has {
				page = append(page, *u)
			}
		}
		if len(users) < f.Limit {
			return page, UserCursor{}, nil
		}
	}
	return page, f.After, nil
}

// fits says of each of some people whether f asks for them.
func (s *Service) fits(ctx context.Context, f *UserFilter, users []User) ([]bool, error) {
	fits := make([]bool, len(users))
	var asked []id.User
	for i := range users {
		if fits[i] = f.has(&users[i]); fits[i] {
			asked = append(asked, users[i].ID)
		}
	}
	if !f.proofs() {
		return fits, nil
	}
	all, err := s.Standings(ctx, asked)
	for i := range users {
		st, there := all[users[i].ID]
		fits[i] = fits[i] && there && f.proves(&st)
	}
	return fits, err
}

// Fitting returns those of some people whom f asks for, whatever it searches for.
func (s *Service) Fitting(ctx context.Context, f *UserFilter, users []User) (found []User, err error) {
	fits, err := s.fits(ctx, f, users)
	if err != nil {
		return nil, err
	}
	for i := range users {
		if fits[i] {
			found = append(found, users[i])
		}
	}
	return found, nil
}
