package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/setting"
	"gatehouse/wire"
)

func (a *app) clientShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show CLIENT_ID",
		Short: "Print all settings of one application",
		Long: `Print all settings of one application. Where it has none of its own the value
in effect is shown, with "(default)" behind it. Secrets are not shown: only their
last four characters are known.`,
		Example: `  gatehouse client show web
  gatehouse client show web --json`,
		Args: one(aClient),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			meant, err := h.OAuth.Meant(ctx)
			if err != nil {
				return err
			}
			err = a.print(wire.OfClient(c).WithUnknown(meant.Unknown(c.Scopes)), func(w io.Writer) {
				tellFacts(w, facts(c, *h.Now()))
			})
			if err != nil {
				return err
			}
			return a.noteUnknownScopes(meant, c.Scopes)
		}),
	}), applications)
}

// fact is one line about a client: a setting, or one entry of a list.
type fact struct{ name, value string }

// tellFacts writes a fact to a line.
func tellFacts(w io.Writer, all []fact) {
	for _, f := range all {
		row(w, f.name, f.value)
	}
}

// logoSaid tells one logo from another without showing it.
func logoSaid(logo string) string {
	if logo == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(logo))
	return fmt.Sprintf("a picture, %x", sum[:4])
}

// facts are all that can be said about a client, with the defaults in effect.
func facts(c oauth.Client, cfg config.Config) []fact {
	all := []fact{
		{"client_id", string(c.ID)}, {"name", c.Name}, {"home", c.HomeURL}, {"logo", logoSaid(c.Logo)}, {"state", clientState(c)}, {"authentication", c.AuthMethod},
	}
	for _, s := range c.Secrets {
		all = append(all, fact{"secret", "…" + s.Hint + ", made " + moment(s.Created)})
	}
	all = append(all, fact{"grants", strings.Join(c.GrantTypes, " ")}, fact{"scopes", strings.Join(c.Scopes, " ")},
		fact{"audiences", or(strings.Join(c.Audiences, " "), cfg.Issuer)})
	for _, uri := range c.RedirectURIs {
		all = append(all, fact{"redirect URI", uri})
	}
	for _, uri := range c.PostLogoutRedirectURIs {
		all = append(all, fact{"post-logout redirect URI", uri})
	}
	for _, claim := range c.Told.Claims {
		all = append(all, fact{"claim", claim})
	}
	return append(append(all, behaviour(c, cfg)...), fact{"created", moment(c.Created)}, fact{"updated", moment(c.Updated)})
}

// behaviour is how the application is treated, be it said of it or not.
func behaviour(c oauth.Client, cfg config.Config) []fact {
	return []fact{
		{"asks for consent", yes(!c.SkipConsent)},
		{"PKCE", c.PKCE},
		{"refresh tokens", wire.RefreshMode(c)},
		{"may introspect", yes(c.Introspect)},
		{"access token lifetime", lifetime(c.AccessTokenTTL, cfg.Tokens.AccessTokenTTL)},
		{"refresh idle lifetime", lifetime(c.RefreshIdle, cfg.Tokens.RefreshIdle)},
		{"refresh absolute lifetime", lifetime(c.RefreshAbsolute, cfg.Tokens.RefreshAbsolute)},
		{"required level", or(c.RequireLevel.String(), proof.AAL1.String())},
		{"required roles", or(strings.Join(c.RequireRoles, " "), "none")},
		{"required groups", or(strings.Join(c.RequireGroups, " "), "none")},
		{"roles", listingSaid(c.Told.Roles)},
		{"groups", listingSaid(c.Told.Groups)},
		{"ID token algorithm", or(c.IDTokenAlg, keys.RS256)},
		{"userinfo algorithm", or(c.UserinfoAlg, "none, plain JSON")},
		{"access token algorithm", or(c.AccessTokenAlg, keys.ES256)},
		{"access token type", c.TokenType()},
		{"claims in the ID token", yes(c.IDTokenClaims)},
		{"rights in access tokens", cmp.Or(c.Permissions, oauth.PermissionsNone)},
		{"any port of localhost", yes(c.AnyLocalhostPort)},
	}
}

// or is value, or the default that is in effect without it.
func or(value, otherwise string) string {
	if value == "" {
		return otherwise + " (default)"
	}
	return value
}

func lifetime(own, otherwise time.Duration) string {
	return or(wire.Lifetime(own), setting.FormatDuration(otherwise))
}
