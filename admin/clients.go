package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/wire"
)

// clients adds the routes of applications and their secrets.
func (d *Door) clients() {
	const all, one = "/clients", "/clients/{client}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param, rt.Resource = audit.KindClient, "client", "client"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listClients", Permission: "clients:read", Summary: "List applications"}, d.listClients)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "createClient", Permission: "clients:write", Summary: "Create an application, with a first secret that is shown once", Status: http.StatusCreated, Secret: true}, d.createClient)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getClient", Permission: "clients:read", Summary: "See an application"}), d.getClient)
	add(d, of(Route{Method: http.MethodPatch, Path: one, ID: "updateClient", Permission: "clients:write", Summary: "Change an application; what is absent stays as it is", Guarded: true}), d.updateClient)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "deleteClient", Permission: "clients:delete", Summary: "Delete an application for good, with its tokens, grants and consents", Guarded: true}), d.deleteClient)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/disable", ID: "disableClient", Permission: "clients:disable", Summary: "Switch an application off, and end its tokens", Revised: true}), d.disableClient)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/enable", ID: "enableClient", Permission: "clients:disable", Summary: "Let a disabled application work again", Revised: true}), d.enableClient)
	add(d, of(Route{Method: http.MethodPost, Path: one + "/secrets", ID: "rotateClientSecret", Permission: "clients:secrets", Summary: "Give an application a new secret beside its newest old one; it is shown once", Status: http.StatusCreated, Secret: true, Revised: true}), d.rotateClientSecret)
	add(d, of(Route{Method: http.MethodDelete, Path: one + "/secrets/{secret}", ID: "endClientSecret", Permission: "clients:secrets", Summary: "End one secret of an application now; the others go on", Revised: true}), d.endClientSecret)
}

// ClientPath names an application.
type ClientPath struct {
	Client string `path:"client" maxLength:"128" doc:"The client_id of the application"`
}

func (in *ClientPath) id() id.Client { return id.Client(in.Client) }

type clientsIn struct {
	Ordered
	Named
	State    string `query:"state" enum:"active,disabled" doc:"Those that work, or are switched off"`
	Kind     string `query:"kind" enum:"web,browser,native,machine" doc:"Those of this kind, as far as their settings tell"`
	Audience string `query:"audience" maxLength:"255" doc:"Those whose access tokens are for it"`
}

// listClients reads all of them, as each process holds them in memory anyway, but for
// the usual list, of which it reads a page.
func (d *Door) listClients(ctx context.Context, c *Call, in *clientsIn) (*Page[wire.ClientState], error) {
	if in.IDs != "" {
		return d.listClientsNamed(ctx, c, &in.Named, in.Search != "" || in.State != "" || in.Kind != "" || in.Audience != "")
	}
	if in.Sort == "id" && in.Search == "" && in.State == "" && in.Kind == "" && in.Audience == "" {
		return d.listClientsByID(ctx, c, in.Limit)
	}
	all, err := d.OAuth.AllClients(ctx)
	if err != nil {
		return nil, err
	}
	if in.State != "" {
		all = slices.DeleteFunc(all, func(one oauth.Client) bool { return one.Disabled != (in.State == "disabled") })
	}
	all = slices.DeleteFunc(all, func(one oauth.Client) bool {
		return in.Kind != "" && string(one.Kind()) != in.Kind || in.Audience != "" && !slices.Contains(one.Audiences, in.Audience) || !found(in.Search, string(one.ID), one.Name)
	})
	ordered := in.Ordered
	ordered.Search = ""
	page, err := orderedOf(d, c, &ordered, all, ordering[oauth.Client, oauth.Client]{
		id: func(x oauth.Client) string { return string(x.ID) }, created: func(x oauth.Client) time.Time { return x.Created },
		shape: func(x oauth.Client) oauth.Client { return x },
	})
	if err != nil {
		return nil, err
	}
	return d.withUses(ctx, page)
}

// withUses is the page with what each client did of late.
func (d *Door) withUses(ctx context.Context, page *Page[oauth.Client]) (*Page[wire.ClientState], error) {
	uses, err := d.states(ctx, page.Body.Items)
	if err != nil {
		return nil, err
	}
	meant, err := d.OAuth.Meant(ctx)
	if err != nil {
		return nil, err
	}
	shown := &Page[wire.ClientState]{Body: List[wire.ClientState]{Items: make([]wire.ClientState, len(page.Body.Items)), Next: page.Body.Next}}
	for i, one := range page.Body.Items {
		shown.Body.Items[i] = clientState(one, uses[one.ID], meant)
	}
	return shown, nil
}

func (d *Door) listClientsByID(ctx context.Context, c *Call, limit int) (*Page[wire.ClientState], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	found, next, err := d.OAuth.Clients(ctx, id.Client(after), limit)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(d, c, found, string(next), func(x oauth.Client) oauth.Client { return x })
	if err != nil {
		return nil, err
	}
	return d.withUses(ctx, page)
}

type newClientIn struct{ Body ClientCreate }

func (d *Door) createClient(ctx context.Context, c *Call, in *newClientIn) (*Made[wire.NewClient], error) {
	fresh := oauth.Client{ID: id.Client(in.Body.ID), AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantCode}}
	if err := in.Body.ClientSettings.apply(&fresh); err != nil {
		return nil, err
	}
	if err := d.mayPrivilege(c, nil, &fresh); err != nil {
		return nil, err
	}
	meant, err := d.OAuth.Meant(ctx)
	if err != nil {
		return nil, err
	}
	made, secret, err := d.OAuth.CreateClient(ctx, c.By, fresh)
	if err != nil {
		return nil, inMembers(err)
	}
	return &Made[wire.NewClient]{
		Location: below("/clients", string(made.ID)), ETag: etag(made.Rev),
		Body: wire.NewClient{
			NewClientSecret: wire.NewClientSecret{Client: clientShape(made, meant), Secret: wire.Secret(secret)},
			Issuer:          d.Issuer, Discovery: d.Issuer + "/.well-known/openid-configuration",
		},
	}, nil
}

// mayPrivilege asks whether the credential is good for a change that takes more than the
// permission of the route; whether its holder may is asked by the service, too.
func (d *Door) mayPrivilege(c *Call, old, is *oauth.Client) error {
	if !d.OAuth.NeedsPrivilege(old, is) {
		return nil
	}
	return c.MayOn(access.Privilege, caller.On{Resource: string(is.ID)})
}

type partOfClientIn struct {
	ClientPath
	Partial
}

func (d *Door) getClient(ctx context.Context, _ *Call, in *partOfClientIn) (*One[wire.ClientState], error) {
	one, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	uses, err := d.states(ctx, []oauth.Client{one})
	if err != nil {
		return nil, err
	}
	meant, err := d.OAuth.Meant(ctx)
	return &One[wire.ClientState]{ETag: etag(one.Rev), Body: clientState(one, uses[one.ID], meant)}, err
}

func clientState(c oauth.Client, uses oauth.UseSum, meant oauth.Meant) wire.ClientState {
	state := wire.OfClientUse(c, uses)
	state.Client = clientShape(c, meant)
	return state
}

// clientShape is a client as it is answered, with the scopes of it that mean nothing here. Whoever
// changes one asks what scopes mean before: nothing fails behind a change.
func clientShape(c oauth.Client, meant oauth.Meant) wire.Client {
	return wire.OfClient(c).WithUnknown(meant.Unknown(c.Scopes))
}

func oneClient(c oauth.Client, meant oauth.Meant) *One[wire.Client] {
	return &One[wire.Client]{ETag: etag(c.Rev), Body: clientShape(c, meant)}
}

type clientChangeIn struct {
	ClientPath
	Body ClientSettings
}

func (d *Door) updateClient(ctx context.Context, c *Call, in *clientChangeIn) (*One[wire.Client], error) {
	old, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	is := old
	if err := in.Body.apply(&is); err != nil {
		return nil, err
	}
	if err := d.mayPrivilege(c, &old, &is); err != nil {
		return nil, err
	}
	meant, err := d.OAuth.Meant(ctx)
	if err != nil {
		return nil, err
	}
	is.Rev = cmp.Or(c.Rev(), old.Rev)
	if is, err = d.OAuth.UpdateClient(ctx, c.By, is); err != nil {
		return nil, inMembers(err)
	}
	return oneClient(is, meant), nil
}

func (d *Door) deleteClient(ctx context.Context, c *Call, in *ClientPath) (*Nothing, error) {
	revision := func(ctx context.Context) (int64, error) {
		old, err := d.OAuth.Client(ctx, in.id())
		return old.Rev, err
	}
	return &Nothing{}, d.asSeen(ctx, c, revision, func(ctx context.Context) error { return d.OAuth.DeleteClient(ctx, c.By, in.id()) })
}

func (d *Door) disableClient(ctx context.Context, c *Call, in *ClientPath) (*One[wire.Client], error) {
	return d.switchClient(ctx, c, in, true)
}

func (d *Door) enableClient(ctx context.Context, c *Call, in *ClientPath) (*One[wire.Client], error) {
	return d.switchClient(ctx, c, in, false)
}

// switchClient leaves one alone that stands as asked.
func (d *Door) switchClient(ctx context.Context, c *Call, in *ClientPath, off bool) (*One[wire.Client], error) {
	one, err := d.OAuth.Client(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if err := c.Matches(one.Rev); err != nil {
		return nil, err
	}
	meant, err := d.OAuth.Meant(ctx)
	if err != nil || one.Disabled == off {
		return oneClient(one, meant), err
	}
	one.Disabled = off
	if one, err = d.OAuth.UpdateClient(ctx, c.By, one); err != nil {
		return nil, err
	}
	return oneClient(one, meant), nil
}

func (d *Door) rotateClientSecret(ctx context.Context, c *Call, in *ClientPath) (out *Made[wire.NewClientSecret], err error) {
	err = d.Requests.InTx(ctx, func(ctx context.Context) error {
		old, err := d.OAuth.Client(ctx, in.id())
		if err != nil {
			return err
		}
		if err := c.Matches(old.Rev); err != nil {
			return err
		}
		if d.OAuth.Privileged(&old) {
			if err := c.MayOn(access.Privilege, caller.On{Resource: in.Client}); err != nil {
				return err
			}
		}
		meant, err := d.OAuth.Meant(ctx)
		if err != nil {
			return err
		}
		is, secret, err := d.OAuth.RotateSecret(ctx, c.By, old.ID)
		out = &Made[wire.NewClientSecret]{
			Location: below("/clients", in.Client), ETag: etag(is.Rev),
			Body: wire.NewClientSecret{Client: clientShape(is, meant), Secret: wire.Secret(secret)},
		}
		return err
	})
	return out, err
}

type clientSecretIn struct {
	ClientPath
	Secret string `path:"secret" maxLength:"64" doc:"The id of the secret, sec_…"`
}

func (d *Door) endClientSecret(ctx context.Context, c *Call, in *clientSecretIn) (out *One[wire.Client], err error) {
	err = d.Requests.InTx(ctx, func(ctx context.Context) error {
		old, err := d.OAuth.Client(ctx, in.id())
		if err != nil {
			return err
		}
		if err := c.Matches(old.Rev); err != nil {
			return err
		}
		meant, err := d.OAuth.Meant(ctx)
		if err != nil {
			return err
		}
		is, err := d.OAuth.EndSecret(ctx, c.By, old.ID, id.Secret(in.Secret))
		out = oneClient(is, meant)
		return err
	})
	return out, err
}
