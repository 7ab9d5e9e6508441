// Package town fills a house as a large organisation would, so that somebody can see how
// Gatehouse is to work with when it is full, and a benchmark can ask its pages.
//
// Whatever there is came by way of the services: their rules hold for it, it is in the
// audit log, and that is sealed. Only the sign-ins of the months before are events without
// anybody who signed in. What it makes follows from its number: person 7 is always the same.
package town

import (
	"context"
	"fmt"
	"sort"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
)

// Size says how many there are of what is listed.
type Size struct {
	People, Roles, Groups, Members, Services, Grants, Sessions int
	// Days is from how many days before today there are sign-ins, and SignIns how many
	// on each.
	Days, SignIns int
}

// Large is the house for which the console promises its pages. With the roles of the demo
// there are as many as there can be, and with the sign-ins a million events.
var Large = Size{
	People: 100_000, Roles: 997, Groups: 300, Members: 30_000, Services: 200, Grants: 300_000, Sessions: 20_000,
	Days: 90, SignIns: 8_000,
}

// Progress hears how much of a part is done.
type Progress func(part string, done, of int)

// batch is how many of a kind one transaction makes, which may not last long, and fewBatch how
// many roles, before each of which all others are read.
const (
	batch    = 500
	fewBatch = 20
)

// by is who made the town.
var by = audit.Actor{Kind: audit.Console, ID: "demo"}

// town is a house that is being filled.
type town struct {
	*house.House
	Size
	tell  Progress
	names map[int]id.User // of people, by their numbers, as far as they were asked for
}

// each is a part whose things are made one by one.
func each(name string, of int, there func(ctx context.Context, number int) (bool, error), make func(ctx context.Context, number int) error) part {
	return part{name, of, batch, there, func(ctx context.Context, from, to int) error {
		for number := from; number < to; number++ {
			if err := make(ctx, number); err != nil {
				return err
			}
		}
		return nil
	}}
}

// is reports whether there is what was asked for.
func is(err error) (bool, error) {
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// part is one kind of what there is: of how many batches each is there as a whole or not at
// all, and in their order.
type part struct {
	name  string
	of    int
	batch int
	there func(ctx context.Context, number int) (bool, error)
	make  func(ctx context.Context, from, to int) error
}

// Fill makes what of the town is not there yet: who stops it goes on another time. It
// returns the first error; what it did until then stays.
func Fill(ctx context.Context, h *house.House, size Size, tell Progress) error {
	t := &town{House: h, Size: size, tell: tell, names: map[int]id.User{}}
	for _, p := range []part{t.people(), t.apis(), t.roles(), t.orgs(), t.groups(), t.members(), t.services(), t.grants(), t.sessions(), t.history()} {
		if err := t.fill(ctx, p); err != nil {
			return fmt.Errorf("make the %s of the town: %w", p.name, err)
		}
	}
	return t.seal(ctx)
}

// fill makes a part from where it ended the last time: what is there of it is whole batches.
func (t *town) fill(ctx context.Context, p part) error {
	from, err := first(p.of, func(number int) (bool, error) { return p.there(ctx, number) })
	if err != nil {
		return err
	}
	for ; from < p.of; from += p.batch {
		t.tell(p.name, from, p.of)
		to := min(from+p.batch, p.of)
		if err := t.together(ctx, func(ctx context.Context) error { return p.make(ctx, from, to) }); err != nil {
			return err
		}
	}
	t.tell(p.name, p.of, p.of)
	return nil
}

// together is one transaction, which records its events at its end.
func (t *town) together(ctx context.Context, f func(ctx context.Context) error) error {
	return t.Store.InTx(ctx, func(ctx context.Context) error { return audit.Together(ctx, f) })
}

// first returns the first of n that is not there, of which all behind it are not either.
func first(n int, there func(int) (bool, error)) (found int, err error) {
	found = sort.Search(n, func(i int) bool {
		if err != nil {
			return true
		}
		var is bool
		is, err = there(i)
		return !is
	})
	return found, err
}
