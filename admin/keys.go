package admin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/wire"
)

// Clock is asked before a key is made whose times count for years; *clock.Watch is one.
type Clock interface {
	// Now returns the time, or an error where nobody can be sure of it.
	Now(ctx context.Context) (time.Time, error)
}

// signingKeys adds the routes of the keys that tokens are signed with. None of them is a
// POST: keys are made and taken under a lease, which is no part of a transaction.
func (d *Door) signingKeys() {
	add(d, Route{Method: http.MethodGet, Path: "/keys", ID: "listKeys", Permission: "keys:read", Summary: "List the signing keys with their public halves, oldest first"}, d.listKeys)
	add(d, Route{
		Method: http.MethodPut, Path: "/keys/{algorithm}/next", ID: "rotateKey", Permission: "keys:rotate",
		Summary: "Bring in the next signing key of an algorithm ahead of time",
	}, d.rotateKey)
	add(d, Route{
		Method: http.MethodDelete, Path: "/keys/{kid}", ID: "revokeKey", Permission: "keys:revoke", Kind: keys.KindKey, Param: "kid", Resource: "kid",
		Summary: "End a signing key that somebody else may know, with all that it signed",
	}, d.revokeKey)
}

type keysIn struct {
	Paged
	All bool `query:"all" doc:"The retired ones too"`
}

func (d *Door) listKeys(ctx context.Context, c *Call, in *keysIn) (*Page[wire.Key], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	found, err := d.Keys.List(ctx, in.All)
	if err != nil {
		return nil, err
	}
	place := func(k keys.Key) string { return fmt.Sprintf("%020d.%s", k.Created.UnixMicro(), k.ID) }
	slices.SortFunc(found, func(a, b keys.Key) int { return strings.Compare(place(a), place(b)) })
	page, next := slice(found, after, in.Limit, place)
	return pageOf(d, c, page, next, wire.OfKey)
}

// KeyNext is how the next key comes in.
type KeyNext struct {
	After     string `json:"after,omitempty" maxLength:"128" doc:"The kid of the key that signs now; where another one does, nothing is done, so that a repeat does it once"`
	Immediate bool   `json:"immediate,omitempty" doc:"It signs at once; who has the key set in a cache refuses its tokens until they read it again"`
}

type rotateKeyIn struct {
	Algorithm string `path:"algorithm" enum:"ES256,RS256,EdDSA"`
	Body      *KeyNext
}

func (d *Door) rotateKey(ctx context.Context, c *Call, in *rotateKeyIn) (*Page[wire.Key], error) {
	if _, err := d.Clock.Now(ctx); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "key.clock", "The clock of this server is not to be trusted now, and no key is made by it.")
	}
	how := KeyNext{}
	if in.Body != nil {
		how = *in.Body
	}
	if err := d.Keys.RotateAfter(ctx, c.By, in.Algorithm, how.After, how.Immediate); err != nil {
		return nil, err
	}
	return d.keysNow(ctx, c)
}

func (d *Door) keysNow(ctx context.Context, c *Call) (*Page[wire.Key], error) {
	found, err := d.Keys.List(ctx, false)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, found, "", wire.OfKey)
}

type keyIn struct {
	ID string `path:"kid" maxLength:"128" doc:"The kid of the key"`
}

func (d *Door) revokeKey(ctx context.Context, c *Call, in *keyIn) (*Page[wire.Key], error) {
	if err := d.Keys.Revoke(ctx, c.By, in.ID, d.OAuth); err != nil {
		return nil, err
	}
	return d.keysNow(ctx, c)
}
