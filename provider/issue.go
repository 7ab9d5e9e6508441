package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/flow"
	"gatehouse/oauth"
	"gatehouse/provider/internal/kernel"
)

// issue makes the code and sends it. The code's row and the end of the sign-in
// are one transaction: a code is for whom the sign-in was finished for, however
// many tabs come back at once.
func (p *Provider) issue(w http.ResponseWriter, r *http.Request, a *authorization, e flow.Entry) error {
	d := e.Decision
	if d.User == "" || d.Session == "" {
		return fmt.Errorf("issue code: the decision names no person or no session")
	}
	if people := a.claims.Subjects(); len(people) > 0 && !slices.Contains(people, string(d.User)) {
		return refusalFor("login_required")
	}
	signIn := kernel.SignIn{User: d.User, AuthTime: d.AuthTime, RequestedAt: a.ask.RequestedAt}
	if err := p.kernel.Confirm(r.Context(), a.request, signIn); err != nil {
		return fromKernel(err)
	}
	code, err := p.Protocol.IssueCode(r.Context(), a.client, oauth.CodeRequest{
		Authorization: oauth.Authorization{
			User: d.User, Session: d.Session, Scopes: a.request.Scopes, AuthTime: d.AuthTime, Level: d.Level, AMR: d.Methods,
			Nonce: a.params.get("nonce"), Claims: a.params.get("claims"),
		},
		Asked: a.ask.Scopes, Resources: a.params.values["resource"], RedirectURI: a.params.get("redirect_uri"), Challenge: a.params.get("code_challenge"),
	}, p.finish(e))
	if err != nil {
		return err
	}
	p.respond(w, r, a.target, map[string]string{"code": code, "scope": a.scope()})
	return nil
}

// finish ends the sign-in of e; nil when there was none.
func (p *Provider) finish(e flow.Entry) func(ctx context.Context) error {
	if e.Interaction.ID == "" {
		return nil
	}
	return func(ctx context.Context) error { return p.Flow.Finish(ctx, e) }
}
