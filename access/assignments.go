package access

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Assignment is a role or a group that somebody has.
type Assignment struct {
	ID string
	// Until is when the clock takes it from them; zero: not before the moment until
	// which was looked. That they have it again later does not count.
	Until time.Time
}

// Pending is a role that somebody has once they have proved more.
type Pending struct {
	ID   string
	Need Requirement // the least of those that would do
}

// Assignments is which roles and groups somebody has outside of organisations, each
// list in the order of ids; see assigned for the rule. A role that is had under a
// condition alone is in none of them, since nobody says here what the condition asks
// for.
type Assignments struct {
	Roles   []Assignment // on every resource, and with what was proved
	Partly  []Assignment // on some resources alone: their own, or those that are listed
	Pending []Pending
	Groups  []Assignment
}

// Assignments returns who somebody is to the policy at q.Now, and looks ahead until a
// moment for what the clock takes from them. Of the question it reads who asks, by
// which session and client, and what was proved. Somebody who is disabled or locked
// has nothing, and nobody has at a time that the question does not say.
func (s *Snapshot) Assignments(q *Question, until time.Time) Assignments {
	now := nanos(q.Now)
	if now == math.MinInt64 {
		return Assignments{}
	}
	var has assigned
	var roles, partly, groups ends
	look := func(at int64) (assigned, int64) {
		v := s.see(q, "", at)
		return v.assigned(v.denies(), nil), v.next
	}
	for at, is := range moments(now, nanos(until), look) {
		if at == now {
			has, roles, partly, groups = is, is.roles.open(), is.partly.open(), is.groups.open()
		}
		roles.note(is.roles, at)
		partly.note(is.partly, at)
		groups.note(is.groups, at)
		if roles.known() && partly.known() && groups.known() {
			break
		}
	}
	return Assignments{Roles: roles.inOrder(), Partly: partly.inOrder(), Groups: groups.inOrder(), Pending: has.inOrder()}
}

// ends are the first moments at which what is had by name is had no more.
type ends map[string]int64

func (names set) open() ends {
	all := make(ends, len(names))
	for name := range names {
		all[name] = never
	}
	return all
}

// note reads what is had at a moment.
func (e ends) note(has set, at int64) {
	for name, end := range e {
		if end == never && !has[name] {
			e[name] = at
		}
	}
}

// known reports whether looking further would tell nothing.
func (e ends) known() bool {
	for _, end := range e {
		if end == never {
			return false
		}
	}
	return true
}

func (e ends) inOrder() []Assignment {
	var list []Assignment
	for name, end := range e {
		list = append(list, Assignment{name, moment(end)})
	}
	slices.SortFunc(list, func(a, b Assignment) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (a *assigned) inOrder() []Pending {
	var list []Pending
	for name, need := range a.pending {
		list = append(list, Pending{name, need})
	}
	slices.SortFunc(list, func(a, b Pending) int { return strings.Compare(a.ID, b.ID) })
	return list
}
