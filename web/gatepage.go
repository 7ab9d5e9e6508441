package web

import "time"

// PathGate is the page of the issuer to which the gate sends a browser that has no session
// at one of its hosts, with what it wants of the sign-in, sealed, in the parameter t.
const PathGate = "/gate"

// The paths of the gate's own, at each host where browsers sign in. Its files are at all.
const (
	PathGateCallback = "/.gatehouse/callback"
	PathGateSignIn   = "/.gatehouse/sign-in"
	PathGateSignOut  = "/.gatehouse/sign-out"
	PathGateStatic   = "/.gatehouse/static/"
)

// GatePage is a refusal of the gate as the person at a browser sees it.
type GatePage struct {
	ErrorPage
	Email      string // who is signed in; empty: nobody, or nobody knows
	Permission string // that is missing, empty where it is something else
	Reasons    []GateReason
	SignIn     string // the address of the sign-in that would help; empty: none would
	More       bool   // that sign-in proves more, or anew, who is signed in already
	Sent       bool   // a form was sent, and is gone
	Back       string // a path to go back to; may be empty
	Home       string // the path of the host's first page; empty: there is none, or it is this
	Retry      string // a path that may be there a moment later; empty: asking again changes nothing
}

// GateReason is one thing to say of why a permission is missing.
type GateReason struct {
	Kind GateReasonKind
	At   time.Time // of GateEnded and GateNotYet
}

// GateReasonKind is what a GateReason says.
type GateReasonKind string

// The kinds.
const (
	GateDenied    GateReasonKind = "denied"    // somebody denied it
	GateEnded     GateReasonKind = "ended"     // they had it until then
	GateNotYet    GateReasonKind = "not_yet"   // they have it from then on
	GateElsewhere GateReasonKind = "elsewhere" // they have it for other things
	GateOutside   GateReasonKind = "outside"   // they would have it in another organisation or group
	GateSuspended GateReasonKind = "suspended" // it is suspended
)
