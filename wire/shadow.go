package wire

import "time"

// Shadowed is what routes in the shadow let through that they would not have, or what the gate did
// not let through, as far as the process that answers has written it down.
type Shadowed struct {
	Recorded bool            `json:"recorded"`       // it writes down what it decides
	Since    time.Time       `json:"since,omitzero"` // the first decision that was looked at
	Count    int             `json:"count"`
	Outcomes map[string]int  `json:"outcomes"` // how many, by what came out, or would have: deny, challenge, unknown, error or limited (too many requests)
	Requests []ShadowRequest `json:"requests"` // the latest of them, the newest first
}

// ShadowRequest is a request that was refused, or that a route in the shadow let through and would
// not have.
type ShadowRequest struct {
	At         time.Time `json:"at"`
	ID         string    `json:"id"` // of the request
	Route      string    `json:"route"`
	Subject    Subject   `json:"subject,omitzero"` // absent: nobody was known
	Method     string    `json:"method"`
	Host       string    `json:"host"`
	Path       string    `json:"path"`
	Decision   string    `json:"decision"`         // deny, challenge, unknown, error or limited (too many requests)
	Code       string    `json:"code,omitempty"`   // of the refusal
	Reason     string    `json:"reason,omitempty"` // of the decision
	Permission string    `json:"permission,omitempty"`
}
