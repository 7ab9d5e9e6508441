package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/wire"
)

// clientLooks adds the routes by which whoever looks after an application sees what it does, and
// what it would get.
func (d *Door) clientLooks() {
	const one = "/clients/{client}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindClient, "client", "client"
		return rt
	}
	about := func(rt Route) Route { // permissions of these are not for one application alone
		rt.Kind, rt.Param = audit.KindClient, "client"
		return rt
	}
	add(d, Route{Method: http.MethodPost, Path: "/clients/check", ID: "checkClient", Permission: "clients:write", Summary: "Check the settings of an application that is not made by it", Idempotent: true, Status: http.StatusNoContent}, d.checkClient)
	add(d, about(Route{Method: http.MethodGet, Path: one + "/consents", ID: "listClientConsents", Permission: "consents:read", Summary: "List what people allowed an application"}), d.listClientConsents)
	add(d, of(Route{Method: http.MethodGet, Path: one + "/refusals", ID: "listClientRefusals", Permission: "clients:read", Summary: "List the latest requests of an application that were refused"}), d.listClientRefusals)
	add(d, about(Route{Method: http.MethodDelete, Path: one + "/refresh-families", ID: "endClientRefreshFamilies", Permission: "families:revoke", Summary: "End all tokens that an application holds, of whomever", Keyed: true}), d.endClientFamilies)
	add(d, about(Route{Method: http.MethodPost, Path: one + "/token-preview", ID: "previewTokens", Permission: "tokens:preview", Summary: "See what tokens of an application would say, of a person or of the application itself", Idempotent: true}), d.previewTokens)
	add(d, about(Route{Method: http.MethodPost, Path: one + "/trials", ID: "beginTrial", Permission: "tokens:preview", Summary: "Begin a sign-in that tries an application out, for the caller alone", Idempotent: true}), d.beginTrial)
	add(d, about(Route{Method: http.MethodPost, Path: one + "/trials/answer", ID: "answerTrial", Permission: "tokens:preview", Summary: "See what the tokens would say that a trial would bring", Idempotent: true}), d.answerTrial)
}

type checkClientIn struct{ Body ClientCreate }

// checkClient refuses what createClient would refuse of the settings by themselves.
func (d *Door) checkClient(_ context.Context, _ *Call, in *checkClientIn) (*Nothing, error) {
	fresh := oauth.Client{ID: id.Client(in.Body.ID), AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantCode}}
	if err := in.Body.ClientSettings.apply(&fresh); err != nil {
		return nil, err
	}
	return &Nothing{}, inMembers(d.OAuth.CheckClient(fresh))
}

type clientConsentsIn struct {
	ClientPath
	Paged
}

func (d *Door) listClientConsents(ctx context.Context, c *Call, in *clientConsentsIn) (*Page[wire.Consent], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	found, next, err := d.OAuth.ConsentsTo(ctx, app.ID, id.User(after), in.Limit)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, string(next), wire.OfConsent)
}

func (d *Door) listClientRefusals(ctx context.Context, c *Call, in *partOfClientIn) (*Page[wire.ClientRefusal], error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	found, err := d.OAuth.Refusals(ctx, app.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, "", wire.OfClientRefusal)
}

func (d *Door) endClientFamilies(ctx context.Context, c *Call, in *ClientPath) (*Nothing, error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return &Nothing{}, d.OAuth.EndTokensOf(ctx, c.By, app.ID)
}

// used is how far back sign-ins are counted.
const used = 30 * 24 * time.Hour

// states returns clients with what they did of late.
func (d *Door) states(ctx context.Context, all []oauth.Client) (map[id.Client]oauth.UseSum, error) {
	names := make([]id.Client, len(all))
	for i := range all {
		names[i] = all[i].ID
	}
	found, err := d.OAuth.Uses(ctx, names, time.Now().Add(-used))
	if err != nil {
		return nil, err
	}
	uses := make(map[id.Client]oauth.UseSum, len(found))
	for _, u := range found {
		uses[u.Client] = u
	}
	return uses, nil
}

// PreviewAsk is what is asked of tokens.
type PreviewAsk struct {
	User     string `json:"user,omitempty" maxLength:"64" doc:"Who would sign in; absent: the application gets a token for itself"`
	Scope    string `json:"scope,omitempty" maxLength:"2048" doc:"With spaces between them; absent: all that the application may ask for"`
	Resource string `json:"resource,omitempty" maxLength:"255" doc:"The one audience of the access token; absent: all"`
	ACR      string `json:"acr,omitempty" enum:",aal1,aal2" doc:"How strong the sign-in would be, if the application asks for no more; absent: aal1"`
}

type previewIn struct {
	ClientPath
	Body PreviewAsk
}

func (d *Door) previewTokens(ctx context.Context, _ *Call, in *previewIn) (*One[wire.TokenPreview], error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	ask := oauth.PreviewRequest{Scopes: strings.Fields(in.Body.Scope)}
	if in.Body.User != "" {
		u, err := d.Identity.User(ctx, id.User(in.Body.User))
		if err != nil {
			return nil, err
		}
		ask.User = u.ID
	}
	if in.Body.Resource != "" {
		ask.Resources = []string{in.Body.Resource}
	}
	if ask.Level, err = proof.ParseLevel(in.Body.ACR); err != nil {
		return nil, invalid("acr", "must be aal1 or aal2")
	}
	p, err := d.OAuth.Preview(ctx, &app, ask)
	if err != nil {
		return nil, err
	}
	return &One[wire.TokenPreview]{Body: wire.OfPreview(app.ID, ask.User, p)}, nil
}

// TrialBegin is what a trial is begun with.
type TrialBegin struct {
	Scope string `json:"scope,omitempty" maxLength:"2048" doc:"With spaces between them; absent: all that the application may ask for"`
}

type trialIn struct {
	ClientPath
	Body TrialBegin
}

// TrialBegun is a trial whose sign-in has yet to be done.
type TrialBegun struct {
	URL string `json:"authorization_url" doc:"Where the browser of the caller goes; its answer comes to the console"`
}

func (d *Door) beginTrial(ctx context.Context, c *Call, in *trialIn) (*One[TrialBegun], error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	user, err := triedBy(c)
	if err != nil {
		return nil, err
	}
	scopes := strings.Fields(in.Body.Scope)
	if len(scopes) == 0 {
		scopes = app.Scopes
	}
	asked, err := d.OAuth.Trials.Begin(app.ID, user, scopes, time.Now())
	if err != nil {
		return nil, err
	}
	return &One[TrialBegun]{Body: TrialBegun{d.Issuer + "/oauth2/authorize?" + asked.Encode()}}, nil
}

// triedBy is who calls, where that is a person: a program has no browser to sign in with.
func triedBy(c *Call) (id.User, error) {
	if c.Subject.Kind != access.User {
		return "", fault.Wrap(errors.New("the caller is no person"), fault.Invalid, "trial.person", "A trial is a sign-in of the person who begins it.")
	}
	return id.UserOf(c.Subject.ID), nil
}

// TrialAnswer is what came to the console of a trial.
type TrialAnswer struct {
	State string `json:"state" maxLength:"2048"`
	Code  string `json:"code" maxLength:"256"`
}

type trialAnswerIn struct {
	ClientPath
	Body TrialAnswer
}

func (d *Door) answerTrial(ctx context.Context, c *Call, in *trialAnswerIn) (*One[wire.TokenPreview], error) {
	app, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	user, err := triedBy(c)
	if err != nil {
		return nil, err
	}
	trial, err := d.OAuth.Trials.Read(in.Body.State, user, time.Now())
	if err != nil {
		return nil, err
	}
	if trial.Client != app.ID {
		return nil, fault.Wrap(errors.New("it is of another application"), fault.Malformed, "trial.over", "This trial took too long, or was begun elsewhere.")
	}
	p, err := d.OAuth.Try(ctx, &app, trial, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &One[wire.TokenPreview]{Body: wire.OfPreview(app.ID, user, p)}, nil
}
