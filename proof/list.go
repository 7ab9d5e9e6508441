package proof

import (
	"slices"
	"time"

	"gatehouse/id"
)

// List is what was proved about one person, in no particular order. Its methods
// leave it as it is and return another.
type List []Proof

// Last returns the newest proof of a kind, the zero Proof when there is none.
func (l List) Last(k Kind) Proof {
	var last Proof
	for _, p := range l {
		if p.Method.Kind() == k && !p.At.Before(last.At) {
			last = p
		}
	}
	return last
}

// Newest returns the newest proof of each kind, what is known before what is
// possessed: these are the proofs that count.
func (l List) Newest() List {
	var newest List
	for _, k := range []Kind{Knowledge, Possession} {
		if p := l.Last(k); !p.At.IsZero() {
			newest = append(newest, p)
		}
	}
	return newest
}

// Level returns what the list reaches: AAL1 by something known, AAL2 by
// something possessed besides. Possession alone is nothing.
func (l List) Level() Level {
	switch {
	case l.Last(Knowledge).At.IsZero():
		return None
	case l.Last(Possession).At.IsZero():
		return AAL1
	}
	return AAL2
}

// AuthTime returns the oldest of the proofs that count, the zero time when there
// are none.
func (l List) AuthTime() time.Time {
	var oldest time.Time
	for _, p := range l.Newest() {
		if oldest.IsZero() || p.At.Before(oldest) {
			oldest = p.At
		}
	}
	return oldest
}

// AMR returns the methods of the proofs that count as the amr claim lists them,
// nil when there are none.
func (l List) AMR() []string {
	var all []string
	for _, p := range l.Newest() {
		all = append(all, string(p.Method))
	}
	if l.Level() >= AAL2 {
		all = append(all, multiple)
	}
	return all
}

// Of returns the proofs that the factors gave.
func (l List) Of(factors ...id.Factor) List {
	var some List
	for _, p := range l {
		if p.Factor != "" && slices.Contains(factors, p.Factor) {
			some = append(some, p)
		}
	}
	return some
}

// Until returns the proofs that were given until t.
func (l List) Until(t time.Time) List {
	var some List
	for _, p := range l {
		if !p.At.After(t) {
			some = append(some, p)
		}
	}
	return some
}

// Merge returns l and more, the newest proof of each factor and method once. So
// a list never outgrows the factors of its person.
func (l List) Merge(more ...Proof) List {
	var all List
	for _, p := range slices.Concat(l, more) {
		i := slices.IndexFunc(all, func(q Proof) bool { return q.Factor == p.Factor && q.Method == p.Method })
		if i < 0 {
			all = append(all, p)
		} else if !p.At.Before(all[i].At) {
			all[i] = p
		}
	}
	return all
}
