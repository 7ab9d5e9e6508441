package access

import (
	"slices"
	"time"

	"gatehouse/id"
)

// GrantState is where a grant is between its making and its end.
type GrantState string

// The states. The zero GrantState is all that is not over.
const (
	GrantActive    GrantState = "active"    // it counts now
	GrantScheduled GrantState = "scheduled" // it begins later
	GrantEnded     GrantState = "ended"     // by its own end, or because somebody ended it
)

// GrantFilter narrows a list of grants, and says in which order it is and where it goes
// on. Grants come in the order of their ends, those without an end last; scheduled ones in
// that of their beginnings. What is empty narrows nothing.
type GrantFilter struct {
	State      GrantState
	Subject    Subject
	Role       string
	Permission string // as it was granted, with * where that has one
	Org        string
	EndsBefore time.Time
	EndsAfter  time.Time // at it or after it, or never
	CreatedBy  string    // as GrantRecord has it
	Source     Source
	Backwards  bool // in the opposite order
	// Within narrows it to what may be seen by who has the right to see some; nil: all.
	Within *Places

	// After is a place in the same list: Ends is a beginning where State is GrantScheduled.
	After GrantCursor
	Limit int
}

// GrantKey is by what grants are looked for: by one of its fields, or by none.
type GrantKey struct {
	Subject               Subject
	Role, Permission, Org string
	API                   string // of permissions of it, and not of roles
	// Beginning is for those that say when they begin, in the order of that.
	Beginning bool
}

// maxKeys is by how many keys one list is looked for.
const maxKeys = 40

// keys are by what to look, which finds all that the filter lets through.
func (f *GrantFilter) keys() []GrantKey {
	switch {
	case f.State == GrantScheduled: // there are few
		return []GrantKey{{Beginning: true}}
	case f.Subject != (Subject{}):
		return []GrantKey{{Subject: f.Subject}}
	case f.Org != "":
		return []GrantKey{{Org: f.Org}}
	case f.Within != nil && !f.Within.Everywhere && len(f.Within.Orgs)+len(f.Within.IDs) <= maxKeys:
		return f.Within.keys()
	}
	return []GrantKey{{Role: f.Role, Permission: f.Permission}}
}

// keys are by what to look for the grants within some organisations, and of some groups.
func (p *Places) keys() (all []GrantKey) {
	for _, org := range p.Orgs {
		all = append(all, GrantKey{Org: org})
	}
	for _, group := range p.IDs {
		all = append(all, GrantKey{Subject: Subject{Group, group}})
	}
	return all
}

// last is an id behind all others.
const last = id.Grant("~")

// begin is where the list begins.
func (f *GrantFilter) begin(now time.Time) GrantCursor {
	switch {
	case f.After != (GrantCursor{}):
		return f.After
	case f.State == GrantEnded && !f.Backwards && f.EndsAfter.IsZero():
		return GrantCursor{Ends: time.UnixMicro(0)}
	case f.State == GrantEnded && !f.Backwards:
		return GrantCursor{Ends: f.EndsAfter}
	case !f.Backwards && f.State != GrantScheduled && f.EndsAfter.After(now):
		return GrantCursor{Ends: f.EndsAfter}
	case !f.Backwards:
		return fromNow(now)
	}
	at := GrantCursor{ID: last}
	if f.State == GrantEnded {
		at = fromNow(now)
	}
	if f.State != GrantScheduled && !f.EndsBefore.IsZero() && (at.Ends.IsZero() || f.EndsBefore.Before(at.Ends)) {
		at = GrantCursor{Ends: f.EndsBefore}
	}
	return at
}

// place is where a grant stands in the list.
func (f *GrantFilter) place(r *GrantRecord) GrantCursor {
	if f.State == GrantScheduled {
		return GrantCursor{r.NotBefore, r.ID}
	}
	return GrantCursor{r.Ends(), r.ID}
}

// ends reports whether the list is over at a grant: what follows in its order is for
// another one.
func (f *GrantFilter) ends(r *GrantRecord, now time.Time) bool {
	switch {
	case f.State == GrantScheduled:
		return f.Backwards && !r.NotBefore.After(now)
	case f.Backwards:
		return f.State != GrantEnded && r.OverAt(now) || f.past(r)
	case f.State == GrantEnded && !r.OverAt(now):
		return true
	}
	return !f.EndsBefore.IsZero() && !f.early(r)
}

// past reports whether a grant ends before the filter wants one to.
func (f *GrantFilter) past(r *GrantRecord) bool {
	return !f.EndsAfter.IsZero() && !r.Ends().IsZero() && r.Ends().Before(f.EndsAfter)
}

func (f *GrantFilter) early(r *GrantRecord) bool {
	end := r.Ends()
	return !end.IsZero() && end.Before(f.EndsBefore)
}

// matches reports whether the filter lets a grant through that is at its place in the
// list.
func (f *GrantFilter) matches(r *GrantRecord, now time.Time) bool {
	switch {
	case f.State != GrantEnded && r.OverAt(now),
		f.State == GrantActive && r.NotBefore.After(now),
		f.Subject != (Subject{}) && f.Subject != r.Subject,
		f.Role != "" && f.Role != r.Role,
		f.Permission != "" && f.Permission != r.Permission.String(),
		f.Org != "" && f.Org != r.Org,
		f.CreatedBy != "" && f.CreatedBy != r.CreatedBy,
		f.Source != "" && f.Source != r.Source,
		f.past(r), !f.EndsBefore.IsZero() && !f.early(r):
		return false
	}
	return true
}

// compare is the order of the list.
func (f *GrantFilter) compare(a, b GrantRecord) int {
	n := comparePlaces(f.place(&a), f.place(&b))
	if f.Backwards {
		return -n
	}
	return n
}

// sorted are the grants of several pages in the order of the list, each once.
func (f *GrantFilter) sorted(all []GrantRecord) []GrantRecord {
	slices.SortFunc(all, f.compare)
	return slices.CompactFunc(all, func(a, b GrantRecord) bool { return a.ID == b.ID })
}
