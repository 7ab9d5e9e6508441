package flow

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
)

// A second click cancels the answer to the first: for a minute the same answer is
// given again, to the same person in the same session.
func TestAFinishedSignInLeadsOnForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTab(t, toWeb)
		b.is(StepConsent)(b.password("ada"))
		b.is(StepIssue)(b.consent(true))
		seen, err := b.look()
		if err != nil {
			t.Fatal(err)
		}
		b.finish()
		if err := b.s.Finish(t.Context(), seen.Entry); fault.CodeOf(err) != "" && !fault.Is(err, fault.Conflict) || err == nil {
			t.Errorf("finished twice by what was seen before: %v", err)
		}
		time.Sleep(30 * time.Second)
		b.finish() // a second answer gives no more time
		b.is(StepIssue)(b.look())
		b.is(StepIssue)(b.password("ada"))
		b.is(StepIssue)(b.totp("otp ada 1"))
		b.is(StepIssue)(b.s.Recovery(t.Context(), audit.Actor{}, b.ref, "rec ada 1"))
		b.is(StepIssue)(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp ada 1"))
		b.is(StepIssue)(b.choose(false))
		b.is(StepIssue)(b.consent(true))
		b.refused("flow.gone")(b.consent(false)) // too late for another word
		b.refused("signin.wrong")(b.s.Password(t.Context(), audit.Actor{}, b.ref, "ada", "not it"))
		b.refused("signin.another_session")(b.password("bob"))
		if len(b.w.sessions) != 1 || len(b.w.spent) != 0 || len(b.w.consents) != 1 {
			t.Errorf("something was done: %d sessions, spent %v, consents %v", len(b.w.sessions), b.w.spent, b.w.consents)
		}
		time.Sleep(30*time.Second - time.Nanosecond)
		b.is(StepIssue)(b.look())
		time.Sleep(time.Nanosecond)
		if out := b.refused("flow.gone")(b.look()); out.App == nil || out.Interaction.Ask.Client != "web" {
			t.Errorf("nobody knows what it was for: %+v", out.Entry)
		}
	})
}

// What was answered to one person is nothing to another one, or to nobody.
func TestAFinishedSignInIsOverForEverybodyElse(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	b.is(StepIssue)(b.consent(true))
	b.finish()
	ada := b.ref.Session
	again := b.open(toWeb)
	again.ref.Session = ""
	again.is(StepIssue)(again.password("ada"))
	for name, change := range map[string]func(){
		"signed out":          func() { b.ref.Session = "" },
		"another person":      func() { b.ref.Session = b.sessionOf("bob") },
		"another session":     func() { b.ref.Session = again.ref.Session },
		"the consent is gone": func() { b.ref.Session = ada; clear(b.w.consents); delete(b.w.apps, "web") },
	} {
		change()
		for what, post := range map[string]func() (Outcome, error){
			"look": b.look, "the password": func() (Outcome, error) { return b.password("ada") },
			"another password": func() (Outcome, error) { return b.password("bob") },
			"a choice":         func() (Outcome, error) { return b.choose(true) },
			"consent":          func() (Outcome, error) { return b.consent(true) },
		} {
			if out, err := post(); fault.CodeOf(err) != "flow.gone" || out.SessionToken != "" {
				t.Errorf("%s, %s: %s, %v", name, what, out.Decision.Step, err)
			}
		}
		b.w.apps["web"] = Application{ID: "web"}
	}
}

// Who goes back and says "another account" means it.
func TestAFinishedSignInGoesOnAsSomebodyElseOnlyWhereThePersonSaysSo(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	b.is(StepIssue)(b.consent(true))
	b.finish()
	b.is(StepSignIn)(b.choose(true))
	if i := b.w.interactions[b.ref.Interaction]; !i.Finished.IsZero() {
		t.Errorf("it is finished at %v", i.Finished)
	}
	b.is(StepFactor)(b.password("bob"))
	b.is(StepConsent)(b.totp("otp bob 1"))
	b.is(StepIssue)(b.consent(true))
	b.finish()
	if got := b.w.interactions[b.ref.Interaction].Progress.User; got != "bob" {
		t.Errorf("it was answered for %s", got)
	}
}
