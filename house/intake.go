package house

import (
	"context"
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/intake"
)

// takeInEvery is how often a process looks whether there are people to be taken in, which an
// import that begins here brings forward.
const takeInEvery = 2 * time.Second

// makesPeople is what who takes in people must be permitted.
const makesPeople = access.Gatehouse + "/users:write"

// takers are whoever takes in people, as the policy of now knows them.
type takers struct{ policy caller.Policy }

// MayTakeIn implements intake.Rights. The operator on the host may always. The policy is read
// once: what stops an import for good is what one snapshot says, and never that nobody knew.
func (t takers) MayTakeIn(ctx context.Context, o intake.Owner) error {
	if o.By.Kind == audit.Console {
		return nil
	}
	s, err := t.policy.Current(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if o.By.Key != "" && (!s.HasKey(id.ServiceKey(o.By.Key)) || !o.Until.IsZero() && !now.Before(o.Until)) {
		return lostRight("the key is over")
	}
	q := access.Question{
		Principal: access.Subject{Kind: kinds[o.By.Kind], ID: o.By.ID}, Permission: makesPeople, Now: now, Session: o.By.Session, Client: o.By.Client,
		Level: o.Level, Delegated: o.Delegated, Scopes: o.Scopes,
	}
	if o.Ago >= 0 {
		q.AuthTime = now.Add(-o.Ago) // as fresh as it was: nobody is to prove themselves amid it
	}
	d, err := s.Decide(&q)
	if err != nil {
		return lostRight(err.Error())
	}
	if d.Outcome != access.Allowed {
		return lostRight(string(d.Reason))
	}
	return nil
}

func lostRight(why string) error {
	return fault.Wrap(fmt.Errorf("%s: %s", makesPeople, why), fault.Forbidden, "import.right", "Who began this may make people no more.")
}

// kinds are the subjects that actors are.
var kinds = map[audit.ActorKind]access.Kind{audit.Person: access.User, audit.Client: access.Client, audit.Service: access.ServiceAccount}
