package flow

import (
	"context"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

// tab is one tab of a browser at one interaction; it keeps the session cookie.
type tab struct {
	*testing.T
	w   *world
	s   *Service
	ref Ref
}

func newTab(t *testing.T, ask Ask) *tab {
	w := newWorld()
	w.person("ada", 0)
	w.person("bob", 1)
	w.apps["web"] = Application{ID: "web", Name: "Web", HomeURL: "https://web.test/"}
	first := &tab{T: t, w: w, s: w.service(proof.MFANobody), ref: Ref{Browser: "browser"}}
	return first.open(ask)
}

// open begins another interaction in the same browser.
func (b *tab) open(ask Ask) *tab {
	b.Helper()
	i, err := b.s.Begin(b.Context(), b.ref.Browser, ask)
	if err != nil {
		b.Fatal(err)
	}
	other := *b
	other.ref.Interaction, other.ref.Sealed = i.ID, i.Sealed
	return &other
}

// is checks the step that an outcome leads to and takes its cookie.
func (b *tab) is(step Step) func(Outcome, error) Outcome {
	return func(o Outcome, err error) Outcome {
		b.Helper()
		if err != nil || o.Decision.Step != step {
			b.Fatalf("got %s %s, %v; want %s", o.Decision.Step, o.Decision.Error, err, step)
		}
		if o.SessionToken != "" {
			b.ref.Session = o.SessionToken
		}
		if o.Interaction.Sealed != "" {
			b.ref.Sealed = o.Interaction.Sealed
		}
		return o
	}
}

// refused checks the code of a refusal, which hands out nothing.
func (b *tab) refused(code string) func(Outcome, error) Outcome {
	return func(o Outcome, err error) Outcome {
		b.Helper()
		if fault.CodeOf(err) != code || o.SessionToken != "" {
			b.Fatalf("got %v, want %s", err, code)
		}
		return o
	}
}

func (b *tab) password(login string) (Outcome, error) {
	return b.s.Password(b.Context(), audit.Actor{}, b.ref, login, "pw "+login)
}

func (b *tab) totp(code string) (Outcome, error) {
	return b.s.TOTP(b.Context(), audit.Actor{}, b.ref, code)
}

func (b *tab) consent(allow bool) (Outcome, error) {
	return b.s.Consent(b.Context(), audit.Actor{}, b.ref, allow)
}

func (b *tab) choose(other bool) (Outcome, error) {
	return b.s.Choose(b.Context(), audit.Actor{}, b.ref, other)
}

func (b *tab) look() (Outcome, error) {
	e, err := b.s.Look(b.Context(), b.ref, "192.0.2.7")
	return Outcome{Entry: e}, err
}

func (b *tab) actions() string {
	var all []string
	for _, e := range b.w.events {
		all = append(all, string(e.Action)+" "+e.Target.ID)
	}
	return strings.Join(all, ", ")
}

var toWeb = Ask{Client: "web", Scopes: []string{"openid"}}

// finish answers the sign-in as it stands.
func (b *tab) finish() {
	b.Helper()
	e, err := b.s.Look(b.Context(), b.ref, "")
	if err == nil {
		err = b.s.Finish(b.Context(), e)
	}
	if err != nil {
		b.Fatalf("finish: %v", err)
	}
}

// sessionOf signs somebody in by hand.
func (b *tab) sessionOf(user id.User) (token string) {
	b.Helper()
	err := b.w.InTx(b.Context(), func(ctx context.Context) error {
		var err error
		_, token, err = b.w.Create(ctx, audit.Actor{}, user, nil)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return token
}
