package housetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/flow"
	"gatehouse/house"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/setting"
)

// stricter is a change by which a sign-in by the password alone is not enough
// any more. What undo takes back is there again.
type stricter struct {
	prepare func(t *testing.T, s *scene)
	do      func(t *testing.T, s *scene)
	undo    func(t *testing.T, s *scene) // nil: what was given is over
	silent  string                       // where an authorization request without pages leads
}

func stricterBy() map[string]stricter {
	ctx := context.Background()
	everybody := func(mfa proof.MFA) func(*testing.T, *scene) {
		return func(_ *testing.T, s *scene) { s.policy(mfa) }
	}
	appointed := func(_ *testing.T, s *scene) { s.Administers(s.ada) }
	dismissed := func(t *testing.T, s *scene) {
		ada := access.Subject{Kind: access.User, ID: string(s.ada.ID)}
		all, _, err := s.House.Access.Grants(ctx, ada, false, access.GrantCursor{}, 1)
		must(t, err)
		_, err = s.House.Access.Revoke(ctx, gatetest.Console, all[0].ID, "test")
		must(t, err)
	}
	level := func(l proof.Level) func(*testing.T, *scene) {
		return func(t *testing.T, s *scene) { s.update(t, func(c *oauth.Client) { c.RequireLevel = l }) }
	}
	return map[string]stricter{
		"the policy asks everybody": {nil, everybody(proof.MFAEverybody), everybody(proof.MFAAdministrators), "interaction_required"},
		"a policy nobody knows":     {nil, everybody("?"), everybody(proof.MFANobody), "interaction_required"},
		"the person administers": {func(t *testing.T, s *scene) {
			s.Person("root", gatetest.Administrator) // one must be left
		}, appointed, dismissed, "interaction_required"},
		"the client asks for two": {nil, level(proof.AAL2), level(proof.None), "interaction_required"},
		"a second factor is set up in this browser": {nil, func(_ *testing.T, s *scene) {
			p := s.browser.Get("/account/security/enrol").At("/signin/enrol")
			p.Submit("code", gatetest.CodeFor(s.T, keyOn(p), time.Now())).Is(200)
		}, nil, "code"},
		"the second factor is removed in this browser": {withFactor, func(_ *testing.T, s *scene) {
			s.browser.Get("/account/security/remove").Is(200).Press("", "submit").Says("second step is removed")
		}, nil, "code"},
	}
}

// policy changes who must have a second factor, as a restart would.
func (s *scene) policy(mfa proof.MFA) {
	asks(s.House, mfa)
}

func asks(h *house.House, mfa proof.MFA) {
	configure(h, func(c *flow.Config) { c.MFA = mfa })
	h.OAuth.MFA = setting.Always(mfa)
}

// configure changes what a sign-in asks for, behind the back of what else is configured.
func configure(h *house.House, change func(*flow.Config)) {
	c := h.Flow.Config()
	change(&c)
	h.Flow.Config = setting.Always(c)
}

// What was given by a weaker sign-in than is asked for now brings nothing, by
// whichever grant. It is refused and not ended: the person signs in again, or
// whoever asked for more takes it back.
func TestWhatAWeakerSignInGaveBringsNothingOnceMoreIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range stricterBy() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if c.prepare != nil {
				c.prepare(t, s)
			}
			current := s.tokens().Text("refresh_token")
			previous := s.tokens().Text("refresh_token")
			expectTokens(t, "the first use", s.app.Refresh(previous))
			code := s.code()
			static := s.tokensOfStatic()
			uses := map[string]func() gatetest.Answer{
				"a code":                     func() gatetest.Answer { return s.app.Exchange(code) },
				"the current refresh token":  func() gatetest.Answer { return s.app.Refresh(current) },
				"the previous refresh token": func() gatetest.Answer { return s.app.Refresh(previous) },
			}
			if name != "the client asks for two" { // that is another client
				uses["a static refresh token"] = static
			}

			c.do(t, s)
			s.Settle()
			for use, try := range uses {
				a := try()
				expectRefused(t, use, a, "invalid_grant")
				if says := a.Text("error_description"); c.undo != nil && use != "a code" && !strings.Contains(says, "sign in again") {
					t.Errorf("%s: the refusal says %q", use, says)
				}
			}
			expectActive(t, "the current refresh token", s.app, current, false)
			expectActive(t, "the previous refresh token", s.app, previous, false)
			if got := landing(s.browser.Get(s.app.AuthorizeURL("prompt", "none"))); got != c.silent {
				t.Errorf("prompt=none leads to %q, want %q", got, c.silent)
			}
			if c.undo == nil {
				return
			}
			c.undo(t, s)
			s.Settle()
			for use, try := range uses {
				if use != "a code" || name != "the client asks for two" { // which ends the codes
					expectTokens(t, use+" after it was taken back", try())
				}
			}
		})
	}
}

func (s *scene) tokensOfStatic() func() gatetest.Answer {
	s.T.Helper()
	app := s.App("static", func(c *oauth.Client) { c.StaticRefresh = true })
	token := app.Tokens(s.browser, s.ada).Text("refresh_token")
	return func() gatetest.Answer { return app.Refresh(token) }
}

// By two factors everything goes on, whatever is asked for.
func TestWhatTwoFactorsGaveOutlivesAStricterPolicy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ada = s.Person("grace", gatetest.TOTP)
	refresh, code := s.tokens().Text("refresh_token"), s.code()
	s.policy(proof.MFAEverybody)
	expectTokens(t, "the refresh token", s.app.Refresh(refresh))
	expectTokens(t, "the code", s.app.Exchange(code))
}
