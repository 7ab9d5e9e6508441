package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) tokenIntrospect() *cobra.Command {
	var file string
	cmd := a.printing(&cobra.Command{
		Use:   "introspect [--file FILE]",
		Short: "Say whether a token is good now, and why it is not",
		Long: `Say whether an access token or a refresh token is good at this moment, as
introspection would answer to the application that it was given to, and why it is
not. Nothing changes by it: a refresh token is not used up.`,
		Example: `  gatehouse token introspect --file token.txt
  gatehouse token introspect --json --file token.txt`,
		Args: withoutTokens,
	})
	cmd.Flags().StringVar(&file, "file", "-", "the `file` with the token, - for standard input")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			token, err := a.tokenFrom(file)
			if err != nil {
				return err
			}
			answer, err := introspect(ctx, h, token)
			if err != nil {
				return err
			}
			return a.print(answer, func(w io.Writer) { tellIntrospection(w, answer, time.Now()) })
		})
	})
	return cmd
}

func introspect(ctx context.Context, h *house.House, token string) (wire.Introspection, error) {
	if strings.HasPrefix(token, oauth.RefreshPrefix) {
		return introspectRefresh(ctx, h, token)
	}
	t, err := h.Tokens.Examine(ctx, token)
	if err != nil && !errors.Is(err, oauth.ErrBadToken) {
		return wire.Introspection{}, err
	}
	if t == nil {
		return wire.Introspection{Why: reasonOf(err)}, nil
	}
	answer := wire.OfAccessToken(&t.Claims)
	if answer.Active = err == nil; answer.Active {
		return worth(ctx, h, &t.Claims, answer)
	}
	answer.Why = reasonOf(err)
	causes, err := h.OAuth.Revocations(ctx, t.Facts)
	if err != nil {
		return wire.Introspection{}, err
	}
	for _, kind := range causes {
		answer.Why += "; " + revocationSaid[kind]
	}
	locked, err := lockedOf(ctx, h, &t.Claims)
	if err != nil || len(locked) == 0 {
		return answer, err
	}
	if len(causes) > 0 {
		locked = append([]string{answer.Why}, locked...)
	}
	answer.Why = strings.Join(locked, "; ")
	return answer, nil
}

// lockedOf says which locks keep a token from being good: one writes no revocation.
func lockedOf(ctx context.Context, h *house.House, t *oauth.AccessClaims) (all []string, err error) {
	policy, err := h.Policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	for _, one := range []struct {
		on   access.LockTarget
		said string
	}{
		{access.LockTarget{Kind: access.LockUser, ID: t.Subject}, "the person is locked"},
		{access.LockTarget{Kind: access.LockSession, ID: t.Session}, "the session is locked"},
		{access.LockTarget{Kind: access.LockClient, ID: t.ClientID}, "the application is locked"},
	} {
		if policy.Locked(now, one.on) {
			all = append(all, one.said)
		}
	}
	return all, nil
}

// worth adds what the policy of now says of a token that is alive.
func worth(ctx context.Context, h *house.House, t *oauth.AccessClaims, answer wire.Introspection) (wire.Introspection, error) {
	client, err := h.Registry.Client(ctx, id.Client(t.ClientID))
	if err != nil {
		return wire.Introspection{}, err
	}
	now, err := h.OAuth.Worth(ctx, client, t)
	if err != nil {
		return wire.Introspection{}, err
	}
	if answer.Active = now.Active; !now.Active {
		answer.Why = "the person, the session or the application is locked or disabled"
	}
	answer.Scope, answer.Roles, answer.Permissions, answer.Own = strings.Join(now.Scopes, " "), now.Roles, now.Permissions, now.Own
	return answer, nil
}

// reasonOf is why a token is bad, without the words that all such errors begin with.
func reasonOf(err error) string {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, keys.ErrForeign.Error()+": "); ok && errors.Is(err, keys.ErrForeign) {
		return "it is not from here: " + rest
	}
	for _, begin := range []error{oauth.ErrDeadToken, oauth.ErrBadToken} {
		if rest, ok := strings.CutPrefix(text, begin.Error()+": "); ok {
			return rest
		}
	}
	return text
}

// revocationSaid says what was ended, by what a revocation is about.
var revocationSaid = map[oauth.RevocationKind]string{
	oauth.RevokedToken:         "the token itself was revoked",
	oauth.RevokedAuthorization: "what the token came of was ended, as by a code or a refresh token that came twice",
	oauth.RevokedSession:       "the browser session was ended",
	oauth.RevokedUser:          "all that the person had was ended",
	oauth.RevokedEverybody:     "everybody was signed out",
	oauth.RevokedOthers:        "all that the person had in other sessions was ended",
	oauth.RevokedClient:        "what the application had was ended: it was disabled, or may less than before",
	oauth.RevokedKey:           "the key that signed it was revoked",
	oauth.RevokedConsent:       "the person took back what they had allowed",
}

func introspectRefresh(ctx context.Context, h *house.House, token string) (wire.Introspection, error) {
	parsed, err := h.OAuth.Codec.Parse(token)
	if err != nil {
		return wire.Introspection{Why: "this Gatehouse made no such refresh token"}, nil
	}
	state, err := h.OAuth.ExamineRefresh(ctx, parsed)
	no, refused := errors.AsType[*oauth.Refusal](err)
	if err != nil && !refused {
		return wire.Introspection{}, err
	}
	answer := wire.OfRefreshToken(state)
	if answer.Active = !refused; refused {
		answer.Why = no.Unwrap().Error()
	}
	return answer, nil
}

func tellIntrospection(w io.Writer, i wire.Introspection, now time.Time) {
	row(w, "active", yes(i.Active))
	if i.Why != "" {
		row(w, "why not", i.Why)
	}
	if i.Kind == "" {
		return
	}
	row(w, "kind", i.Kind)
	row(w, "subject", i.Subject)
	row(w, "application", i.ClientID)
	row(w, "audience", strings.Join(i.Audience, " "))
	row(w, "scope", i.Scope)
	for _, held := range []struct {
		name string
		list []string
	}{{"roles", i.Roles}, {"permissions", i.Permissions}, {"permissions of their own", i.Own}} {
		if len(held.list) > 0 {
			row(w, held.name, strings.Join(held.list, " "))
		}
	}
	row(w, "session", i.Session)
	row(w, "level", i.ACR)
	row(w, "issued", momentAnd(i.Issued, now))
	row(w, "expires", momentAnd(i.Expires, now))
}

// momentAnd is a moment and how far away it is.
func momentAnd(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s (%s)", moment(at), distance(at, now))
}
