package access

import (
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// Question asks whether somebody may do something now.
type Question struct {
	Principal  Subject
	Permission string // "shop/orders:read"
	Now        time.Time

	Session  id.Session // "" for none
	Client   id.Client  // that asks in the principal's name, "" for none
	Level    proof.Level
	AuthTime time.Time // when the person last proved who they are
	proved   bool      // whoever asks for holders takes them to prove what is asked for

	Delegated bool     // a token speaks for the person,
	Scopes    []string // and has these scopes

	Org      string // "" for none
	Resource Resource
	Request  Request

	// Meter counts what conditions take to be asked, over all questions that have it;
	// nil: nobody wants to know.
	Meter *Meter
}

// Meter counts what the conditions of some questions took. The zero Meter is ready. Only
// one question at a time may have it.
type Meter struct{ steps uint64 }

func (m *Meter) add(steps uint64) {
	if m != nil {
		m.steps += steps
	}
}

// MaxMeter is as much as twenty decisions may take at the most: about a second.
const MaxMeter = 20 * maxTrial

// Full reports whether MaxMeter was reached: whoever has further questions refuses to
// ask them, or asks them later.
func (m *Meter) Full() bool { return m.steps >= MaxMeter }

// Resource is the one thing that the question is about. Conditions that ask for
// what is not given here do not hold.
type Resource struct {
	ID    string         // "" for none or not known
	Attrs map[string]any // texts, numbers, booleans, lists and maps of these
}

// Request is what conditions may ask of the call.
type Request struct {
	Method, Path, IP string
}

// Outcome is the answer. The zero Outcome refuses.
type Outcome uint8

// The outcomes.
const (
	Refused    Outcome = iota
	Allowed            // now, and until Decision.Until
	Challenged         // once the person has proved Decision.Need
)

var outcomes = [...]string{"deny", "allow", "challenge"}

// String returns the word that programs read: deny, allow or challenge.
func (o Outcome) String() string {
	if int(o) >= len(outcomes) {
		return outcomes[Refused]
	}
	return outcomes[o]
}

// Reason says why, as a word that does not change.
type Reason string

// The reasons.
const (
	Granted           Reason = "granted"
	Locked            Reason = "locked"
	Inactive          Reason = "principal_inactive"
	OutOfScope        Reason = "insufficient_scope"
	Denied            Reason = "denied"
	NoGrant           Reason = "no_grant"
	ResourceUnknown   Reason = "resource_unknown" // a grant may apply, but what it asks of the resource was not given
	TooCostly         Reason = "too_costly"       // the conditions took too much, so that not all of them were asked
	ProofInsufficient Reason = "insufficient_user_authentication"
	NoMember          Reason = "no_member" // of the organisation, where whoever asks wants one (Further)
	Unmet             Reason = "condition" // of whoever asks (Further)
)

// Decision is the answer to a Question. The zero Decision refuses.
type Decision struct {
	Outcome Outcome
	Reason  Reason
	Grant   id.Grant    // that allowed or denied
	Need    Requirement // of a Challenged one
	Missing string      // the first attribute that a ResourceUnknown one lacked

	// Until is a moment before which the clock alone does not change the answer;
	// zero: it never does. A new snapshot may change it at any time.
	Until   time.Time
	Version uint64 // of the policy
}
