package flow

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

func TestSignInGoesFromPasswordOverCodeToConsent(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepSignIn)(b.look())
	out := b.is(StepFactor)(b.password("bob"))
	if out.SessionToken != "" || len(b.w.sessions) != 0 || out.Person == nil || out.Person.ID != "bob" {
		t.Fatalf("after the password: %+v, %d sessions", out, len(b.w.sessions))
	}
	b.refused("totp.wrong")(b.totp("otp ada 1"))
	out = b.is(StepConsent)(b.totp("otp bob 1"))
	if out.SessionToken == "" || out.App.Name != "Web" || !slices.Equal(out.Decision.Methods, []string{"pwd", "otp", "mfa"}) {
		t.Fatalf("after the code: %+v", out)
	}
	b.is(StepIssue)(b.consent(true))
	b.is(StepIssue)(b.look())
	if want := "signin.prove bob, signin.complete bob"; b.actions() != want {
		t.Errorf("audit: %s, want %s", b.actions(), want)
	}
	b.finish()
}

func TestSignInBelongsToTheBrowserThatBeganIt(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	for _, binding := range []string{"", "another browser"} {
		thief := *b
		thief.ref.Browser = binding
		o := thief.refused("flow.browser")(thief.look())
		if o.App != nil || o.Interaction.ID != "" {
			t.Errorf("another browser sees %+v", o.Entry)
		}
		thief.refused("flow.browser")(thief.password("ada"))
		thief.refused("flow.browser")(thief.choose(true))
		thief.refused("flow.browser")(thief.consent(true))
	}
	if len(b.w.proved) != 0 {
		t.Error("another browser may try passwords")
	}
}

func TestSignInThatTookTooLongStillNamesTheApplication(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTab(t, toWeb)
		time.Sleep(time.Hour)
		for name, post := range map[string]func() (Outcome, error){
			"look": b.look, "password": func() (Outcome, error) { return b.password("ada") },
			"consent": func() (Outcome, error) { return b.consent(true) },
		} {
			o := b.refused("flow.expired")(post())
			if o.App == nil || o.App.HomeURL != "https://web.test/" {
				t.Errorf("%s: the application is %+v", name, o.App)
			}
		}
	})
}

func TestPostsOutOfTurnChangeNothing(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	before := b.w.interactions[b.ref.Interaction]
	b.is(StepSignIn)(b.totp("otp bob 1"))
	b.is(StepSignIn)(b.consent(true))
	b.is(StepSignIn)(b.choose(false))
	b.is(StepSignIn)(b.s.Recovery(t.Context(), audit.Actor{}, b.ref, "rec bob 1"))
	b.is(StepSignIn)(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp ada 1"))
	if _, _, err := b.s.StartEnrol(t.Context(), audit.Actor{}, b.ref); fault.CodeOf(err) != "flow.step" {
		t.Errorf("start enrolment: %v", err)
	}
	if diff := cmp.Diff(before, b.w.interactions[b.ref.Interaction]); diff != "" || len(b.w.proved) != 0 || len(b.w.spent) != 0 {
		t.Errorf("changed:\n%s, spent %v", diff, b.w.spent)
	}
}

func TestASecondTabGoesOnWhereTheFirstSignedIn(t *testing.T) {
	t.Parallel()
	first := newTab(t, toWeb)
	second := first.open(toWeb)
	second.is(StepSignIn)(second.look())
	first.is(StepConsent)(first.password("ada"))
	second.ref.Session = first.ref.Session
	second.is(StepConsent)(second.password("ada")) // a form of before: nothing to do
	if len(first.w.sessions) != 1 {
		t.Errorf("%d sessions, want 1", len(first.w.sessions))
	}
	first.is(StepIssue)(first.consent(true))
	second.is(StepIssue)(second.look())
}

// A page that was about somebody else guesses no codes of who is there now.
func TestACodeOnAPageAboutSomebodyElseIsNotTried(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepFactor)(b.password("bob"))
	b.ref.Person, b.w.proved = "ada", nil
	b.refused("signin.another_session")(b.totp("otp bob 1"))
	b.refused("signin.another_session")(b.s.Recovery(t.Context(), audit.Actor{}, b.ref, "rec bob 1"))
	if len(b.w.spent) != 0 || len(b.w.proved) != 0 {
		t.Errorf("spent %v, proved %v", b.w.spent, b.w.proved)
	}
}

func TestADoubleClickOnTheCodeGoesOn(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepFactor)(b.password("bob"))
	click := *b
	b.is(StepConsent)(b.totp("otp bob 1"))
	// The second click carries the cookie of before, so it cannot see the session
	// that the first one brought; the next page can.
	out, err := click.totp("otp bob 1")
	if err != nil || out.SessionToken != "" {
		t.Fatalf("got %+v, %v", out, err)
	}
	b.is(StepConsent)(b.look())
}

func TestSwitchingTheAccountKeepsTheOldOneUntilTheNewOneIsIn(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	old := b.ref.Session
	b.is(StepSignIn)(b.choose(true))
	b.is(StepFactor)(b.password("bob"))
	if _, live := b.w.sessions[old]; !live {
		t.Fatal("the old session ended before the new one began")
	}
	out := b.is(StepConsent)(b.totp("otp bob 1"))
	if _, live := b.w.sessions[old]; live || out.Decision.User != "bob" || len(b.w.sessions) != 1 {
		t.Errorf("sessions %v, about %s", b.w.sessions, out.Decision.User)
	}
}

func TestSelectAccountOffersTheOneThatIsThere(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	again := b.open(Ask{Client: "web", Scopes: []string{"openid"}, Select: true})
	out := again.is(StepSelect)(again.look())
	if out.Person == nil || out.Person.ID != "ada" {
		t.Errorf("the account to choose is %+v", out.Person)
	}
	again.is(StepConsent)(again.choose(false))
	other := b.open(Ask{Client: "web", Select: true})
	other.is(StepSignIn)(other.choose(true))
	if out, _ := other.look(); out.Person != nil || out.Decision.User != "" {
		t.Errorf("another account, but the page still names %+v", out.Person)
	}
}

func TestReauthenticationWantsTheSamePerson(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	again := b.open(Ask{Client: "web", Login: true})
	out := again.is(StepSignIn)(again.look())
	if out.Person == nil || out.Person.ID != "ada" {
		t.Fatalf("whom it asks: %+v", out.Person)
	}
	again.refused("signin.other_person")(again.password("bob"))
	before := again.ref.Session
	out = again.is(StepIssue)(again.password("ada"))
	if out.SessionToken == "" || out.SessionToken == before {
		t.Error("a rise of trust keeps the cookie")
	}
	if _, live := b.w.sessions[before]; live || len(b.w.sessions) != 1 {
		t.Error("the old token is alive")
	}
}

func TestStepUpAsksOnlyForTheCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTab(t, toWeb)
		b.is(StepConsent)(b.password("ada"))
		b.w.persons["ada"].Second = []id.Factor{b.w.factor()} // enrolled in the account area
		time.Sleep(time.Minute)
		page := b.open(Ask{ReturnTo: "/account/security"})
		page.is(StepFactor)(page.look())
		out := page.is(StepIssue)(page.totp("otp ada 1"))
		if out.Decision.Level != proof.AAL2 || !out.Decision.AuthTime.Equal(b.w.sessions[out.SessionToken].Proofs.Last(proof.Knowledge).At.Truncate(time.Second)) {
			t.Errorf("got %+v", out.Decision)
		}
	})
}

func TestSignInEnrolsWhoMustHaveAFactor(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	configure(b.s, func(c *Config) { c.MFA = proof.MFAEverybody })
	b.is(StepEnrol)(b.password("ada"))
	key, url, err := b.s.StartEnrol(t.Context(), audit.Actor{}, b.ref)
	if key != "KEYada" || url == "" || err != nil {
		t.Fatalf("got %s, %s, %v", key, url, err)
	}
	b.refused("totp.wrong")(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp bob 1"))
	out := b.is(StepConsent)(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp ada 1"))
	if len(out.RecoveryCodes) != 2 || out.Decision.Level != proof.AAL2 {
		t.Errorf("got %+v", out)
	}
}

func TestARefusalOfConsentIsTheAnswer(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	out := b.is(StepRefuse)(b.consent(false))
	if out.Decision.Error != "access_denied" || len(b.w.consents) != 0 {
		t.Errorf("got %+v, consents %v", out.Decision, b.w.consents)
	}
	b.is(StepRefuse)(b.consent(true)) // no second thoughts by the back button
	b.is(StepRefuse)(b.choose(true))
	if !strings.HasSuffix(b.actions(), "consent.refuse ada|web") {
		t.Errorf("audit: %s", b.actions())
	}
}

func TestASignOutElsewhereStopsTheConsentPage(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	delete(b.w.sessions, b.ref.Session)
	b.is(StepSignIn)(b.consent(true))
	if len(b.w.consents) != 0 {
		t.Error("a consent was kept without a session")
	}
}

func TestAResetFactorDoesNotLetAHalfSignInThrough(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepFactor)(b.password("bob"))
	b.w.persons["bob"].Second = nil
	b.is(StepSignIn)(b.look())
	b.is(StepConsent)(b.password("bob"))
}

func TestDecideNeedsNoInteraction(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepConsent)(b.password("ada"))
	b.is(StepIssue)(b.consent(true))
	e, err := b.s.Decide(t.Context(), Ask{Client: "web", Scopes: []string{"openid"}, None: true}, b.ref.Session, "")
	if err != nil || e.Decision.Step != StepIssue || e.Decision.Session == "" {
		t.Errorf("signed in: %+v, %v", e.Decision, err)
	}
	e, err = b.s.Decide(t.Context(), Ask{Client: "web", None: true}, "no such token", "")
	if err != nil || e.Decision.Error != "login_required" {
		t.Errorf("signed out: %+v, %v", e.Decision, err)
	}
	e, err = b.s.Decide(t.Context(), Ask{Client: "nobody"}, b.ref.Session, "")
	if err != nil || e.Decision.Error != "unauthorized_client" {
		t.Errorf("unknown client: %+v, %v", e.Decision, err)
	}
}

func TestBeginKeepsTheWayBackOnThisHost(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	for _, path := range []string{"//evil.test", "https://evil.test/", "/\\evil.test", "/\t/evil.test", "evil", "/a\nb", "/" + strings.Repeat("a", 3000)} {
		if _, err := b.s.Begin(t.Context(), "browser", Ask{ReturnTo: path}); err == nil {
			t.Errorf("%.20q was taken", path)
		}
	}
	for name, ask := range map[string]Ask{"neither": {}, "both": {Client: "web", ReturnTo: "/account"}} {
		if _, err := b.s.Begin(t.Context(), "browser", ask); err == nil {
			t.Errorf("%s of client and path was taken", name)
		}
	}
	if _, err := b.s.Begin(t.Context(), "", toWeb); err == nil {
		t.Error("no browser was taken")
	}
	i, err := b.s.Begin(t.Context(), "browser", Ask{ReturnTo: "/account/security?x=1#y"})
	if err != nil || i.Ask.RequestedAt.IsZero() || i.Ask.RequestedAt.Nanosecond()%1000 != 0 {
		t.Errorf("got %v, %v", i.Ask.RequestedAt, err)
	}
}

// The page where a factor is removed keeps its own session. What the removed
// authenticator proved there must not come back with the next one.
func TestAProofDoesNotComeBackWithANewAuthenticator(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	b.is(StepFactor)(b.password("bob"))
	b.is(StepConsent)(b.totp("otp bob 1"))
	bob := b.w.persons["bob"]
	bob.Second = nil // removed on a page of ours, which keeps this session
	page := b.open(Ask{ReturnTo: "/account"})
	if out := page.is(StepIssue)(page.look()); out.Decision.Level != proof.AAL1 {
		t.Errorf("without the authenticator the session is %s", out.Decision.Level)
	}
	bob.Second = []id.Factor{b.w.factor()} // another one is enrolled elsewhere
	page.is(StepFactor)(page.look())
	b.is(StepFactor)(b.look())
	b.is(StepConsent)(b.totp("otp bob 2"))
}

func TestAChangedPasswordIsAskedForEverywhere(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	half := b.open(toWeb)
	half.is(StepFactor)(half.password("bob"))
	b.is(StepConsent)(b.password("ada"))
	for _, user := range []id.User{"ada", "bob"} {
		b.w.persons[user].Password = b.w.factor()
	}
	b.is(StepSignIn)(b.look())
	half.is(StepSignIn)(half.look())
	half.is(StepSignIn)(half.totp("otp bob 1"))
	b.is(StepConsent)(b.password("ada"))
}

func TestAProofOfOneAuthenticatorOutlivesAnother(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	bob := b.w.person("bob", 2)
	b.is(StepFactor)(b.password("bob"))
	b.is(StepConsent)(b.s.Recovery(t.Context(), audit.Actor{}, b.ref, "rec bob 1")) // in the place of the first
	b.is(StepConsent)(b.look())
	removed := bob.Second[0]
	bob.Second = bob.Second[1:]
	b.is(StepFactor)(b.look())
	out := b.is(StepConsent)(b.totp("otp bob 2"))
	if left := b.w.sessions[out.SessionToken].Proofs.Of(removed); len(left) > 0 {
		t.Errorf("the session still holds %v of a factor that is gone", left)
	}
}

// The page of an enrolment may stay open for long.
func TestAnEnrolmentWantsThePasswordOfJustNowToTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTab(t, toWeb)
		configure(b.s, func(c *Config) { c.MFA = proof.MFAEverybody })
		b.is(StepEnrol)(b.password("ada"))
		time.Sleep(b.s.Config().Fresh + time.Second)
		if key, _, err := b.s.StartEnrol(t.Context(), audit.Actor{}, b.ref); key != "" || fault.CodeOf(err) != "flow.step" {
			t.Errorf("the secret is shown: %q, %v", key, err)
		}
		b.is(StepSignIn)(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp ada 1"))
		if b.w.persons["ada"].HasFactor() {
			t.Error("the factor is there")
		}
		b.is(StepEnrol)(b.password("ada"))
		b.is(StepConsent)(b.s.ConfirmEnrol(t.Context(), audit.Actor{}, b.ref, "otp ada 1"))
	})
}
