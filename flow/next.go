package flow

import (
	"slices"

	"gatehouse/proof"
)

// Error codes of StepRefuse (OpenID Connect Core 3.1.2.6, RFC 6749 4.1.2.1,
// OpenID Connect Unmet Authentication Requirements).
const (
	errLogin    = "login_required"
	errSelect   = "account_selection_required"
	errConsent  = "consent_required"
	errInteract = "interaction_required"
	errLevel    = "unmet_authentication_requirements"
	errDenied   = "access_denied"
	errClient   = "unauthorized_client"
)

// Next says what is still missing. It is pure: the same state always gives the
// same decision, and more proofs never lead further back. What it does not
// understand it refuses.
func Next(s State) Decision {
	d := next(s)
	if s.Ask.None && d.Step != StepIssue && d.Step != StepRefuse {
		barred := d.Step == StepBarred
		d = d.refuse(withoutPages(s.Ask, d.Step))
		d.Barred = barred
	}
	return d
}

func next(s State) Decision {
	if code := unfit(s); code != "" {
		return Decision{}.refuse(code)
	}
	if s.asksWho() {
		return Decision{Step: StepSelect, User: s.Session.User, Session: s.Session.ID}
	}
	user := s.Progress.subject(s.Session)
	if user == "" || s.Person == nil || s.Person.ID != user || !s.Person.Enabled || s.Locked {
		return Decision{Step: StepSignIn}
	}
	d := Decision{User: user}
	if s.Session != nil && s.Session.User == user {
		d.Session = s.Session.ID
	}
	if hint := s.Ask.HintUser; hint != "" && hint != user {
		if s.Progress.Proofs.Last(proof.Knowledge).At.IsZero() {
			return Decision{Step: StepSignIn}
		}
		return d.refuse(errLogin)
	}
	return proved(s, d)
}

// proved goes on once the person is known: how well are they proved, and have
// they agreed.
func proved(s State, d Decision) Decision {
	p := s.proven()
	s.Ask = s.Ask.within(s.Admission.MaxAge)
	if !p.password.fresh(s.Ask) {
		return d.at(StepSignIn)
	}
	counts := proof.List{p.password.Proof}
	if required(s) >= proof.AAL2 {
		if !s.Person.HasFactor() {
			return d.at(s.enrols(p.password))
		}
		if !p.factor.fresh(s.Ask) {
			return d.at(StepFactor)
		}
		counts = append(counts, p.factor.Proof)
	}
	d.Level, d.AuthTime, d.Methods = counts.Level(), seconds(counts.AuthTime()), counts.AMR()
	return agreed(s, d)
}

// enrols is the step where a second factor is missing. Who holds no more than a
// session's cookie must not set one up: whatever leads here, the password was
// proved just now.
func (s State) enrols(password given) Step {
	if password.At.Before(s.Now.Add(-s.Fresh)) {
		return StepSignIn
	}
	return StepEnrol
}

// agreed goes on once the person is proved.
func agreed(s State, d Decision) Decision {
	if s.App == nil {
		return d.at(StepIssue)
	}
	switch barred := len(s.Admission.Missing) > 0; {
	case s.Progress.Consent == "deny":
		d = d.refuse(errDenied)
		d.Barred = barred
		return d
	case barred:
		return d.at(StepBarred)
	case s.allowed(), !asksConsent(s):
		return d.at(StepIssue)
	}
	return d.at(StepConsent)
}

// unfit returns the error code for a question that no sign-in can answer.
func unfit(s State) string {
	if s.Ask.Client != "" && (s.App == nil || s.App.ID != s.Ask.Client) {
		return errClient
	}
	if !s.Ask.Require.Known() || s.App != nil && !s.App.Require.Known() {
		return errLevel
	}
	return ""
}

// asksWho reports whether the person must first say which account to use.
func (s State) asksWho() bool {
	return (s.Ask.Select || s.Ask.Switch) && !s.Progress.Chosen && s.Session != nil
}

// required is the level that must be reached. Ask.Prefer, which binds only those
// who have a second factor, adds nothing: they always use it.
func required(s State) proof.Level {
	app := proof.None
	if s.App != nil {
		app = s.App.Require
	}
	return s.MFA.Least(proof.Subject{Administrator: s.Person.Administrator, Second: s.Person.HasFactor()}, s.Ask.Require, app, s.Admission.Level)
}

// asksConsent reports whether the application needs the person's word. A word
// that was given is kept, for offline access like for all else (OpenID Connect
// Core 11 leaves that to us); but not for what anybody could pretend to be.
func asksConsent(s State) bool {
	if s.Ask.Consent {
		return true
	}
	if s.App.SkipConsent {
		return false
	}
	return s.App.Unproven || !covers(s.Consented, s.Ask.Scopes)
}

// allowed reports whether the person of this decision said yes to all of it.
func (s State) allowed() bool {
	p := s.Progress
	return p.Consent == "allow" && p.User == s.Person.ID && covers(p.Scopes, s.Ask.Scopes)
}

func covers(have, want []string) bool {
	return !slices.ContainsFunc(want, func(scope string) bool { return !slices.Contains(have, scope) })
}

// withoutPages is what an application hears that asked for prompt=none.
func withoutPages(ask Ask, missing Step) string {
	switch missing {
	case StepConsent:
		return errConsent
	case StepSelect:
		return errSelect
	case StepBarred:
		return errDenied
	case StepEnrol:
		if ask.Require >= proof.AAL2 {
			return errLevel
		}
		return errInteract
	}
	return errLogin
}

func (d Decision) at(step Step) Decision {
	d.Step = step
	return d
}

func (d Decision) refuse(code string) Decision {
	return Decision{Step: StepRefuse, Error: code, User: d.User, Session: d.Session}
}
