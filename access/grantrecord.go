package access

import (
	"strconv"
	"strings"
	"time"

	"gatehouse/id"
)

// GrantRecord is a Grant as it is kept: with who gave it, and how it ended. Grants that
// are over are kept.
type GrantRecord struct {
	Grant
	Name          string // by which the files call it that made it; "" where Source is not Applied
	Created       time.Time
	CreatedBy     string    // the actor, as "console:root"
	Revoked       time.Time // zero: nobody ended it
	RevokedBy     string
	RevokedReason string
	Rev           int64 // counts the changes; the first is 1
}

// Ends returns when the grant is over: at its own end, or when somebody ended it.
// The zero time is never.
func (r *GrantRecord) Ends() time.Time {
	if r.Revoked.IsZero() || !r.ExpiresAt.IsZero() && r.ExpiresAt.Before(r.Revoked) {
		return r.ExpiresAt
	}
	return r.Revoked
}

// OverAt reports whether the grant is over at now.
func (r *GrantRecord) OverAt(now time.Time) bool {
	end := r.Ends()
	return !end.IsZero() && !now.Before(end)
}

// decided is the grant as a Policy has it: one that was revoked ended then.
func (r *GrantRecord) decided() Grant {
	g := r.Grant
	g.ExpiresAt, g.Withdrawn = r.Ends(), !r.Revoked.IsZero()
	return g
}

// GrantCursor is a place in the list of grants, which is in the order of their
// ends: behind the grant ID that ends at Ends. A zero Ends is never.
type GrantCursor struct {
	Ends time.Time
	ID   id.Grant
}

// String returns c as ParseGrantCursor reads it.
func (c GrantCursor) String() string {
	if c == (GrantCursor{}) {
		return ""
	}
	at := "never"
	if !c.Ends.IsZero() {
		at = strconv.FormatInt(c.Ends.UnixMicro(), 10)
	}
	return at + "." + string(c.ID)
}

// ParseGrantCursor reads what String wrote; ok is false for anything else.
func ParseGrantCursor(text string) (c GrantCursor, ok bool) {
	if text == "" {
		return GrantCursor{}, true
	}
	at, name, ok := strings.Cut(text, ".")
	if c.ID = id.GrantOf(name); !ok || c.ID == "" {
		return GrantCursor{}, false
	}
	if at == "never" {
		return c, true
	}
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return GrantCursor{}, false
	}
	c.Ends = time.UnixMicro(micros).UTC()
	return c, true
}

// begin is from when on the grant counts, not before now.
func (r *GrantRecord) begin(now time.Time) time.Time {
	if r.NotBefore.After(now) {
		return r.NotBefore
	}
	return now
}
