package identity

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// MaxUserPage is how many people one question answers at most.
const MaxUserPage = 500

// UserFilter narrows a list of people and says where it goes on. Without a search
// they come in the order of their emails; with one, first those whose email
// begins with it, and then, in the order of their names, the others whose name
// does.
type UserFilter struct {
	Search string     // what the email or the name begins with
	After  UserCursor // only what comes behind it
	Limit  int        // at most MaxUserPage; zero: 100
}

// UserCursor is a place in such a list: behind one person. It stays right
// whatever is added or removed meanwhile, and belongs to the search in which it
// was found. The zero UserCursor is in front of everybody.
type UserCursor struct {
	Email string // of the person, as Canonical
	Name  string // as FoldedName, of somebody who was found by it alone
}

// CursorOf returns the place behind u in the list that searches for search.
func CursorOf(u User, search string) UserCursor {
	c := UserCursor{Email: Canonical(u.Email)}
	if email, _ := SearchKeys(search); !strings.HasPrefix(c.Email, email) {
		c.Name = FoldedName(u.Name)
	}
	return c
}

// String returns c as ParseUserCursor reads it, "" for the zero UserCursor.
func (c UserCursor) String() string {
	text := base64.RawURLEncoding.EncodeToString([]byte(c.Email))
	if c.Name != "" {
		text += "." + base64.RawURLEncoding.EncodeToString([]byte(c.Name))
	}
	return text
}

// ParseUserCursor reads what String wrote; ok is false for anything else.
func ParseUserCursor(s string) (c UserCursor, ok bool) {
	first, second, _ := strings.Cut(s, ".")
	email, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return UserCursor{}, false
	}
	name, err := base64.RawURLEncoding.DecodeString(second)
	c = UserCursor{Email: string(email), Name: string(name)}
	return c, err == nil && c.String() == s && textProblem(c.Email, maxEmail) == "" && textProblem(c.Name, maxName) == ""
}

// SearchKeys returns what the canonical emails and the folded names begin with
// that a search finds; both are "" where nobody can be called so.
func SearchKeys(search string) (email, name string) {
	name = FoldedName(search)
	if email = Canonical(search); email == "" {
		email = name
	}
	return email, name
}

// FoldedName is a name as it is searched for: in one width, form and case. It is
// "" for what no name can be.
func FoldedName(name string) string {
	if textProblem(name, maxEmail) != "" {
		return ""
	}
	return fold(name)
}

// Users returns a page of the people that f asks for, and the place behind it,
// which is zero where nobody follows.
func (s *Service) Users(ctx context.Context, f UserFilter) (page []User, next UserCursor, err error) {
	limit := 100
	if f.Limit > 0 {
		limit = min(f.Limit, MaxUserPage)
	}
	if email, _ := SearchKeys(f.Search); f.Search != "" && email == "" {
		return nil, UserCursor{}, nil
	}
	f.Limit = limit + 1
	users, err := s.Store.Users(ctx, f)
	if err != nil {
		return nil, UserCursor{}, fmt.Errorf("list people: %w", err)
	}
	if len(users) <= limit {
		return users, UserCursor{}, nil
	}
	return users[:limit], CursorOf(users[limit-1], f.Search), nil
}
