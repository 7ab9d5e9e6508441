package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/id"
)

// Circle is something that people are in: a group or an organisation.
type Circle struct{ Kind, ID string }

// Bounds of what Among reads at once.
const (
	maxAmong   = 5000 // people
	maxCircles = 200
)

// Among is Users of those whom f.Sees: each of them is one of some, or was put into one of
// some circles. If these are few, they are read together and then put in order, since a list
// of everybody would be passed over for them; if they are many, it is Users.
func (s *Service) Among(ctx context.Context, f UserFilter, in []Circle, some []id.User) ([]User, UserCursor, error) {
	if len(in) > maxCircles || len(some) > maxAmong {
		return s.Users(ctx, f)
	}
	all, few, err := s.gather(ctx, in, some)
	if err != nil {
		return nil, UserCursor{}, fmt.Errorf("list some people: %w", err)
	}
	if !few {
		return s.Users(ctx, f)
	}
	return s.of(ctx, &f, all)
}

// OfThese is Users of some people alone.
func (s *Service) OfThese(ctx context.Context, f UserFilter, some []id.User) ([]User, UserCursor, error) {
	of, sees := make(map[id.User]bool, len(some)), f.Sees
	for _, u := range some {
		of[u] = true
	}
	f.Sees = func(u *User) bool { return of[u.ID] && (sees == nil || sees(u)) }
	return s.Among(ctx, f, nil, some)
}

// gather reads who is in the circles, and those with these ids; few is false where they are
// too many.
func (s *Service) gather(ctx context.Context, in []Circle, some []id.User) (all map[id.User]User, few bool, err error) {
	found, err := s.Store.Standings(ctx, some)
	if err != nil {
		return nil, false, err
	}
	all = make(map[id.User]User, len(found))
	for name, st := range found {
		all[name] = st.User
	}
	for _, c := range in {
		for after := id.User(""); ; {
			page, err := s.Store.UsersIn(ctx, c, after, MaxUserPage)
			if err != nil {
				return nil, false, err
			}
			for i := range page {
				after = page[i].ID
				all[after] = page[i]
			}
			if len(all) > maxAmong {
				return nil, false, nil
			}
			if len(page) < MaxUserPage {
				break
			}
		}
	}
	return all, true, nil
}

// of is the page of the list of some.
func (s *Service) of(ctx context.Context, f *UserFilter, some map[id.User]User) (page []User, next UserCursor, err error) {
	for _, u := range some {
		if f.finds(&u) && f.follows(&u) {
			page = append(page, u)
		}
	}
	if page, err = s.Fitting(ctx, f, page); err != nil {
		return nil, UserCursor{}, err
	}
	slices.SortFunc(page, func(a, b User) int { return f.compare(f.cursorOf(&a), f.cursorOf(&b)) })
	if limit := f.limit(); len(page) > limit {
		page = page[:limit]
		next = f.cursorOf(&page[limit-1])
	}
	return page, next, nil
}

// finds reports whether the search finds u.
func (f *UserFilter) finds(u *User) bool {
	if f.Search == "" {
		return true
	}
	email, name := SearchKeys(f.Search)
	return email != "" && (strings.HasPrefix(Canonical(u.Email), email) || strings.HasPrefix(FoldedName(u.Name), name) || wordFound(*u, name) != "")
}

// follows reports whether u is behind the place where the page begins.
func (f *UserFilter) follows(u *User) bool {
	return f.After == (UserCursor{}) || f.compare(f.cursorOf(u), f.After) > 0
}

// compare is the order of the list.
func (f *UserFilter) compare(a, b UserCursor) int {
	n := cmp.Or(strings.Compare(a.Word, b.Word), strings.Compare(a.Name, b.Name), strings.Compare(a.Email, b.Email), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	if f.Backwards {
		return -n
	}
	return n
}
