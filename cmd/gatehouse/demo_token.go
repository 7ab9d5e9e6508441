package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/demo"
	"gatehouse/house"
	"gatehouse/setting"
)

// anEmail is one of the people of the demo.
var anEmail = thing{"EMAIL", "one of the people whom the demo printed, such as ada@example.test"}

// demoToken is a token as scripts read it: the answer of the token endpoint, and who it
// is for.
type demoToken struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	Issuer      string `json:"issuer"`
	API         string `json:"api"`
}

func (a *app) demoToken() *cobra.Command {
	var w demo.Wanted
	cmd := a.printing(&cobra.Command{
		Use:   "token EMAIL",
		Short: "Print an access token of one of the demo's people, to try with curl",
		Long: `Print an access token of one of the demo's people, as the shop would get it if they
had signed in a quarter of an hour ago: with curl nobody can sign in. With
--second-factor they have shown it just now, as after a step-up. It is for the API
of the shop; with --api gatehouse for that of Gatehouse itself, which an
administrator asks with it.

It works on the data of the demo alone, and the audit log tells of it as of any
sign-in. The token alone goes to standard output; beside it stands what to do.`,
		Example: `  gatehouse demo token ada@example.test
  gatehouse demo token ada@example.test --second-factor --json
  gatehouse demo token admin@example.test --second-factor --api gatehouse`,
		Args: one(anEmail),
	})
	cmd.Flags().BoolVar(&w.SecondFactor, "second-factor", false, "they have just shown their second factor, as after a step-up")
	cmd.Flags().StringVar(&w.API, "api", "shop", "for which API it is, an `id`: shop or gatehouse")
	choosing(cmd, "api", "shop", access.Gatehouse)
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		w.Email = args[0]
		return a.withHouse(ctx, func(h *house.House) error {
			tokens, err := demo.Token(ctx, h, operator(), w)
			if err != nil {
				return missing(err, w.API)
			}
			issuer := h.Config.Issuer
			told := demoToken{AccessToken: tokens.Access, TokenType: "Bearer", ExpiresIn: tokens.Lives, Issuer: issuer, API: w.API}
			if err := a.print(told, func(out io.Writer) { fmt.Fprintln(out, tokens.Access) }); err != nil {
				return err
			}
			return a.note("%s", usesOf(w.API, issuer, time.Duration(tokens.Lives)*time.Second))
		})
	})
	return a.completing(cmd, people)
}

// usesOf says what a token is good for.
func usesOf(api, issuer string, lives time.Duration) string {
	ask := fmt.Sprintf(`curl -H "Authorization: Bearer $TOKEN" %s/oauth2/userinfo`, issuer)
	if api == access.Gatehouse {
		ask = fmt.Sprintf(`curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
    -d '{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}' \
    %s/access/v1/search/subject`, issuer)
	}
	return fmt.Sprintf(`
It is good for %s. Put it into TOKEN=$(…), and then:
  %s
  printf %%s "$TOKEN" | gatehouse token decode
  printf %%s "$TOKEN" | gatehouse token introspect`, setting.FormatDuration(lives), ask)
}
