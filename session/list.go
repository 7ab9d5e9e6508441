package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/clock"
	"gatehouse/id"
)

// MaxPage is how many sessions one question answers at most.
const MaxPage = 500

// Cursor is a place in a list of all live sessions: behind the one that it names. It stays right whatever begins or ends meanwhile. The zero
// Cursor is in front of all.
type Cursor struct {
	Created time.Time
	ID      id.Session
}

// CursorOf returns the place behind s.
func CursorOf(s Session) Cursor { return Cursor{Created: s.Created, ID: s.ID} }

// String returns c as ParseCursor reads it, "" for the zero Cursor.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%s", c.Created.UnixMicro(), c.ID)
}

// ParseCursor reads what String wrote; ok is false for anything else.
func ParseCursor(s string) (c Cursor, ok bool) {
	if s == "" {
		return Cursor{}, true
	}
	created, name, _ := strings.Cut(s, ".")
	micros, err := strconv.ParseInt(created, 10, 64)
	if err != nil || id.SessionOf(name) == "" {
		return Cursor{}, false
	}
	return Cursor{Created: time.UnixMicro(micros).UTC(), ID: id.Session(name)}, true
}

// People are those whose sessions are in a list, each once.
func People(list []Session) []id.User {
	var people []id.User
	seen := map[id.User]bool{}
	for _, s := range list {
		if !seen[s.User] {
			seen[s.User], people = true, append(people, s.User)
		}
	}
	return people
}

// Of returns the live sessions of a person, newest first; there are MaxPerPerson
// at most.
func (m *Manager) Of(ctx context.Context, user id.User) ([]Session, error) {
	if user == "" {
		return nil, errors.New("list sessions: of nobody")
	}
	list, err := m.Store.SessionsOf(ctx, user, clock.Now(), 1000)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// Listing says which live sessions are listed; the zero Listing is all of them, newest
// first.
type Listing struct {
	Oldest       bool      // these first
	Since, Until time.Time // begun at or after, and before; zero: whenever
	After        Cursor    // only what comes behind it
}

// List returns a page of the live sessions of everybody that l asks for, from 1 to
// MaxPage of them, and the place behind it, which is zero where none follows.
func (m *Manager) List(ctx context.Context, l Listing, limit int) (page []Session, next Cursor, err error) {
	limit = min(max(limit, 1), MaxPage)
	list, err := m.Store.LiveSessions(ctx, clock.Now(), l, limit+1)
	if err != nil {
		return nil, Cursor{}, fmt.Errorf("list sessions: %w", err)
	}
	if len(list) <= limit {
		return list, Cursor{}, nil
	}
	return list[:limit], CursorOf(list[limit-1]), nil
}
