package access

import (
	"math"
	"slices"
	"time"
)

// Entitlements are what somebody holds without conditions: whatever the resource and the
// request, and in every organisation. What a grant gives for single resources, by a
// condition or within an organisation is not in it, and what a deny takes away
// anywhere is not either. What asks for a proof is in it once that was given.
type Entitlements struct {
	Permissions Part // by full id: "shop/orders:read"
	Own         Part // on resources that are one's own, and not among Permissions
	// Roles are those that somebody was granted, and their ancestors, of which
	// they hold all that the role gives: a role of which a deny or a lock took
	// something away is not held.
	Roles Part
}

// Part is one kind of what is held.
type Part struct {
	Names []string // in order
	// Until is the first moment at which one of them is not held any more: exactly
	// that, and not a lower bound, unless more than maxMoments come before it. Zero:
	// not within Ahead.Most. What is won meanwhile does not matter.
	Until time.Time
}

// Entitlements returns what the principal of q holds from q.Now on at the APIs whose
// tokens are for one of the audiences; at all APIs for nil. Of q the permission,
// the organisation, the resource and the request do not count. A new snapshot may
// change the answer at any time.
func (s *Snapshot) Entitlements(q *Question, audiences []string, ahead Ahead) Entitlements {
	h, now := entitling{s, q, s.rules.of(audiences)}, nanos(q.Now)
	if h.apis.empty() || now == math.MinInt64 { // in the year 1 nothing had ended
		return Entitlements{}
	}
	return h.look(now, ahead)
}

// of returns the permissions of the APIs whose tokens are for one of the audiences.
func (r *rules) of(audiences []string) bits {
	if audiences == nil {
		return r.everything
	}
	if len(audiences) == 1 {
		return r.audiences[audiences[0]]
	}
	b := newBits(len(r.catalogue))
	for _, a := range audiences {
		b.add(r.audiences[a])
	}
	return b
}

// entitling is the question what somebody holds.
type entitling struct {
	*Snapshot
	q    *Question
	apis bits
}

// look asks at one moment of change after the other. What is lost soon is left out,
// and of the rest the first loss is told, of each part by itself.
func (h *entitling) look(now int64, ahead Ahead) Entitlements {
	var has entitled
	lost := firstLosses{never, never, never}
	soon, end := ahead.from(now)
	for at, then := range moments(now, end, h.at) {
		switch {
		case at == now:
			has = then
		case at < soon:
			has.keep(&then)
		default:
			lost.note(&has, &then, at)
		}
		if lost.all(&has) {
			break
		}
	}
	return Entitlements{
		Permissions: Part{h.names(has.anywhere), moment(lost.anywhere)},
		Own:         Part{h.names(has.elsewhere()), moment(lost.own)},
		Roles:       Part{has.roles.inOrder(), moment(lost.roles)},
	}
}

// elsewhere is what is held of one's own alone.
func (s *entitled) elsewhere() bits { return s.own.without(s.anywhere) }

// keep leaves what is held then too.
func (s *entitled) keep(then *entitled) {
	s.anywhere.keep(then.anywhere)
	s.own.keep(then.own)
	s.roles.keep(then.roles)
}

// firstLosses are the first moments at which something of each part is lost.
type firstLosses struct{ anywhere, own, roles int64 }

func (l *firstLosses) note(has, then *entitled, t int64) {
	if l.anywhere == never && !has.anywhere.within(then.anywhere) {
		l.anywhere = t
	}
	if l.own == never && !has.elsewhere().within(then.own) {
		l.own = t
	}
	if l.roles == never && !has.roles.within(then.roles) {
		l.roles = t
	}
}

// all reports whether looking further would tell nothing.
func (l *firstLosses) all(has *entitled) bool {
	return (l.anywhere != never || has.anywhere.empty()) && (l.own != never || has.elsewhere().empty()) &&
		(l.roles != never || len(has.roles) == 0)
}

func (h *entitling) names(b bits) []string {
	var list []string
	for i := range b.all() {
		list = append(list, h.rules.catalogue[i].id)
	}
	slices.Sort(list)
	return list
}
