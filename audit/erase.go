package audit

import (
	"context"
	"fmt"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// ActionErase is the erasure of what events hold of a person.
const ActionErase Action = "audit.erase"

// eraseMost is how many events one transaction of an erasure looks at.
const eraseMost = 200

// EraseStore is what Eraser asks; *store.Store does.
type EraseStore interface {
	WitnessStore
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// EventsOf returns places of events behind the given one, the oldest first: of what
	// a person did, or of what concerns them.
	EventsOf(ctx context.Context, user id.User, did bool, after Cursor, limit int) ([]Cursor, error)
	// EraseDetails empties what an event has of a person, and reports whether there was
	// any. Without an ActionErase event of that person the database refuses it.
	EraseDetails(ctx context.Context, user id.User, event Cursor) (bool, error)
}

// Eraser takes a person out of the events: the address and the user agent of what they
// did, and the documents about them. That something happened, when and to whom by id,
// stays, and so does the seal. Of an event that is not what was recorded nothing is
// erased: whose it is stands in it.
type Eraser struct {
	Store EraseStore
	Audit Recorder
	Keys  Keys
	// Exists reports whether there is still such a person.
	Exists func(ctx context.Context, user id.User) (bool, error)
}

// Erase does so, and returns of how many events something was erased. The event that
// tells of it comes first: an erasure that is interrupted goes on when it is called
// again. ErrForged says that events were passed over that are not what was recorded; all
// others were erased. A person who is there is a Conflict "audit.person_exists": what they did can
// still be asked about, and more would come.
func (r *Eraser) Erase(ctx context.Context, by Actor, user id.User) (erased int, err error) {
	there, err := r.Exists(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("erase a person from the audit log: %w", err)
	}
	if there {
		return 0, fault.New(fault.Conflict, "audit.person_exists", "This person is still there. Delete them first.")
	}
	// The clock of now is later than all that the person did, and the verifier asks that.
	told := Event{At: clock.Now(), Actor: by, Action: ActionErase, Target: OfUser(user)}
	if err := r.Audit.Record(ctx, told); err != nil {
		return 0, fmt.Errorf("erase a person from the audit log: %w", err)
	}
	var forged error
	for _, did := range []bool{true, false} {
		n, strange, err := r.eraseAll(ctx, user, did)
		erased += n
		if err != nil {
			return erased, fmt.Errorf("erase a person from the audit log: %w", err)
		}
		if strange.rows > 0 {
			forged = fmt.Errorf("%w: of %s, the first of those that are not what was recorded, nothing was erased", ErrForged, strange.first)
		}
	}
	return erased, forged
}

func (r *Eraser) eraseAll(ctx context.Context, user id.User, did bool) (erased int, strange foreign, err error) {
	for after, more := (Cursor{}), true; more; {
		slice, passed := 0, foreign{}
		err := r.Store.InTx(ctx, func(ctx context.Context) error {
			slice, passed = 0, foreign{}
			events, err := r.Store.EventsOf(ctx, user, did, after, eraseMost)
			if err != nil {
				return err
			}
			for _, e := range events {
				if _, ok, err := (witness{r.Store, r.Keys}).genuine(ctx, e); err != nil || !ok {
					passed.add(string(e.ID))
					if err != nil {
						return err
					}
					continue
				}
				gone, err := r.Store.EraseDetails(ctx, user, e)
				if err != nil {
					return err
				}
				if gone {
					slice++
				}
			}
			if more = len(events) == eraseMost; more {
				after = events[len(events)-1]
			}
			return nil
		})
		if err != nil {
			return erased, strange, err
		}
		erased += slice
		if passed.rows > 0 && strange.rows == 0 {
			strange = passed
		}
	}
	return erased, strange, nil
}
