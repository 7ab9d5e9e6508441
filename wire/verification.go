package wire

import (
	"encoding/json"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

// Verification is a look at all of the audit log that is kept.
type Verification struct {
	ID    id.Verification         `json:"id"`
	State audit.VerificationState `json:"state" enum:"running,done,stopped,interrupted,foreign" doc:"interrupted: it came to no end as often as it was begun; foreign: Gatehouse did not write what the row of it says"`
	By    Actor                   `json:"by"`
	// Done of Total rows were looked at; a Total of 0: it is not known yet.
	Done    int64     `json:"done"`
	Total   int64     `json:"total" doc:"0: it is not known yet"`
	Runs    int       `json:"runs" doc:"How often it was begun: a process that ends amid it leaves it to another one, which begins anew"`
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`
	Verdict *Verdict  `json:"verdict,omitempty" doc:"What was found, once it is done"`
}

// OfVerification returns the shape of v.
func OfVerification(v audit.Verification) Verification {
	w := Verification{
		ID: v.ID, State: v.State, By: Actor{v.By.Kind, v.By.ID, v.By.Key, v.By.Session, v.By.Client}, Done: v.Done, Total: v.Total, Runs: v.Runs,
		Created: v.Created.UTC(), Ended: v.Ended.UTC(),
	}
	if len(v.Verdict) > 0 {
		w.Verdict = &Verdict{}
		if json.Unmarshal(v.Verdict, w.Verdict) != nil { // a later version wrote it
			w.Verdict = nil
		}
	}
	return w
}
