package town

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
)

// signIns is how many events happen in one moment of the past.
const signIns = 10

// browser is somebody at theirs, which has an address for documents.
func browser(user id.User, number int) audit.Actor {
	return audit.Actor{
		Kind: audit.Person, ID: string(user), IP: fmt.Sprintf("198.51.100.%d", 1+number%250),
		Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	}
}

// firstDay is the first day of the past, which ends on the day on which the first person was
// made, however late somebody goes on.
func (t *town) firstDay(ctx context.Context) (time.Time, error) {
	_, email := named(0)
	u, err := t.Identity.UserByEmail(ctx, email)
	return audit.DayOf(u.Created).Add(-day(t.Days)), err
}

// moment is when something of the past happened.
func (t *town) moment(first time.Time, number int) time.Time {
	within := number % t.SignIns / signIns
	return first.Add(day(number / t.SignIns)).Add(24 * time.Hour * time.Duration(within*signIns) / time.Duration(t.SignIns))
}

// history is who signed in, and who was refused, in the weeks before the first person was made: fewer on the
// days of a weekend.
func (t *town) history() part {
	return part{"sign-ins of the past", t.Days * t.SignIns, batch, func(ctx context.Context, number int) (bool, error) {
		first, err := t.firstDay(ctx)
		if err != nil {
			return false, err
		}
		at := t.moment(first, number)
		events, _, err := t.Store.FindEvents(ctx, audit.Query{Since: at, Until: at.Add(time.Microsecond)}, 1)
		return len(events) > 0, err
	}, func(ctx context.Context, from, to int) error {
		var all audit.Batch
		first, err := t.firstDay(ctx)
		if err != nil {
			return err
		}
		for number := from; number < to; number += signIns {
			at, many := t.moment(first, number), signIns
			if weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday; weekend {
				many = signIns / 3
			}
			events, err := t.signedIn(ctx, number, min(many, to-number))
			if err != nil {
				return err
			}
			b, err := t.Audit.Batch(events, at)
			if err != nil {
				return err
			}
			all.Entries, all.Waiting = append(all.Entries, b.Entries...), append(all.Waiting, b.Waiting...)
		}
		return t.Store.InsertEvents(ctx, all)
	}}
}

// signedIn are events of people at their browsers. Each tenth is a refusal; half of those
// are about a few, who forget their passwords.
func (t *town) signedIn(ctx context.Context, from, many int) ([]audit.Event, error) {
	var all []audit.Event
	for number := from; number < from+many; number++ {
		who := number * 7919 % t.People
		refused := number%10 == 0
		if refused && number%20 == 0 {
			who = number / 20 % 8
		}
		user, err := t.person(ctx, who)
		if err != nil {
			return nil, err
		}
		e := audit.Event{Actor: browser(user, who), Action: flow.ActionSigninComplete, Target: audit.OfUser(user), User: user}
		if refused {
			e.Actor.Kind, e.Actor.ID = audit.Nobody, ""
			e.Action, e.Outcome, e.Reason = identity.ActionSigninRefuse, audit.Refused, identity.ReasonWrong
		} else {
			e.After = signedInBy(number)
		}
		all = append(all, e)
	}
	return all, nil
}

var (
	byPassword = audit.Doc(map[string]any{"acr": "aal1", "amr": []string{"pwd"}})
	byTwo      = audit.Doc(map[string]any{"acr": "aal2", "amr": []string{"pwd", "otp", "mfa"}})
)

func signedInBy(number int) []byte {
	if number%3 == 0 {
		return byTwo
	}
	return byPassword
}

// seal seals what was recorded, and counts it by days: the server does that behind what
// happens, and would be long at it.
func (t *town) seal(ctx context.Context) error {
	t.tell("seal", 0, 1)
	if err := t.Sealer.Seal(ctx, now()); err != nil {
		return err
	}
	for tallier := t.Tallier(); ; {
		before, err := t.Store.Tallied(ctx)
		if err != nil {
			return err
		}
		if err := tallier.Step(ctx, now()); err != nil {
			return err
		}
		after, err := t.Store.Tallied(ctx)
		if err != nil || after == before {
			t.tell("seal", 1, 1)
			return err
		}
	}
}
