package identity

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"gatehouse/id"
)

// UserCursor is a place in such a list: behind one person. It stays right
// whatever is added or removed meanwhile, and belongs to the search in which it
// was found. The zero UserCursor is in front of everybody.
type UserCursor struct {
	Email string // of the person, as Canonical
	Name  string // as FoldedName, of somebody who was found by it alone

	Word string    // by which somebody was found, with their ID: these two instead
	At   time.Time // where they stand in an order of times, the Unix epoch for never, with their ID likewise
	ID   id.User
}

// CursorOf returns the place behind u in the list that searches for search.
func CursorOf(u User, search string) UserCursor {
	c := UserCursor{Email: Canonical(u.Email)}
	email, name := SearchKeys(search)
	switch called := FoldedName(u.Name); {
	case strings.HasPrefix(c.Email, email):
		return c
	case strings.HasPrefix(called, name):
		c.Name = called
		return c
	}
	return UserCursor{Word: wordFound(u, name), ID: u.ID}
}

// String returns c as ParseUserCursor reads it, "" for the zero UserCursor.
func (c UserCursor) String() string {
	if c.Word != "" {
		return byWord + base64.RawURLEncoding.EncodeToString([]byte(c.Word)) + "." + string(c.ID)
	}
	if c.ID != "" {
		return byTime + strconv.FormatInt(c.At.UnixMicro(), 10) + "." + string(c.ID)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(c.Email))
	if c.Name != "" {
		text += "." + base64.RawURLEncoding.EncodeToString([]byte(c.Name))
	}
	return text
}

// byTime begins the text of a place in an order of times. No other one has two dots.
const byTime = "at."

// byWord begins that of a place among those whom a word found.
const byWord = "word."

// ParseUserCursor reads what String wrote; ok is false for anything else.
func ParseUserCursor(s string) (c UserCursor, ok bool) {
	if text, created := strings.CutPrefix(s, byTime); created && strings.Contains(text, ".") {
		at, name, _ := strings.Cut(text, ".")
		micros, err := strconv.ParseInt(at, 10, 64)
		c = UserCursor{At: time.UnixMicro(micros).UTC(), ID: id.UserOf(name)}
		return c, err == nil && c.ID != "" && c.String() == s
	}
	if text, found := strings.CutPrefix(s, byWord); found && strings.Contains(text, ".") {
		word, name, _ := strings.Cut(text, ".")
		said, err := base64.RawURLEncoding.DecodeString(word)
		c = UserCursor{Word: string(said), ID: id.UserOf(name)}
		return c, err == nil && c.Word != "" && c.ID != "" && c.String() == s && textProblem(c.Word, maxFolded) == ""
	}
	first, second, _ := strings.Cut(s, ".")
	email, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return UserCursor{}, false
	}
	name, err := base64.RawURLEncoding.DecodeString(second)
	c = UserCursor{Email: string(email), Name: string(name)}
	return c, err == nil && c.String() == s && textProblem(c.Email, maxEmail) == "" && textProblem(c.Name, maxFolded) == ""
}

// cursorOf returns the place behind u in the list.
func (f *UserFilter) cursorOf(u *User) UserCursor {
	switch {
	case f.SignedIn && u.LastSignIn.IsZero():
		return UserCursor{At: time.UnixMicro(0).UTC(), ID: u.ID}
	case f.SignedIn:
		return UserCursor{At: u.LastSignIn, ID: u.ID}
	case f.Created:
		return UserCursor{At: u.Created, ID: u.ID}
	}
	return CursorOf(*u, f.Search)
}
