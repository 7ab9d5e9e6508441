package pdp

import (
	"errors"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/web"
)

// decision is the answer to an evaluation (Authorization API 1.0 section 5.5).
type decision struct {
	Decision bool            `json:"decision"`
	Context  decisionContext `json:"context"`
}

// decisionContext says why, until when, and what would be needed. A challenge is named
// as in RFC 9470.
type decisionContext struct {
	Reason  access.Reason `json:"reason,omitempty"`
	Until   time.Time     `json:"until,omitzero"` // before it the clock alone changes nothing
	At      time.Time     `json:"at,omitzero"`    // the moment that was asked about, where it is not now
	ACR     string        `json:"acr_values,omitempty"`
	MaxAge  int64         `json:"max_age,omitempty"` // seconds
	Missing string        `json:"missing,omitempty"` // a property of the resource
	Version uint64        `json:"pv,omitempty"`      // of the policy, as tokens have it
	Error   *itemError    `json:"error,omitempty"`
}

// itemError is why one of several evaluations was not made (section 7.3.1).
type itemError struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// decide answers q.
func (d *Door) decide(c *call, q *access.Question) (decision, error) {
	made, err := c.Snapshot.Decide(q)
	if err != nil {
		return decision{}, err
	}
	d.Metrics.Decided(made.Outcome.String())
	answer := decision{
		Decision: made.Outcome == access.Allowed,
		Context:  decisionContext{Reason: made.Reason, Until: made.Until.UTC(), Missing: made.Missing, Version: made.Version},
	}
	if !q.Now.Equal(c.now) {
		answer.Context.At = q.Now.UTC()
	}
	if made.Outcome == access.Challenged {
		answer.Context.ACR, answer.Context.MaxAge = made.Need.Level.String(), int64(made.Need.MaxAge/time.Second)
	}
	return answer, nil
}

// failed is the answer to one of several evaluations that could not be made: no.
func (d *Door) failed(err error) (decision, error) {
	f, ok := errors.AsType[*fault.Error](plain(err))
	if !ok {
		return decision{}, err
	}
	d.Metrics.Decided("error")
	status := web.Status(f.Kind)
	if status >= http.StatusInternalServerError {
		return decision{}, err
	}
	return decision{Context: decisionContext{Error: &itemError{status, f.Code, f.Detail}}}, nil
}
