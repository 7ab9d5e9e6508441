// Package flow is the sign-in as a state machine: what is still missing, and
// which step is next. Next is a pure function; Service runs it over stored
// interactions. The provider's dispatcher and the account area only ask it.
package flow

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// Ask is what somebody wants of a sign-in: an application by an authorization
// request, or a page of our own (then Client is empty and ReturnTo says where
// to go).
type Ask struct {
	Client      id.Client
	Params      url.Values // the authorization request as it arrived; nil for our own pages
	ReturnTo    string     // a path of ours, beginning with one slash
	Host        string     // behind the gate, to which the page at ReturnTo leads on; empty: it is for us alone
	RequestedAt time.Time  // first arrival, to the microsecond

	None, Login, Consent, Select bool           // the prompt parameter
	MaxAge                       *time.Duration // nil: not asked
	HintUser                     id.User        // from id_token_hint
	LoginHint                    string
	Require                      proof.Level // must be reached: essential acr, the client's setting
	Prefer                       proof.Level // reached if the person can: acr_values
	Scopes                       []string
	Locales                      []string
	Display                      string
	Switch                       bool // a page of ours wants another account
}

// Progress is how far one interaction has come: who is at the browser, what they
// proved here, and what they said.
type Progress struct {
	User    id.User
	Proofs  proof.List
	Chosen  bool     // the person said which account to go on with
	Consent string   // "", "allow" or "deny"
	Scopes  []string // what was allowed
	// Session is the browser session that the proofs went into once they were
	// complete. From then on they count only while that session lives.
	Session id.Session
}

// Interaction is one sign-in or consent under way, bound to the browser that
// began it.
type Interaction struct {
	ID       id.Interaction
	Browser  []byte // SHA-256 of the browser's binding cookie
	Ask      Ask
	Progress Progress
	Version  int // raised by every update; a stale update answers Conflict; 0: it is not stored
	Created  time.Time
	Expires  time.Time
	// Finished is when it was answered, the zero time while it goes on. From then
	// on Progress names the person and the session of the answer.
	Finished time.Time
	// Sealed is the interaction as the browser carries it while it is not stored.
	Sealed string
}

// Step is what comes next.
type Step string

// The steps.
const (
	StepSignIn  Step = "signin"  // name and password
	StepSelect  Step = "select"  // which account
	StepFactor  Step = "factor"  // the second factor
	StepEnrol   Step = "enrol"   // set up a second factor
	StepBarred  Step = "barred"  // the application does not take this person in
	StepConsent Step = "consent" // may the application have this
	StepIssue   Step = "issue"   // everything is there
	StepRefuse  Step = "refuse"  // tell the application no, with Decision.Error
)

// Decision is what Next says.
type Decision struct {
	Step  Step
	Error string // for StepRefuse: an error code of OpenID Connect Core 3.1.2.6 or RFC 6749 4.1.2.1
	// Barred says of StepRefuse that the person lacks what the application requires.
	Barred bool
	User   id.User     // whom it is about; empty when nobody is known yet
	Level  proof.Level // what is reached, for StepIssue, StepConsent and StepBarred
	// Session is the live session of User that the decision stands on.
	Session id.Session
	// AuthTime is the oldest of the proofs that count; Methods are theirs.
	AuthTime time.Time
	Methods  []string
}

// SessionView is what Next must know of the browser's session.
type SessionView struct {
	ID            id.Session
	User          id.User
	Proofs        proof.List
	Seen, Expires time.Time // for who notes the visit
}

// Person is what Next must know of a person.
type Person struct {
	ID            id.User
	Email, Name   string
	Enabled       bool
	Administrator bool // not of the store: see Service.Administrators
	// Password is the password's id, which is another after each change; empty:
	// there is none. Second are the confirmed second factors. A proof counts only
	// while what gave it is one of these.
	Password id.Factor
	Second   []id.Factor
}

// Application is what Next must know of a client.
type Application struct {
	ID          id.Client
	Name        string
	HomeURL     string
	Logo        string // an address that holds the picture; empty: none
	SkipConsent bool
	// Unproven is a public client whose answers another program could catch: it
	// is asked about every time (RFC 8252 section 8.6).
	Unproven bool
	Require  proof.Level
	Told     bool // it is told what the house keeps of people: roles, groups, attributes
}

// Shown returns what a page calls the application, and where it leads back to, which may
// be empty. Nothing is said of none.
func (a *Application) Shown() (name, home string) {
	if a == nil {
		return "", ""
	}
	return cmp.Or(a.Name, string(a.ID)), a.HomeURL
}

// Admission is whether an application takes a person in. The zero Admission says yes.
type Admission struct {
	// Missing are the roles and groups that the application requires and the person
	// has not, whatever they prove.
	Missing []Membership
	// Level and MaxAge are what must be proved, and how lately, for the person to have
	// the others; zero: nothing more.
	Level  proof.Level
	MaxAge time.Duration
}

// Membership names a role, or a group.
type Membership struct {
	Group bool
	ID    string
}

// State is everything that Next decides on.
type State struct {
	Ask       Ask
	Progress  Progress
	Session   *SessionView // nil: no live session
	Person    *Person      // of Progress.User, else of the session's person; nil: unknown
	Locked    bool         // a lock is on the person whom it is about
	App       *Application // nil for our own pages
	Consented []string     // scopes that the person has allowed this client before
	Admission Admission    // of Person by App
	MFA       proof.MFA
	Now       time.Time
	Fresh     time.Duration // how old the password's proof may be where a factor is set up
}

// Query says what a sign-in stands on.
type Query struct {
	Interaction id.Interaction // empty: none was stored; then Client says whose consent
	Client      id.Client
	Session     []byte     // SHA-256 of the session cookie's value
	As          id.Session // the session itself, where Interaction is empty and nobody brought its cookie
	Person      id.User    // whom to read if the sign-in is about nobody yet
	Now         time.Time
}

// Found is what a sign-in stands on. Session is nil unless it lives and its
// person is enabled. Person is whom the interaction is about, see
// Progress.subject, or Query.Person; nil: nobody, or somebody who is gone.
type Found struct {
	Interaction Interaction
	Session     *SessionView
	Person      *Person
	Consented   []string
}

// Store keeps interactions; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// InsertInteraction stores i, unless its person has so many already that go on or
	// were completed, while the oldest of which only a part was proved make room; then it
	// returns false. Conflict: it is stored already.
	InsertInteraction(ctx context.Context, i Interaction, most int) (bool, error)
	// SignIn reads what a sign-in stands on, all at one moment. NotFound: there is
	// no such interaction; an expired one is returned, so that the page can say so.
	SignIn(ctx context.Context, q Query) (Found, error)
	// SignInPerson reads one person, and what they allowed the client. NotFound:
	// there is nobody of that id.
	SignInPerson(ctx context.Context, user id.User, client id.Client) (Person, []string, error)
	// UpdateInteraction writes Progress and Finished where Version is still
	// i.Version, and raises it. Conflict: somebody else was faster.
	UpdateInteraction(ctx context.Context, i Interaction) error
}
