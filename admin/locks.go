package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/wire"
)

// locks adds the routes of what is suspended.
func (d *Door) locks() {
	const all, one = "/locks", "/locks/{kind}/{locked}"
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listLocks", Permission: "locks:read", Summary: "List the locks that are not over, in the order of what they are on"}, d.listLocks)
	add(d, Route{Method: http.MethodGet, Path: one, ID: "getLock", Permission: "locks:read", Summary: "See the lock on something"}, d.getLock)
	add(d, Route{Method: http.MethodPut, Path: one, ID: "putLock", Permission: "locks:write", Summary: "Suspend somebody, a session, or what a role or a grant allows; a lock that is there is replaced", Revised: true, Creates: true, Keyed: true}, d.putLock)
	add(d, Route{Method: http.MethodDelete, Path: one, ID: "liftLock", Permission: "locks:write", Summary: "Give back what a lock suspends", Revised: true, Keyed: true}, d.liftLock)
}

// LockPath names what a lock is on.
type LockPath struct {
	Kind   string `path:"kind" enum:"user,service,client,session,role,grant" doc:"What the lock is on"`
	Locked string `path:"locked" maxLength:"128" doc:"The id of that"`
}

func (in *LockPath) target() access.LockTarget {
	return access.LockTarget{Kind: access.LockKind(in.Kind), ID: in.Locked}
}

type locksIn struct {
	Paged
	Kind string `query:"kind" enum:"user,service,client,session,role,grant" doc:"Only those on this kind"`
}

func (d *Door) listLocks(ctx context.Context, c *Call, in *locksIn) (*Page[wire.Lock], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	found, err := d.Access.Locks(ctx)
	if err != nil {
		return nil, err
	}
	var all []access.LockRecord
	for _, l := range found {
		if in.Kind == "" || in.Kind == string(l.On.Kind) {
			all = append(all, l)
		}
	}
	name := func(l access.LockRecord) string { return string(l.On.Kind) + "\x00" + l.On.ID } // as they are sorted
	page, next := slice(all, after, in.Limit, name)
	return pageOf(d, c, page, next, wire.OfLock)
}

type partOfLockIn struct {
	LockPath
	Partial
}

func (d *Door) getLock(ctx context.Context, _ *Call, in *partOfLockIn) (*One[wire.Lock], error) {
	l, err := d.Access.Lock(ctx, in.target())
	if err != nil {
		return nil, err
	}
	return oneLock(l), nil
}

func oneLock(l access.LockRecord) *One[wire.Lock] {
	return &One[wire.Lock]{ETag: etag(l.Rev), Body: wire.OfLock(l)}
}

// LockPut is until when something is suspended, and why.
type LockPut struct {
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"Until when; absent: until it is lifted"`
	Reason    string    `json:"reason" minLength:"1" maxLength:"500" doc:"For whoever asks later"`
}

type putLockIn struct {
	LockPath
	Body LockPut
}

func (d *Door) putLock(ctx context.Context, c *Call, in *putLockIn) (out *One[wire.Lock], err error) {
	err = d.onLock(ctx, c, in.target(), func(ctx context.Context) error {
		l, err := d.Access.PutLock(ctx, c.By, access.LockRecord{Lock: access.Lock{On: in.target(), Ends: in.Body.ExpiresAt, Reason: in.Body.Reason}})
		out = oneLock(l)
		return err
	})
	return out, err
}

func (d *Door) liftLock(ctx context.Context, c *Call, in *LockPath) (*Nothing, error) {
	return &Nothing{}, d.onLock(ctx, c, in.target(), func(ctx context.Context) error {
		return d.Access.LiftLock(ctx, c.By, in.target())
	})
}

// onLock runs f where a lock is as the caller saw it, if they said how.
func (d *Door) onLock(ctx context.Context, c *Call, on access.LockTarget, f func(ctx context.Context) error) error {
	return d.ifSeen(ctx, c, "It is locked already, and stays so as it was.", func(ctx context.Context) (int64, error) { l, err := d.Access.Lock(ctx, on); return l.Rev, err }, f)
}
