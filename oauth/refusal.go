package oauth

// Refusal is a no of the protocol: one of its registered codes (RFC 6749
// sections 4.1.2.1 and 5.2) and a sentence for the client's makers. It quotes
// nothing that the client sent but names of scopes (RefuseScopes). Whoever gets another error was not refused:
// something failed.
type Refusal struct {
	Code        string // "invalid_grant"
	Description string
	err         error // for the log
}

// The codes of a Refusal.
const (
	AccessDenied       = "access_denied"
	InvalidGrant       = "invalid_grant"
	InvalidRequest     = "invalid_request"
	InvalidScope       = "invalid_scope"
	InvalidTarget      = "invalid_target" // RFC 8707 section 2
	UnauthorizedClient = "unauthorized_client"
)

// What a code says where there is nothing more to say.
const (
	SaysInvalidGrant       = "The grant is not valid, has expired, was used, or does not fit this client, redirect URI or code verifier."
	SaysInvalidRequest     = "The request is missing a parameter or has one that is wrong."
	SaysInvalidScope       = "The client may not ask for one of the scopes."
	SaysUnauthorizedClient = "The client may not use this grant type."
)

// Error tells the log what the client is told, and why.
func (e *Refusal) Error() string {
	text := e.Code + ": " + e.Description
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

// Unwrap returns the reason for the log.
func (e *Refusal) Unwrap() error { return e.err }

func refuse(code, description string) *Refusal {
	return &Refusal{Code: code, Description: description}
}

// because returns a copy of e that carries err for the log.
func (e *Refusal) because(err error) *Refusal {
	c := *e
	c.err = err
	return &c
}

var (
	errGrantType = refuse(UnauthorizedClient, SaysUnauthorizedClient)
	errScope     = refuse(InvalidScope, SaysInvalidScope)
	errDisabled  = refuse(InvalidGrant, "The person cannot sign in any more.")
	errSignedOut = refuse(InvalidGrant, "The person has signed out.")
)
