package flow

import (
	"context"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/proof"
)

// Service runs Next over stored interactions. Every proof is checked against
// the stored interaction, never against what a form says; a post that does not
// belong to the current step changes nothing and answers with that step.
type Service struct {
	Store    Store
	People   People
	Sessions Sessions
	Apps     Apps
	Turns    Turns
	Locks    Locks
	Audit    audit.Recorder
	Seals    Sealer
	Config   func() Config // as it is now

	Administrators Administrators
}

// Administrators knows who administers Gatehouse: the policy about second factors
// looks at it.
type Administrators interface {
	// Administers reports whether the person has a right at Gatehouse itself, or is to
	// have one. It answers from memory; Unavailable when nobody can know.
	Administers(ctx context.Context, user id.User) (bool, error)
}

// People is what the flow asks about people. The Check methods count attempts
// and must not be called inside a transaction, which would undo the count;
// ConfirmEnrol joins the one of ctx.
type People interface {
	CheckPassword(ctx context.Context, from audit.Actor, login, password string) (id.User, proof.Proof, error)
	CheckTOTP(ctx context.Context, from audit.Actor, user id.User, code string) (proof.Proof, error)
	// CheckRecovery returns how many codes are left.
	CheckRecovery(ctx context.Context, from audit.Actor, user id.User, code string) (p proof.Proof, left int, err error)
	// StartEnrol returns the secret in base32 and the otpauth URL; asked again at
	// the same browser before it is confirmed, the same.
	StartEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte) (secret, url string, err error)
	// ConfirmEnrol returns what the code proved, and the recovery codes, in clear
	// this once.
	ConfirmEnrol(ctx context.Context, from audit.Actor, user id.User, browser []byte, code string) (p proof.Proof, codes []string, err error)
}

// Sessions is what the flow asks about browser sessions. All join the
// transaction of ctx.
type Sessions interface {
	// Visit notes that the browser was seen, at most once a minute.
	Visit(ctx context.Context, v SessionView, ip string) error
	// Create and Raise return the cookie's new token, once.
	Create(ctx context.Context, by audit.Actor, user id.User, proofs proof.List) (SessionView, string, error)
	Raise(ctx context.Context, by audit.Actor, v SessionView, proofs proof.List) (SessionView, string, error)
	End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error
}

// Apps is what the flow asks about applications.
type Apps interface {
	// Application answers NotFound for one that is not there or not enabled.
	Application(ctx context.Context, client id.Client) (Application, error)
	// Admit says what the person lacks of what the application requires. It answers
	// from memory: it is asked within transactions.
	Admit(ctx context.Context, client id.Client, user id.User) (Admission, error)
	GiveConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client, scopes []string) error
}

// Locks says who is suspended.
type Locks interface {
	// Locked reports whether a lock is on the person, the session or the client now;
	// what is empty is not asked about. An error says that nobody can know.
	Locked(ctx context.Context, user id.User, session id.Session, client id.Client) (bool, error)
}

// Turns bounds how often a person changes something.
type Turns interface {
	// Take counts one change, or answers TooMany.
	Take(ctx context.Context, user id.User) error
	// TakeFrom counts one of who has proved a part of being the person, apart for each
	// address: who knows a password alone must not keep its owner out.
	TakeFrom(ctx context.Context, user id.User, address string) error
}

// Ref is what a browser brings along: the interaction that it names, or carries
// sealed (RefOf), and the raw values of its binding and session cookies.
type Ref struct {
	Interaction      id.Interaction
	Sealed           string
	Browser, Session string
	// Person is whom the page named that was posted; empty: nobody. What was
	// posted there is done for this person or not at all.
	Person id.User
}

// Entry is where a sign-in stands. Person is nil while nobody is known, App on
// our own pages.
type Entry struct {
	Interaction Interaction
	Decision    Decision
	Person      *Person
	App         *Application
	Missing     []Membership // for StepBarred: what Person lacks of what App requires
}

// Outcome is where a sign-in stands after a post. When SessionToken is not
// empty the browser's session cookie must be set to it.
type Outcome struct {
	Entry
	SessionToken  string
	RecoveryCodes []string // shown once, after an enrolment
	RecoveryLeft  int      // after a recovery code was used
}
