package flow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gatehouse/clock"
	"gatehouse/id"
	"gatehouse/secret"
)

// Begin makes a new interaction for the browser whose binding cookie is browser. It
// stores nothing: the browser carries the interaction, sealed, until somebody proved
// or decided something. Ask names a client, or a page of ours in ReturnTo, not both.
func (s *Service) Begin(_ context.Context, browser string, ask Ask) (Interaction, error) {
	now := clock.Now()
	ask = ask.arrived(now)
	if err := checkAsk(browser, ask); err != nil {
		return Interaction{}, fmt.Errorf("begin sign-in: %w", err)
	}
	i := Interaction{
		ID:      id.NewInteraction(),
		Browser: secret.Hash(browser),
		Ask:     ask,
		Created: now,
		Expires: now.Add(s.Config().InteractionTTL),
	}
	if err := s.seal(&i); err != nil {
		return Interaction{}, fmt.Errorf("begin sign-in: %w", err)
	}
	return i, nil
}

// arrived makes sure that the question says when it was asked: now, if nobody
// knows better.
func (a Ask) arrived(now time.Time) Ask {
	if a.RequestedAt.IsZero() {
		a.RequestedAt = now
	}
	a.RequestedAt = clock.Cut(a.RequestedAt)
	return a
}

// checkAsk finds mistakes of the caller, not of a visitor.
func checkAsk(browser string, ask Ask) error {
	switch {
	case browser == "":
		return errors.New("no browser to bind the interaction to")
	case (ask.Client == "") == (ask.ReturnTo == ""):
		return errors.New("exactly one of client and return path is needed")
	case ask.ReturnTo != "" && !StaysHere(ask.ReturnTo):
		return errors.New("the return path does not stay here")
	case !ask.Require.Known() || !ask.Prefer.Known():
		return errors.New("nobody knows the level that is asked for")
	}
	return nil
}

// StaysHere reports whether a browser that is sent to path stays on this host.
// Browsers read "\" as "/", drop tabs and line ends, and servers on the way may
// decode "%2f", so that everything of the kind is refused (RFC 9700 section 4.11).
func StaysHere(path string) bool {
	if len(path) > 2048 || !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return false
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return false
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	return !strings.Contains(u.Path, "//") && !strings.Contains(u.Path, "/..") &&
		!strings.ContainsFunc(u.Path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) &&
		!strings.Contains(strings.ToLower(u.EscapedPath()), "%2f")
}

// Decide says what ask needs without storing anything: may it be issued at once?
func (s *Service) Decide(ctx context.Context, ask Ask, session, ip string) (Entry, error) {
	ask = ask.arrived(clock.Now())
	cfg := s.Config()
	found, err := s.signedIn(ctx, cfg.MFA, ask.Client, session)
	if err != nil {
		return Entry{}, fmt.Errorf("decide sign-in: %w", err)
	}
	found.Interaction.Ask = ask
	st, err := s.state(ctx, cfg, found)
	if err != nil {
		return Entry{}, fmt.Errorf("decide sign-in: %w", err)
	}
	return st.entry(found.Interaction, settledOnly(st)), s.visit(ctx, st, ip)
}
