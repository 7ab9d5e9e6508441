package caller

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// Refusal is a no to a caller: a fault, and the challenge that tells programs what
// would be right (RFC 6750 section 3, RFC 9470 section 3).
type Refusal struct {
	Challenge string
	Fault     *fault.Error
	// Need is what has to be proved, where that is all that is missing.
	Need access.Requirement
	// Permission is the whole name of the one that is missing, "" where that is not known.
	Permission string
}

// Error returns the text for the log.
func (r *Refusal) Error() string { return r.Fault.Error() }

// Unwrap returns the fault.
func (r *Refusal) Unwrap() error { return r.Fault }

// SetChallenge writes the challenge of err to the header of an answer, if it has one.
func SetChallenge(h http.Header, err error) {
	if r, ok := errors.AsType[*Refusal](err); ok {
		h.Set("WWW-Authenticate", r.Challenge)
	}
}

const codeForbidden = "caller.forbidden"

const realm = `Bearer realm="gatehouse"`

func refusal(kind fault.Kind, code, bearer, detail string, err error) *Refusal {
	return &Refusal{
		Challenge: realm + `, error="` + bearer + `", error_description="` + detail + `"`,
		Fault:     fault.Wrap(err, kind, code, detail),
	}
}

// missing is for a request without any credential: no error code belongs in its
// challenge (RFC 6750 section 3.1).
func missing() *Refusal {
	return &Refusal{Challenge: realm, Fault: fault.New(fault.Unauthenticated, "caller.unknown", "A credential is needed in the Authorization header: an access token, a personal one, or the key of a service account.")}
}

// Missing is the answer to a request that needs a credential of its own and brings none.
func Missing() *Refusal { return missing() }

func malformed(detail string) *Refusal {
	return refusal(fault.Malformed, "caller.credential", "invalid_request", detail, nil)
}

func invalid(err error) *Refusal {
	return refusal(fault.Unauthenticated, "caller.unknown", "invalid_token", "The credential is invalid, expired, revoked or not for this API.", err)
}

// Gone is the answer to a caller that was deleted after it was let in.
func Gone(err error) *Refusal { return invalid(err) }

// forbidden names the permission, which is no secret: the documents list them all.
func forbidden(permission string, err error) *Refusal {
	r := refusal(fault.Forbidden, codeForbidden, "insufficient_scope", "The permission "+permission+" is needed.", err)
	r.Permission = permission
	return r
}

// Beyond is the answer to a caller who has a permission, and not for what they ask about: the
// same as to who has it for nothing.
func Beyond(permission string) *Refusal {
	return forbidden(permission, errors.New("they have it for others"))
}

// lessGiven is forbidden for a token that was given for no scope by which it may be used for
// the permission (RFC 6750 section 3.1). One of these scopes is enough: the challenge has
// the first.
func lessGiven(permission string, scopes []string, err error) *Refusal {
	if len(scopes) == 0 {
		return forbidden(permission, err)
	}
	r := refusal(fault.Forbidden, codeForbidden, "insufficient_scope", "The token was given for less: "+permission+" takes the scope "+strings.Join(scopes, " or ")+".", err)
	r.Challenge += `, scope="` + scopes[0] + `"`
	return r
}

// Outside is the answer to a caller that asks about an API which its Reach has not.
func Outside() *Refusal {
	return refusal(fault.Forbidden, codeForbidden, "insufficient_scope", "This caller is no server of that API, and has not the permission "+ReadDecisions+".", nil)
}

// OutOfScope is the answer to a caller whose token was not given for a use that asks for
// a scope (RFC 6750 section 3.1).
func OutOfScope(scope string) *Refusal {
	r := refusal(fault.Forbidden, "caller.scope", "insufficient_scope", "The token was given for less: the scope "+scope+" is needed.", nil)
	r.Challenge += `, scope="` + scope + `"`
	return r
}

// unproven is for a personal token where a person has to prove who they are: no other
// sign-in makes it good for that.
func unproven(permission string) *Refusal {
	return refusal(fault.Forbidden, "caller.personal", "insufficient_scope", "A personal token is not enough for "+permission+": a person has to have signed in for it.", nil)
}

// StepUp is the answer to a person who has to prove more, or more lately, than they did.
func StepUp(need access.Requirement) *Refusal {
	r := refusal(fault.Unauthenticated, "caller.proof", "insufficient_user_authentication", "A better or fresher sign-in is needed.", nil)
	var b strings.Builder
	b.WriteString(r.Challenge)
	if need.Level > 0 {
		b.WriteString(`, acr_values="` + need.Level.String() + `"`)
	}
	if need.MaxAge > 0 {
		b.WriteString(`, max_age="` + strconv.Itoa(int(need.MaxAge/time.Second)) + `"`)
	}
	r.Challenge, r.Need = b.String(), need
	return r
}

// BadTicket is the answer to who came with a ticket of the gate that is over, was used, or
// is for something else.
func BadTicket() *Refusal {
	return refusal(fault.Unauthenticated, "gate.ticket", "invalid_token", "The ticket is over, was used, or is not for this.", nil)
}
