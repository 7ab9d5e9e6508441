package flow

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/proof"
)

// usualAsk is a request as a library sends it.
func usualAsk() Ask {
	random := strings.Repeat("kR3_x9Zq", 5) + "abc"
	return Ask{
		Client: "grafana-production", Scopes: []string{"openid", "profile", "email"}, RequestedAt: time.Now().UTC().Truncate(time.Microsecond),
		Params: url.Values{
			"response_type": {"code"}, "client_id": {"grafana-production"}, "redirect_uri": {"https://grafana.example.com/login/generic_oauth"},
			"scope": {"openid profile email"}, "state": {random}, "nonce": {random}, "code_challenge": {random}, "code_challenge_method": {"S256"},
		},
	}
}

func TestAUsualRequestFitsInAnAddress(t *testing.T) {
	t.Parallel()
	i, err := newWorld().service(proof.MFANobody).Begin(t.Context(), "browser", usualAsk())
	if n := len(i.Handle()); err != nil || n > 1000 {
		t.Errorf("it takes %d characters, %v", n, err)
	}
}

func TestWhatIsSealedComesBackAsItWas(t *testing.T) {
	t.Parallel()
	s := newWorld().service(proof.MFANobody)
	age := time.Minute
	ask := usualAsk()
	ask.MaxAge, ask.Login, ask.HintUser, ask.Require, ask.Locales = &age, true, "usr_a", proof.AAL2, []string{"de"}
	ask.Params["state"] = []string{"<é\x00\u2028 \"\\>" + strings.Repeat("\x01", 7000)}
	i, err := s.Begin(t.Context(), "browser", ask)
	if err != nil {
		t.Fatal(err)
	}
	i.Progress = Progress{User: "usr_b", Chosen: true}
	if err := s.seal(&i); err != nil {
		t.Fatal(err)
	}
	back, err := s.unseal(i.Sealed)
	if diff := cmp.Diff(i, back); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// counting counts what is opened at all.
type counting struct {
	Sealer
	opened int
}

func (c *counting) Open(text string) ([]byte, error) {
	c.opened++
	return c.Sealer.Open(text)
}

// Bounds hold for what was sealed under our own key, too: the text that is opened,
// and what it swells to.
func TestASealedSignInIsBoundedBeforeItIsOpenedAndAfter(t *testing.T) {
	t.Parallel()
	s := newWorld().service(proof.MFANobody)
	seals := &counting{Sealer: s.Seals}
	s.Seals = seals
	if _, err := s.unseal(strings.Repeat("A", maxSealed+1)); err == nil || seals.opened != 0 {
		t.Errorf("a text without end: %v, opened %d times", err, seals.opened)
	}
	ask := usualAsk()
	ask.Params["state"] = []string{strings.Repeat("a", maxPlain)}
	i, err := s.Begin(t.Context(), "browser", ask)
	if err != nil || len(i.Sealed) > maxSealed {
		t.Fatalf("%d characters, %v", len(i.Sealed), err)
	}
	if _, err := s.unseal(i.Sealed); err == nil {
		t.Error("what swells without end is read")
	}
}

// The first proof stores the sign-in, under the name that it was carried by; a choice
// of account does not.
func TestASignInIsStoredWithItsFirstProof(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	first := b.ref
	b.is(StepSignIn)(b.choose(true))
	if len(b.w.interactions) != 0 || b.ref.Sealed == first.Sealed {
		t.Errorf("%d are stored", len(b.w.interactions))
	}
	out := b.is(StepConsent)(b.password("ada"))
	if row, there := b.w.interactions[first.Interaction]; !there || out.Interaction.Handle() != string(row.ID) || out.Interaction.Sealed != "" {
		t.Errorf("stored: %t, handle %q", there, out.Interaction.Handle())
	}
	b.ref.Sealed = first.Sealed // Back to the first page
	b.is(StepIssue)(b.consent(true))
	if len(b.w.interactions) != 1 {
		t.Errorf("%d are stored", len(b.w.interactions))
	}
}

func TestOnlyWhoIsSignedInKeepsASignIn(t *testing.T) {
	t.Parallel()
	b := newTab(t, toWeb)
	out, err := b.look()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Keep(t.Context(), out.Entry); fault.CodeOf(err) != "flow.gone" || len(b.w.interactions) != 0 {
		t.Errorf("a stranger's: %v, %d are stored", err, len(b.w.interactions))
	}
	b.is(StepConsent)(b.password("ada"))
	other := b.open(toWeb)
	if out, err = other.look(); err != nil {
		t.Fatal(err)
	}
	kept, err := b.s.Keep(t.Context(), out.Entry)
	if err != nil || kept.Interaction.Handle() != string(other.ref.Interaction) {
		t.Errorf("got %q, %v", kept.Interaction.Handle(), err)
	}
	if row := b.w.interactions[other.ref.Interaction]; row.Progress.User != "ada" {
		t.Errorf("it counts as one of %q, want ada's", row.Progress.User)
	}
	other.is(StepConsent)(other.look())
}

func TestASealedSignInThatTookTooLongStillSaysForWhat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTab(t, toWeb)
		time.Sleep(b.s.Config().InteractionTTL)
		out := b.refused("flow.expired")(b.password("ada"))
		if out.App == nil || out.Interaction.Ask.Client != "web" || len(b.w.interactions) != 0 || len(b.w.proved) != 0 {
			t.Errorf("got %+v, %d are stored, %d proofs", out.Entry, len(b.w.interactions), len(b.w.proved))
		}
	})
}

func BenchmarkBeginAndLook(b *testing.B) {
	s, ask := newWorld().service(proof.MFANobody), usualAsk()
	s.Apps.(*world).apps[ask.Client] = Application{ID: ask.Client}
	b.ReportAllocs()
	for b.Loop() {
		i, err := s.Begin(b.Context(), "browser", ask)
		if err == nil {
			_, err = s.Look(b.Context(), Ref{Sealed: i.Sealed, Browser: "browser"}, "")
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
