package admin

import (
	"context"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/wire"
)

// GrantSubject is whom something is given to.
type GrantSubject struct {
	Kind string `json:"kind" enum:"user,service,client,group,organisation" doc:"Of an organisation: everybody in it"`
	ID   string `json:"id" maxLength:"128"`
}

// GrantCreate is what a grant is made with, by the names of wire.Grant.
type GrantCreate struct {
	Subject     GrantSubject `json:"subject"`
	Effect      string       `json:"effect,omitempty" enum:"allow,deny" doc:"Absent: allow"`
	Role        string       `json:"role,omitempty" maxLength:"64" doc:"Either a role,"`
	Permission  string       `json:"permission,omitempty" maxLength:"192" doc:"or a permission, such as shop/orders:read or shop/orders:*"`
	Org         string       `json:"org,omitempty" maxLength:"64" doc:"The organisation within which alone it counts; absent: it counts everywhere"`
	Where       string       `json:"where,omitempty" enum:"any,own,ids,cel" doc:"On which things; absent: any, or what resource_ids or condition say"`
	ResourceIDs []string     `json:"resource_ids,omitempty" maxItems:"100"`
	Condition   string       `json:"condition,omitempty" maxLength:"2048" doc:"In CEL"`
	NotBefore   time.Time    `json:"not_before,omitzero" doc:"From when on; absent: now"`
	ExpiresAt   time.Time    `json:"expires_at,omitzero" doc:"Until when; absent: until it is revoked, or as long as its role lets it last"`
	ACR         string       `json:"acr,omitempty" enum:"aal1,aal2" doc:"How whoever uses it must have signed in"`
	MaxAge      string       `json:"max_age,omitempty" maxLength:"32" doc:"How lately, such as 5m"`
	Reason      string       `json:"reason" minLength:"1" maxLength:"500" doc:"For whoever asks later"`
	Ticket      string       `json:"ticket,omitempty" maxLength:"64"`
	Again       bool         `json:"again,omitempty" doc:"Make it although a grant that there is says the same for as long; otherwise that is grant.exists"`
}

// grant is what the request asks for.
func (in *GrantCreate) grant() (g access.Grant, err error) {
	g = access.Grant{
		Subject: access.Subject{Kind: access.Kind(in.Subject.Kind), ID: in.Subject.ID}, Effect: access.Effect(in.Effect),
		Role: access.RoleNamed(in.Role), Org: in.Org, Where: in.place(), Window: access.Window{NotBefore: in.NotBefore, ExpiresAt: in.ExpiresAt},
		Reason: in.Reason, Ticket: in.Ticket,
	}
	if g.Effect == "" {
		g.Effect = access.Allow
	}
	if in.Permission != "" {
		if g.Permission, err = access.ParsePattern(in.Permission); err != nil {
			return g, atField(err, "permission")
		}
	}
	g.Requires, err = requirement(in.ACR, in.MaxAge)
	return g, err
}

func (in *GrantCreate) place() access.Where {
	w := access.Where{Place: access.Place(in.Where), IDs: in.ResourceIDs, Expression: in.Condition}
	switch {
	case w.Place != "":
	case len(w.IDs) > 0:
		w.Place = access.Listed
	case w.Expression != "":
		w.Place = access.Condition
	default:
		w.Place = access.Everywhere
	}
	return w
}

// inGrant tells what is wrong with a grant by the members of the request.
func inGrant(err error) error {
	if code := fault.CodeOf(err); code != "grant.invalid" && code != "grants.refused" {
		return err
	}
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		if f.Name == "requires" || strings.HasSuffix(f.Name, ".requires") {
			f.Name = strings.TrimSuffix(f.Name, "requires") + "acr"
		}
		return f
	})
}

type newGrantIn struct{ Body GrantCreate }

func (d *Door) createGrant(ctx context.Context, c *Call, in *newGrantIn) (*Made[wire.Grant], error) {
	g, err := in.Body.grant()
	if err != nil {
		return nil, err
	}
	if err := c.reach(&access.GrantRecord{Grant: g}, toChange); err != nil {
		return nil, err
	}
	if err := c.sudoFor(&g); err != nil {
		return nil, err
	}
	give := d.Access.Give
	if in.Body.Again {
		give = d.Access.GiveAgain
	}
	made, err := give(ctx, c.By, g)
	if err != nil {
		return nil, inGrant(err)
	}
	return &Made[wire.Grant]{Location: below("/grants", string(made.ID)), ETag: etag(made.Rev), Body: wire.OfGrant(made)}, nil
}
