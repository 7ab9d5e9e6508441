package decisions

import (
	"fmt"
	"time"
)

// house is a policy in nobody's language: a role for every ten users and ten
// objects, where a rule is "this role may read this object".
type house struct {
	rules       int
	conditional bool // and only if it costs no more than limit
}

const (
	perRole  = 10   // objects that a role may read, and users that hold it
	objects  = 1000 // that there are; a catalogue of five APIs has as many permissions
	limit    = 500
	probes   = 17 // coprime to everything else
	finance  = "finance"
	stepping = 7919 // from the user of one probe to the next one's
)

// now is when all questions are asked; each user's role lasts from an hour before
// to an hour after it.
var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func (h house) roles() int { return h.rules / perRole }
func (h house) users() int { return h.rules }

func user(i int) string          { return fmt.Sprint("usr_", i) }
func role(i int) string          { return fmt.Sprint("role", i) }
func object(i int) string        { return fmt.Sprint("d", i%objects) }
func (h house) roleOf(u int) int { return u % h.roles() }

// mayRead lists the objects of a role.
func (h house) mayRead(role int) []int {
	list := make([]int, perRole)
	for j := range list {
		list[j] = (role*perRole + j) % objects
	}
	return list
}

// probe is one question with its answer.
type probe struct {
	user, object int
	total        int
	want         bool
}

// probes are yes and no by turns. Without a condition a no is another role's
// object; with one it is an object that costs too much.
func (h house) probes() []probe {
	list := make([]probe, probes)
	for i := range list {
		u := i * stepping % h.users()
		mine := h.mayRead(h.roleOf(u))[i%perRole]
		list[i] = probe{user: u, object: mine, total: 10, want: i%2 == 0}
		switch {
		case list[i].want:
		case h.conditional:
			list[i].total = 2 * limit
		default:
			list[i].object = (mine + perRole) % objects
		}
	}
	return list
}

// engine answers probes by their number.
type engine struct {
	name string
	ask  func(probe int) (bool, error)
}
