package flow

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/id"
	"gatehouse/proof"
)

var (
	asked   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	earlier = asked.Add(-10 * time.Minute)
	later   = asked.Add(5 * time.Second)
)

// The pieces of the states below. Ada is signed in with a password since
// earlier; she allowed the app "openid".
func ada() *Person { return &Person{ID: "usr_ada", Enabled: true, Password: "adas_password"} }
func bob() *Person { return &Person{ID: "usr_bob", Enabled: true, Password: "bobs_password"} }
func adaWithOTP() *Person {
	return &Person{ID: "usr_ada", Enabled: true, Password: "adas_password", Second: []id.Factor{"phone"}}
}

func pwd(at time.Time) proof.Proof {
	return proof.Proof{Method: proof.Password, At: at, Factor: "adas_password", Source: proof.ByPassword}
}

func bobs(at time.Time) proof.Proof {
	p := pwd(at)
	p.Factor = "bobs_password"
	return p
}

func otp(at time.Time, of id.Factor) proof.Proof {
	return proof.Proof{Method: proof.OTP, At: at, Factor: of, Source: proof.ByAuthenticator}
}

func adasSession() *SessionView {
	return &SessionView{ID: "ses_1", User: "usr_ada", Proofs: proof.List{pwd(earlier)}}
}

func adasStrongSession() *SessionView {
	return &SessionView{ID: "ses_1", User: "usr_ada", Proofs: proof.List{pwd(earlier), otp(earlier.Add(9*time.Second), "phone")}}
}

func sessionOf(proofs ...proof.Proof) func(*State) {
	return func(s *State) { s.Session.Proofs = proofs }
}

func state(changes ...func(*State)) State {
	s := State{
		Ask:       Ask{Client: "web", RequestedAt: asked, Scopes: []string{"openid"}},
		Session:   adasSession(),
		Person:    ada(),
		App:       &Application{ID: "web"},
		Consented: []string{"openid"},
		MFA:       proof.MFAAdministrators,
		Now:       asked,
		Fresh:     15 * time.Minute,
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

func lacks(s *State) { s.Admission.Missing = []Membership{{ID: "support"}} }

func minutes(n int) *time.Duration { d := time.Duration(n) * time.Minute; return &d }

func signedOut(s *State)  { s.Session, s.Person = nil, nil }
func strong(s *State)     { s.Session, s.Person = adasStrongSession(), adaWithOTP() }
func hasOTP(s *State)     { s.Person = adaWithOTP() }
func none(s *State)       { s.Ask.None = true }
func login(s *State)      { s.Ask.Login = true }
func selects(s *State)    { s.Ask.Select = true }
func ownPage(s *State)    { s.Ask.Client, s.App, s.Ask.ReturnTo = "", nil, "/account" }
func everybody(s *State)  { s.MFA = proof.MFAEverybody }
func admin(s *State)      { s.Person.Administrator = true }
func needsAAL2(s *State)  { s.Ask.Require = proof.AAL2 }
func clientAAL2(s *State) { s.App.Require = proof.AAL2 }
func stale(s *State)      { s.Fresh = 9 * time.Minute }
func trusted(s *State)    { s.App.SkipConsent, s.Consented = true, nil }
func noConsent(s *State)  { s.Consented = nil }
func offline(s *State) {
	s.Ask.Scopes = []string{"openid", "offline_access"}
	s.Consented = s.Ask.Scopes
}

func proves(p Progress) func(*State) { return func(s *State) { s.Progress = p } }

func fresh() Progress {
	return Progress{User: "usr_ada", Proofs: proof.List{pwd(later)}, Chosen: true}
}

func freshStrong() Progress {
	p := fresh()
	p.Proofs = append(p.Proofs, otp(later.Add(3*time.Second), "phone"))
	return p
}

func with2(p Progress, change func(*Progress)) func(*State) { change(&p); return proves(p) }

func provesAt(at time.Time) func(*State) {
	return with2(fresh(), func(p *Progress) { p.Proofs = proof.List{pwd(at)} })
}

func TestNext(t *testing.T) {
	t.Parallel()
	issue := func(level proof.Level, at time.Time, methods ...string) Decision {
		return Decision{Step: StepIssue, User: "usr_ada", Session: "ses_1", Level: level, AuthTime: at, Methods: methods}
	}
	step := func(s Step) Decision { return Decision{Step: s, User: "usr_ada", Session: "ses_1"} }
	consent := func(level proof.Level, at time.Time, methods ...string) Decision {
		d := issue(level, at, methods...)
		d.Step = StepConsent
		return d
	}
	refuse := func(code string) Decision {
		return Decision{Step: StepRefuse, Error: code, User: "usr_ada", Session: "ses_1"}
	}
	nobody := Decision{Step: StepSignIn}
	type is []func(*State)

	locked := func(s *State) { s.Locked = true }
	barred := func(level proof.Level, at time.Time, methods ...string) Decision {
		d := issue(level, at, methods...)
		d.Step = StepBarred
		return d
	}
	refusedForWant := Decision{Step: StepRefuse, Error: "access_denied", Barred: true, User: "usr_ada", Session: "ses_1"}
	for _, c := range []struct {
		name  string
		state is
		want  Decision
	}{
		// Who it is.
		{"signed in and allowed", is{}, issue(proof.AAL1, earlier, "pwd")},
		{"nobody", is{signedOut}, nobody},
		{"nobody, prompt=none", is{signedOut, none}, Decision{Step: StepRefuse, Error: "login_required"}},
		{"signed in, prompt=none", is{none}, issue(proof.AAL1, earlier, "pwd")},
		// Dated by a clock that had jumped, it would be fresh until then.
		{"a proof of tomorrow", is{sessionOf(pwd(asked.Add(24 * time.Hour)))}, step(StepSignIn)},
		{"a proof of tomorrow, given here", is{provesAt(asked.Add(24 * time.Hour))}, issue(proof.AAL1, earlier, "pwd")}, // by the session's
		{"a proof by a clock a little ahead", is{sessionOf(pwd(asked.Add(time.Minute)))}, issue(proof.AAL1, asked.Add(time.Minute), "pwd")},
		{"the person is gone", is{func(s *State) { s.Person = nil }}, nobody},
		{"the person is disabled", is{func(s *State) { s.Person.Enabled = false }}, nobody},
		{"disabled, prompt=none", is{none, func(s *State) { s.Person.Enabled = false }}, Decision{Step: StepRefuse, Error: "login_required"}},
		{"the state holds another person", is{func(s *State) { s.Person = bob() }}, nobody},
		{"a page of ours", is{ownPage, noConsent}, issue(proof.AAL1, earlier, "pwd")},
		{"the client is gone", is{func(s *State) { s.App = nil }}, Decision{Step: StepRefuse, Error: "unauthorized_client"}},
		{"the state holds another client", is{func(s *State) { s.App.ID = "other" }}, Decision{Step: StepRefuse, Error: "unauthorized_client"}},

		// Which account.
		{"select_account", is{selects}, step(StepSelect)},
		{"select_account, chosen", is{selects, proves(Progress{User: "usr_ada", Chosen: true})}, issue(proof.AAL1, earlier, "pwd")},
		{"select_account, somebody else", is{selects, proves(Progress{Chosen: true}), func(s *State) { s.Person = nil }}, nobody},
		{"select_account, nobody there", is{selects, signedOut}, nobody},
		{"select_account, typed the password", is{selects, proves(fresh())}, issue(proof.AAL1, later, "pwd")},
		{"select_account, prompt=none", is{selects, none}, refuse("account_selection_required")},
		{"our page wants another account", is{ownPage, func(s *State) { s.Ask.Switch = true }}, step(StepSelect)},
		{"chosen, then signed out", is{selects, proves(Progress{User: "usr_ada", Chosen: true}), func(s *State) { s.Session = nil }}, Decision{Step: StepSignIn, User: "usr_ada"}},
		{"chosen, then another tab switched", is{proves(Progress{User: "usr_ada", Chosen: true}), func(s *State) { s.Session.User = "usr_bob" }}, Decision{Step: StepSignIn, User: "usr_ada"}},

		// id_token_hint.
		{"the hint fits", is{func(s *State) { s.Ask.HintUser = "usr_ada" }}, issue(proof.AAL1, earlier, "pwd")},
		{"the hint names another", is{func(s *State) { s.Ask.HintUser = "usr_bob" }}, nobody},
		{"the hint names another, prompt=none", is{none, func(s *State) { s.Ask.HintUser = "usr_bob" }}, Decision{Step: StepRefuse, Error: "login_required"}},
		{"proved as another than the hint", is{proves(fresh()), func(s *State) { s.Ask.HintUser = "usr_bob" }}, refuse("login_required")},

		// How fresh.
		{"prompt=login", is{login}, step(StepSignIn)},
		{"prompt=login, proved", is{login, proves(fresh())}, issue(proof.AAL1, later, "pwd")},
		{"prompt=login, proved within the second", is{login, provesAt(asked.Add(300 * time.Millisecond))}, issue(proof.AAL1, asked, "pwd")},
		{"prompt=login, the session is of the same second", is{login, sessionOf(pwd(asked.Add(300 * time.Millisecond)))}, step(StepSignIn)},
		{"prompt=login, another tab signed in since", is{login, sessionOf(pwd(later))}, issue(proof.AAL1, later, "pwd")},
		{"prompt=login, a proof from before", is{login, provesAt(earlier)}, step(StepSignIn)},
		{"max_age=0", is{func(s *State) { s.Ask.MaxAge = minutes(0) }}, step(StepSignIn)},
		{"max_age=0, proved", is{proves(fresh()), func(s *State) { s.Ask.MaxAge = minutes(0) }}, issue(proof.AAL1, later, "pwd")},
		{"max_age exceeded", is{func(s *State) { s.Ask.MaxAge = minutes(9) }}, step(StepSignIn)},
		{"max_age exceeded, prompt=none", is{none, func(s *State) { s.Ask.MaxAge = minutes(9) }}, refuse("login_required")},
		{"max_age just kept", is{func(s *State) { s.Ask.MaxAge = minutes(10) }}, issue(proof.AAL1, earlier, "pwd")},
		{"max_age kept to the second", is{sessionOf(pwd(earlier.Add(999 * time.Millisecond))), func(s *State) { s.Ask.MaxAge = minutes(10) }}, issue(proof.AAL1, earlier, "pwd")},
		{"a session without a password", is{sessionOf()}, step(StepSignIn)},
		{"the later proof wins", is{proves(fresh())}, issue(proof.AAL1, later, "pwd")},
		{"the password was changed since the proof", is{login, proves(fresh()), func(s *State) { s.Person.Password = "a_new_password" }}, step(StepSignIn)},
		{"the password was changed, the session was kept", is{func(s *State) { s.Person.Password = "a_new_password" }}, step(StepSignIn)},
		{"the password was changed, and proved by the change", is{sessionOf(pwd(earlier), proof.Proof{Method: proof.Password, At: later, Factor: "a_new_password"}), func(s *State) { s.Person.Password = "a_new_password" }}, issue(proof.AAL1, later, "pwd")},
		{"the password was taken away", is{func(s *State) { s.Person.Password = "" }}, step(StepSignIn)},
		{"a proof that names no factor", is{sessionOf(proof.Proof{Method: proof.Password, At: later}), func(s *State) { s.Person.Password = "" }}, step(StepSignIn)},

		// How strong.
		{"a factor is always used", is{hasOTP}, step(StepFactor)},
		{"a factor was used", is{strong}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"a factor, prompt=none", is{hasOTP, none}, refuse("login_required")},
		{"essential aal2, a factor was used", is{strong, needsAAL2}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"essential aal2, no factor", is{needsAAL2}, step(StepEnrol)},
		{"essential aal2, no factor, prompt=none", is{needsAAL2, none}, refuse("unmet_authentication_requirements")},
		{"acr_values aal2, no factor", is{func(s *State) { s.Ask.Prefer = proof.AAL2 }}, issue(proof.AAL1, earlier, "pwd")},
		{"acr_values aal2, a factor", is{hasOTP, func(s *State) { s.Ask.Prefer = proof.AAL2 }}, step(StepFactor)},
		{"an unknown essential acr", is{func(s *State) { s.Ask.Require = proof.AAL2 + 1 }}, Decision{Step: StepRefuse, Error: "unmet_authentication_requirements"}},
		{"an unknown level of the client", is{func(s *State) { s.App.Require = -1 }}, Decision{Step: StepRefuse, Error: "unmet_authentication_requirements"}},
		{"the client requires aal2", is{clientAAL2}, step(StepEnrol)},
		{"the client requires aal2, prompt=none", is{clientAAL2, none}, refuse("interaction_required")},
		{"everybody needs a factor", is{everybody}, step(StepEnrol)},
		{"administrators need a factor", is{admin}, step(StepEnrol)},
		{"nobody needs a factor", is{admin, func(s *State) { s.MFA = proof.MFANobody }}, issue(proof.AAL1, earlier, "pwd")},
		{"nobody needs a factor, but the client", is{clientAAL2, func(s *State) { s.MFA = proof.MFANobody }}, step(StepEnrol)},
		{"an unknown policy is strict", is{func(s *State) { s.MFA = "" }}, step(StepEnrol)},
		{"a stale session enrols nobody: essential aal2", is{needsAAL2, stale}, step(StepSignIn)},
		{"a stale session enrols nobody: the client", is{clientAAL2, stale}, step(StepSignIn)},
		{"a stale session enrols nobody: the policy", is{everybody, stale}, step(StepSignIn)},
		{"a stale session enrols nobody: administrators", is{admin, stale}, step(StepSignIn)},
		{"a stale session enrols nobody: an unknown policy", is{stale, func(s *State) { s.MFA = "" }}, step(StepSignIn)},
		{"a stale session enrols nobody: a page of ours", is{ownPage, needsAAL2, stale}, step(StepSignIn)},
		{"a stale session enrols nobody: the factor was removed", is{strong, needsAAL2, stale, func(s *State) { s.Person.Second = nil }}, step(StepSignIn)},
		{"a stale session enrols nobody: prompt=none", is{needsAAL2, stale, none}, refuse("login_required")},
		{"a stale session, and the password again", is{needsAAL2, stale, proves(fresh())}, step(StepEnrol)},
		{"a session that is just fresh", is{needsAAL2, func(s *State) { s.Fresh = 10 * time.Minute }}, step(StepEnrol)},
		{"a stale session with a factor", is{strong, needsAAL2, stale}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"the password comes before the factor", is{hasOTP, login}, step(StepSignIn)},
		{"prompt=login wants the factor again", is{strong, login, proves(fresh())}, step(StepFactor)},
		{"prompt=login, both again", is{strong, login, proves(freshStrong())}, issue(proof.AAL2, later, "pwd", "otp", "mfa")},
		{"max_age wants only what is stale", is{strong, func(s *State) { s.Ask.MaxAge = minutes(2); s.Session.Proofs[0].At = asked.Add(-time.Minute) }}, step(StepFactor)},
		{"auth_time is the older proof", is{strong, func(s *State) { s.Session.Proofs[1].At = earlier.Add(-time.Hour) }}, issue(proof.AAL2, earlier.Add(-time.Hour), "pwd", "otp", "mfa")},
		{"a factor proof of somebody without a factor", is{needsAAL2, proves(freshStrong())}, step(StepEnrol)},
		{"the factor was replaced since the proof", is{hasOTP, proves(freshStrong()), func(s *State) { s.Person.Second = []id.Factor{"tablet"} }}, step(StepFactor)},
		{"the factor was replaced since the session", is{strong, func(s *State) { s.Person.Second = []id.Factor{"tablet"} }}, step(StepFactor)},
		{"the factor was removed", is{strong, func(s *State) { s.Person.Second = nil }}, issue(proof.AAL1, earlier, "pwd")},
		{"the factor was removed, and aal2 is needed", is{strong, needsAAL2, func(s *State) { s.Person.Second = nil }}, step(StepEnrol)},
		{"another factor was added", is{strong, func(s *State) { s.Person.Second = []id.Factor{"phone", "tablet"} }}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"one of two factors was removed, the proof is of the other", is{strong, func(s *State) {
			s.Session.Proofs = append(s.Session.Proofs, otp(earlier.Add(time.Minute), "tablet"))
			s.Person.Second = []id.Factor{"phone"}
		}}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"the newer of two factors is the fresh one", is{strong, proves(fresh()), login, func(s *State) {
			s.Progress.Proofs = append(s.Progress.Proofs, otp(earlier, "phone"), otp(later, "tablet"))
			s.Person.Second = []id.Factor{"phone", "tablet"}
		}}, issue(proof.AAL2, later, "pwd", "otp", "mfa")},
		{"two authenticators are no password", is{func(s *State) {
			s.Session.Proofs = proof.List{otp(later, "phone"), otp(later, "tablet")}
			s.Person.Second = []id.Factor{"phone", "tablet"}
		}}, step(StepSignIn)},
		{"a method that nobody knows", is{hasOTP, func(s *State) {
			s.Session.Proofs = append(s.Session.Proofs, proof.Proof{Method: "vibe", At: later, Factor: "phone"})
		}}, step(StepFactor)},
		{"a factor without a password", is{signedOut, hasOTP, with2(freshStrong(), func(p *Progress) { p.Proofs = p.Proofs[1:] })}, Decision{Step: StepSignIn, User: "usr_ada"}},

		// Whose proofs.
		{
			"another's proof replaces the session",
			is{with2(fresh(), func(p *Progress) { p.User, p.Proofs = "usr_bob", proof.List{bobs(later)} }), func(s *State) { s.Person = bob() }},
			Decision{Step: StepIssue, User: "usr_bob", Level: proof.AAL1, AuthTime: later, Methods: []string{"pwd"}},
		},
		{
			"another's session lends no factor",
			is{strong, with2(fresh(), func(p *Progress) { p.User, p.Proofs = "usr_bob", proof.List{bobs(later)} }), func(s *State) {
				s.Person = &Person{ID: "usr_bob", Enabled: true, Password: "bobs_password", Second: []id.Factor{"phone"}}
			}},
			Decision{Step: StepFactor, User: "usr_bob"},
		},
		{"proofs end with the session they went into", is{with2(fresh(), func(p *Progress) { p.Session = "ses_0" }), login}, step(StepSignIn)},
		{"proofs end with a session that ended", is{signedOut, func(s *State) { s.Person = ada() }, with2(fresh(), func(p *Progress) { p.Session = "ses_1" })}, Decision{Step: StepSignIn, User: "usr_ada"}},
		{"proofs live with the session they went into", is{with2(fresh(), func(p *Progress) { p.Session = "ses_1" }), login}, issue(proof.AAL1, later, "pwd")},

		// Does the application take them in.
		{"a role is missing", is{lacks}, barred(proof.AAL1, earlier, "pwd")},
		{"a role is missing, prompt=none", is{lacks, none}, refusedForWant},
		{"a role is missing, nobody is known", is{lacks, signedOut}, Decision{Step: StepSignIn}},
		{"a role is missing, nobody is known, prompt=none", is{lacks, signedOut, none}, Decision{Step: StepRefuse, Error: "login_required"}},
		{"a role is missing, and the factor too", is{lacks, hasOTP}, step(StepFactor)},
		{"a role is missing, nothing was allowed", is{lacks, noConsent}, barred(proof.AAL1, earlier, "pwd")},
		{"a role is missing, and a consent given", is{lacks, proves(Progress{User: "usr_ada", Consent: "allow", Scopes: []string{"openid"}})}, barred(proof.AAL1, earlier, "pwd")},
		{"a role is missing, a trusted app", is{lacks, trusted}, barred(proof.AAL1, earlier, "pwd")},
		{"a role is missing, and they left", is{lacks, proves(Progress{User: "usr_ada", Consent: "deny"})}, refusedForWant},
		{"a role that asks for two factors", is{func(s *State) { s.Admission.Level = proof.AAL2 }}, step(StepEnrol)},
		{"a role that asks for two factors, which are there", is{strong, func(s *State) { s.Admission.Level = proof.AAL2 }}, issue(proof.AAL2, earlier, "pwd", "otp", "mfa")},
		{"a role that asks for a fresh sign-in", is{func(s *State) { s.Admission.MaxAge = 9 * time.Minute }}, step(StepSignIn)},
		{"a role that asks for one as fresh as this", is{func(s *State) { s.Admission.MaxAge = 11 * time.Minute }}, issue(proof.AAL1, earlier, "pwd")},
		{"the shorter of two ages", is{func(s *State) { s.Admission.MaxAge, s.Ask.MaxAge = 11*time.Minute, minutes(9) }}, step(StepSignIn)},

		// Is a lock on them.
		{"locked", is{locked}, Decision{Step: StepSignIn}},
		{"locked, with both proofs of now", is{locked, strong, proves(freshStrong())}, Decision{Step: StepSignIn}},
		{"locked, a trusted app", is{locked, trusted}, Decision{Step: StepSignIn}},
		{"locked, prompt=none", is{locked, none}, Decision{Step: StepRefuse, Error: "login_required"}},

		// May the application.
		{"not allowed yet", is{noConsent}, consent(proof.AAL1, earlier, "pwd")},
		{"not allowed yet, prompt=none", is{noConsent, none}, refuse("consent_required")},
		{"allowed less before", is{func(s *State) { s.Ask.Scopes = []string{"openid", "email"} }}, consent(proof.AAL1, earlier, "pwd")},
		{"prompt=consent", is{func(s *State) { s.Ask.Consent = true }}, consent(proof.AAL1, earlier, "pwd")},
		{"prompt=consent, a trusted app", is{trusted, func(s *State) { s.Ask.Consent = true }}, consent(proof.AAL1, earlier, "pwd")},
		{"prompt=consent, allowed now", is{func(s *State) { s.Ask.Consent = true }, proves(Progress{User: "usr_ada", Consent: "allow", Scopes: []string{"openid"}})}, issue(proof.AAL1, earlier, "pwd")},
		{"a trusted app", is{trusted}, issue(proof.AAL1, earlier, "pwd")},
		{"offline access allowed before", is{offline}, issue(proof.AAL1, earlier, "pwd")},
		{"offline access not allowed before", is{offline, func(s *State) { s.Consented = []string{"openid"} }}, consent(proof.AAL1, earlier, "pwd")},
		{"an application that cannot prove itself asks again", is{offline, func(s *State) {
			s.App.Unproven, s.Consented = true, []string{"openid", "offline_access"}
		}}, consent(proof.AAL1, earlier, "pwd")},
		{"offline access of a trusted app", is{offline, trusted}, issue(proof.AAL1, earlier, "pwd")},
		{"offline access allowed now", is{offline, proves(Progress{User: "usr_ada", Consent: "allow", Scopes: []string{"openid", "offline_access"}})}, issue(proof.AAL1, earlier, "pwd")},
		{"allowed less than asked", is{noConsent, proves(Progress{User: "usr_ada", Consent: "allow", Scopes: nil})}, consent(proof.AAL1, earlier, "pwd")},
		{"denied", is{noConsent, proves(Progress{User: "usr_ada", Consent: "deny"})}, refuse("access_denied")},
		{"denied what was allowed before", is{func(s *State) { s.Ask.Consent = true }, proves(Progress{User: "usr_ada", Consent: "deny"})}, refuse("access_denied")},
		{"a word that is neither yes nor no", is{noConsent, proves(Progress{User: "usr_ada", Consent: "maybe", Scopes: []string{"openid"}})}, consent(proof.AAL1, earlier, "pwd")},
		{"consent does not replace the factor", is{hasOTP, proves(Progress{User: "usr_ada", Consent: "allow", Scopes: []string{"openid"}})}, step(StepFactor)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Next(state(c.state...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// order is how far a step is from the beginning; a refusal ends it.
var order = []Step{StepSelect, StepSignIn, StepEnrol, StepFactor, StepBarred, StepConsent, StepIssue, StepRefuse}

func rank(d Decision) int { return slices.Index(order, d.Step) }
