package flow

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/id"
	"gatehouse/proof"
)

var (
	people = []id.User{"usr_ada", "usr_bob"}
	levels = []proof.Level{proof.None, proof.None, proof.None, proof.AAL1, proof.AAL2, proof.AAL2 + 1}
	scopes = []string{"openid", "email", "offline_access"}
)

// anyState draws a state as the service would build it: the person is the one of
// the proof, else of the session.
func anyState(t *rapid.T) State {
	some := func(name string) bool { return rapid.Bool().Draw(t, name) }
	when := func(name string) time.Time {
		n := rapid.IntRange(-5, 4).Draw(t, name)
		if n == 4 {
			return time.Time{}
		}
		return asked.Add(time.Duration(n) * 700 * time.Millisecond)
	}
	// drawn are proofs by factors of which some are gone.
	drawn := func(name string) proof.List {
		var l proof.List
		for _, f := range rapid.SliceOfDistinct(rapid.SampledFrom([]id.Factor{"password", "old_password", "phone", "tablet"}), rapid.ID).Draw(t, name) {
			p := proof.Proof{Method: proof.OTP, At: when(name + " " + string(f)), Factor: f}
			if f == "password" || f == "old_password" {
				p.Method = proof.Password
			}
			l = append(l, p)
		}
		return l
	}
	pick := func(name string) []string {
		return rapid.SliceOfDistinct(rapid.SampledFrom(scopes), rapid.ID).Draw(t, name)
	}

	s := State{
		Ask: Ask{
			Client: "web", RequestedAt: asked, Scopes: pick("asked"),
			None: some("none"), Login: some("login"), Consent: some("consent"), Select: some("select"),
			Require: rapid.SampledFrom(levels).Draw(t, "require"), Prefer: rapid.SampledFrom(levels).Draw(t, "prefer"),
		},
		Progress: Progress{
			Proofs:  drawn("proved here"),
			Consent: rapid.SampledFrom([]string{"", "allow", "deny"}).Draw(t, "word"), Scopes: pick("allowed"),
			Chosen: some("chosen"), Session: rapid.SampledFrom([]id.Session{"", "ses_1"}).Draw(t, "settled in"),
		},
		App:       &Application{ID: "web", SkipConsent: some("trusted"), Require: rapid.SampledFrom(levels[:5]).Draw(t, "app requires")},
		Consented: pick("consented"),
		Now:       asked.Add(3 * time.Second),
		Fresh:     time.Duration(rapid.IntRange(1, 6).Draw(t, "fresh")) * time.Second,
		MFA:       rapid.SampledFrom([]proof.MFA{proof.MFAAdministrators, proof.MFAEverybody, proof.MFANobody, "?"}).Draw(t, "mfa"),
	}
	if some("a role is missing") {
		s.Admission.Missing = []Membership{{ID: "support"}}
	}
	if some("a role asks for more") {
		s.Admission.Level, s.Admission.MaxAge = rapid.SampledFrom(levels).Draw(t, "role asks"), time.Duration(rapid.IntRange(0, 3).Draw(t, "role age"))*time.Second
	}
	if some("max_age") {
		age := time.Duration(rapid.IntRange(0, 3).Draw(t, "age")) * time.Second
		s.Ask.MaxAge = &age
	}
	if some("hint") {
		s.Ask.HintUser = rapid.SampledFrom(people).Draw(t, "hint user")
	}
	if some("session") {
		s.Session = &SessionView{ID: "ses_1", User: rapid.SampledFrom(people).Draw(t, "session user"), Proofs: drawn("session proofs")}
	}
	if some("proof user") {
		s.Progress.User = rapid.SampledFrom(people).Draw(t, "proof of")
	}
	if user := s.Progress.subject(s.Session); user != "" && some("person") {
		s.Person = &Person{ID: user, Enabled: some("enabled"), Administrator: some("administrator"), Password: "password"}
		s.Person.Second = rapid.SliceOfDistinct(rapid.SampledFrom([]id.Factor{"phone", "tablet"}), rapid.ID).Draw(t, "second factors")
	}
	return s
}

// aboutSomebody makes the state one about a person whom the interaction knows.
func aboutSomebody(t *rapid.T, s *State) {
	if s.Person == nil {
		s.Person = &Person{ID: rapid.SampledFrom(people).Draw(t, "somebody"), Enabled: true, Password: "password", Second: []id.Factor{"phone"}}
	}
	s.Progress.User = s.Person.ID
}

// floor is the earliest moment that counts, said in another way than Next says it.
func floor(a Ask) time.Time {
	switch {
	case a.Login || a.MaxAge != nil && *a.MaxAge == 0:
		return a.RequestedAt
	case a.MaxAge != nil:
		return a.RequestedAt.Add(-*a.MaxAge)
	}
	return time.Time{}.Add(time.Second)
}

func TestNextNeverIssuesOnLessThanWasAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		d := Next(s)
		if s.Ask.None && d.Step != StepIssue && d.Step != StepRefuse {
			t.Fatalf("prompt=none shows %s", d.Step)
		}
		if (d.Step == StepRefuse) != (d.Error != "") {
			t.Fatalf("step %s with error %q", d.Step, d.Error)
		}
		if d.Step == StepEnrol && !provedSince(s, s.Now.Add(-s.Fresh)) {
			t.Fatalf("a factor may be set up on proofs that are older than %v", s.Fresh)
		}
		if d.Step != StepIssue && d.Step != StepConsent && d.Step != StepBarred {
			if d.Level != proof.None || !d.AuthTime.IsZero() || d.Methods != nil {
				t.Fatalf("%s claims a level: %+v", d.Step, d)
			}
			return
		}
		if s.Person == nil || !s.Person.Enabled || d.User != s.Person.ID {
			t.Fatalf("%s about nobody: %+v", d.Step, d)
		}
		if d.AuthTime.Before(floor(s.Ask)) {
			t.Fatalf("auth_time %v is before %v", d.AuthTime, floor(s.Ask))
		}
		if !provedAt(s, d.AuthTime) {
			t.Fatalf("nothing of this person was proved at %v", d.AuthTime)
		}
		strong := slices.Contains(d.Methods, "mfa")
		if strong != (d.Level == proof.AAL2) || strong && !s.Person.HasFactor() {
			t.Fatalf("level %s by %v, has a factor: %v", d.Level, d.Methods, s.Person.HasFactor())
		}
		must := s.Ask.Require == proof.AAL2 || s.App.Require == proof.AAL2 || s.Person.HasFactor() || s.MFA == proof.MFAEverybody || s.MFA == proof.MFAAdministrators && s.Person.Administrator
		if must && !strong {
			t.Fatalf("a second factor was needed")
		}
		if s.Ask.HintUser != "" && s.Ask.HintUser != d.User {
			t.Fatalf("the hint names %s", s.Ask.HintUser)
		}
	})
}

// provedSince reports whether the person's password was proved then or later.
func provedSince(s State, since time.Time) bool {
	all := s.Progress.Proofs
	if s.Session != nil && s.Session.User == s.Person.ID {
		all = slices.Concat(all, s.Session.Proofs)
	}
	return slices.ContainsFunc(all, func(p proof.Proof) bool { return p.Factor == s.Person.Password && !p.At.Before(since) })
}

// provedAt reports whether some proof of the person is of that second.
func provedAt(s State, at time.Time) bool {
	var all []time.Time
	if s.Session != nil && s.Session.User == s.Person.ID {
		all = append(all, timesOf(s.Session.Proofs, s.Person)...)
	}
	if s.Progress.User == s.Person.ID {
		all = append(all, timesOf(s.Progress.Proofs, s.Person)...)
	}
	return slices.ContainsFunc(all, func(p time.Time) bool { return !p.IsZero() && seconds(p).Equal(at) })
}

// timesOf are when factors that the person has proved.
func timesOf(l proof.List, of *Person) (all []time.Time) {
	for _, p := range l {
		if p.Factor == of.Password || slices.Contains(of.Second, p.Factor) {
			all = append(all, p.At)
		}
	}
	return all
}

func TestNextNeverGoesBackForAProofMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		s.Ask.None = false
		aboutSomebody(t, &s)
		s.Progress.Session = ""
		before := Next(s)
		more := s
		what := rapid.IntRange(0, 3).Draw(t, "what")
		switch what {
		case 0:
			more.Progress.Proofs = s.Progress.Proofs.Merge(proof.Proof{Method: proof.Password, At: asked.Add(time.Minute), Factor: s.Person.Password})
		case 1:
			f := rapid.SampledFrom([]id.Factor{"phone", "tablet"}).Draw(t, "by")
			more.Progress.Proofs = s.Progress.Proofs.Merge(proof.Proof{Method: proof.OTP, At: asked.Add(time.Minute), Factor: f})
		case 2:
			more.Progress.Chosen = true
		case 3:
			more.Progress.Consent, more.Progress.Scopes = "allow", s.Ask.Scopes
			if s.Progress.Consent == "deny" { // a no stays a no
				more = s
			}
		}
		after := Next(more)
		if rank(after) < rank(before) {
			t.Fatalf("from %s back to %s after proof %d", before.Step, after.Step, what)
		}
		if before.Step == StepIssue && after.AuthTime.Before(before.AuthTime) {
			t.Fatalf("auth_time went back from %v to %v", before.AuthTime, after.AuthTime)
		}
	})
}

// A factor that vanishes takes its proofs along: what is then reached is what
// would have been reached had they never been given.
func TestNextForgetsWhatAVanishedFactorProved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		aboutSomebody(t, &s)
		gone := rapid.SampledFrom([]id.Factor{"phone", "tablet"}).Draw(t, "gone")
		s.Person.Second = slices.DeleteFunc(s.Person.Second, func(f id.Factor) bool { return f == gone })
		never := s
		without := func(l proof.List) proof.List {
			return slices.DeleteFunc(slices.Clone(l), func(p proof.Proof) bool { return p.Factor == gone })
		}
		never.Progress.Proofs = without(s.Progress.Proofs)
		if s.Session != nil {
			v := *s.Session
			v.Proofs = without(v.Proofs)
			never.Session = &v
		}
		if diff := cmp.Diff(Next(never), Next(s)); diff != "" {
			t.Fatalf("without %s (-want +got):\n%s", gone, diff)
		}
	})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestNextIsPure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		a, b := Next(s), Next(s)
		if a.Step != b.Step || a.Error != b.Error || a.User != b.User || !slices.Equal(a.Methods, b.Methods) || !a.AuthTime.Equal(b.AuthTime) {
			t.Fatalf("%+v and then %+v", a, b)
		}
	})
}
