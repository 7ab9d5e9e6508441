package admin

import (
	"context"
	"fmt"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/wire"
)

// GrantsCreate are grants that are made at once.
type GrantsCreate struct {
	Grants []GrantCreate `json:"grants" minItems:"1" maxItems:"200"`
}

// GrantList is the answer with grants that were changed at once.
type GrantList struct {
	Items []wire.Grant `json:"items" doc:"In the order of the request"`
}

// GrantsOut is the answer with them.
type GrantsOut struct{ Body GrantList }

func grantsOf(all []access.GrantRecord) *GrantsOut {
	out := &GrantsOut{GrantList{make([]wire.Grant, len(all))}}
	for i := range all {
		out.Body.Items[i] = wire.OfGrant(all[i])
	}
	return out
}

type newGrantsIn struct{ Body GrantsCreate }

func (d *Door) createGrants(ctx context.Context, c *Call, in *newGrantsIn) (*GrantsOut, error) {
	all := make([]access.NewGrant, len(in.Body.Grants))
	for i := range all {
		g, err := in.Body.Grants[i].grant()
		if err == nil {
			err = atField(c.reach(&access.GrantRecord{Grant: g}, toChange), "")
		}
		if err != nil {
			return nil, belowField(err, fmt.Sprintf("grants[%d]", i))
		}
		if err := c.sudoFor(&g); err != nil {
			return nil, err
		}
		all[i] = access.NewGrant{Grant: g, Again: in.Body.Grants[i].Again}
	}
	made, err := d.Access.GiveAll(ctx, c.By, all)
	if err != nil {
		return nil, inGrant(err)
	}
	return grantsOf(made), nil
}

// GrantSeen names a grant, in the revision that it was seen in.
type GrantSeen struct {
	ID   string `json:"id" maxLength:"64"`
	ETag string `json:"etag,omitempty" maxLength:"24" doc:"With which it was seen; absent: whatever it is"`
}

// GrantsRevoke are grants that are ended at once.
type GrantsRevoke struct {
	Grants []GrantSeen `json:"grants" minItems:"1" maxItems:"200"`
	Reason string      `json:"reason" minLength:"1" maxLength:"500" doc:"For whoever asks later"`
}

type revokeGrantsIn struct{ Body GrantsRevoke }

func (d *Door) revokeGrants(ctx context.Context, c *Call, in *revokeGrantsIn) (*GrantsOut, error) {
	all := make([]access.Revocation, len(in.Body.Grants))
	for i, one := range in.Body.Grants {
		all[i].Grant = id.GrantOf(one.ID)
		rev, ok := revisionOf(one.ETag)
		if !ok {
			return nil, invalid(fmt.Sprintf("grants[%d].etag", i), "is none of a grant")
		}
		all[i].Rev = rev
	}
	ended, err := d.Access.RevokeAll(ctx, c.By, all, in.Body.Reason, func(g *access.GrantRecord) error { return c.reach(g, toChange) })
	if err != nil {
		return nil, inGrant(err)
	}
	return grantsOf(ended), nil
}
