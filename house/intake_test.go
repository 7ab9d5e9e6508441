package house

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/intake"
)

// forgetful is a policy that is known for so many questions, and then nobody knows.
type forgetful struct {
	*access.Snapshot
	left int
}

func (f *forgetful) Current(context.Context) (*access.Snapshot, error) {
	if f.left--; f.left < 0 {
		return nil, fault.New(fault.Unavailable, "policy.unknown", "Nobody can know now.")
	}
	return f.Snapshot, nil
}

// An outage is never taken for a right that was lost, which would stop an import for good: at
// whichever reading of the policy it begins, the answer is of what is known, or that nobody knows.
func TestAnOutageEndsNoImport(t *testing.T) {
	t.Parallel()
	const key id.ServiceKey = "key_1"
	loads := access.Subject{Kind: access.ServiceAccount, ID: "loads"}
	known := access.Compile(access.Policy{
		Principals: []access.Principal{{Subject: loads}},
		Keys:       []access.Key{{ID: key, Owner: loads, MAC: make([]byte, 32)}},
		Grants:     []access.Grant{{Subject: loads, Effect: access.Allow, Permission: access.Pattern{API: access.Gatehouse, Resource: "users", Action: "write"}, Where: access.Where{Place: access.Everywhere}}},
	})
	owner := intake.Owner{By: audit.Actor{Kind: audit.Service, ID: loads.ID, Key: string(key)}, Ago: -1}
	for readings := range 4 {
		switch err := (takers{&forgetful{known, readings}}).MayTakeIn(t.Context(), owner); {
		case readings == 0 && !fault.Is(err, fault.Unavailable):
			t.Errorf("nobody knows, and the answer is %v", err)
		case readings > 0 && err != nil:
			t.Errorf("known for %d readings: %v", readings, err)
		}
	}
	for name, change := range map[string]func(o *intake.Owner){
		"another key":      func(o *intake.Owner) { o.By.Key = "key_2" },
		"a key that ended": func(o *intake.Owner) { o.Until = time.Now() },
		"somebody else":    func(o *intake.Owner) { o.By.ID = "other" },
	} {
		other := owner
		change(&other)
		if err := (takers{&forgetful{known, 1}}).MayTakeIn(t.Context(), other); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
