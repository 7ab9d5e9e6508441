package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
	"gatehouse/web"
	"gatehouse/wire"
)

// Requests keeps which requests were answered; *store.Store does.
type Requests interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// CallerSince returns when a caller was made, who came with a key, or with none.
	// NotFound for one that is not there any more.
	CallerSince(ctx context.Context, who access.Subject, key id.ServiceKey) (time.Time, error)
	// KeepRequest keeps a request unless one of the same caller and key is kept that is
	// not over, and reports whether it did; else was is that one. Of several at once one
	// is kept, and the others wait for its transaction.
	KeepRequest(ctx context.Context, r web.Kept) (was web.Kept, kept bool, err error)
	// Request returns the one of the same caller and key that is kept and not over; NotFound for
	// none.
	Request(ctx context.Context, r web.Kept) (web.Kept, error)
	// AnswerRequest adds the answer to one that was kept, and of whom it tells. It is
	// forgotten with that person, and a request with its caller.
	AnswerRequest(ctx context.Context, r web.Kept) error
	// KeepsMore reports whether more than n of the caller of r are kept.
	KeepsMore(ctx context.Context, r web.Kept, n int) (bool, error)
}

// MaxKept is how many keys of one caller are remembered, for keptFor each.
const (
	MaxKept = 5000
	keptFor = 24 * time.Hour
)

// once runs the handler of c, and where the request has an Idempotency-Key, only the
// first time: a repeat gets the answer of then. The key is kept in the transaction of the
// change.
func (d *Door) once(ctx context.Context, c *Call, in reflect.Value) (out reflect.Value, err error) {
	if c.key == "" {
		return c.route.handler(ctx, c, in)
	}
	if c.route.Commits {
		return d.committed(ctx, c, in)
	}
	err = d.Requests.InTx(ctx, func(ctx context.Context) error {
		k, err := d.kept(ctx, c)
		if err != nil {
			return err
		}
		was, kept, err := d.Requests.KeepRequest(ctx, k)
		switch {
		case err != nil:
			return err
		case !kept:
			out, err = c.repeated(was, k.Hash)
			return err
		}
		if err := d.room(ctx, k); err != nil {
			return err
		}
		if out, err = c.route.handler(ctx, c, in); err != nil || c.route.Secret {
			return err
		}
		people := peopleOf(out)
		if len(people) > 1 {
			return nil
		}
		if len(people) == 1 {
			k.Person = people[0]
		}
		if k.Answer, err = json.Marshal(out.Interface()); err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		return d.Requests.AnswerRequest(ctx, k)
	})
	return out, err
}

// committed is once for a route that Commits. Who was slower than a repeat of theirs hears what that
// was answered, and not that there is nothing to do, or that the house is not any more as they saw it.
func (d *Door) committed(ctx context.Context, c *Call, in reflect.Value) (reflect.Value, error) {
	keeps := false
	c.keep = func(ctx context.Context) error {
		k, err := d.kept(ctx, c)
		if err != nil {
			return err
		}
		switch _, kept, err := d.Requests.KeepRequest(ctx, k); {
		case err != nil:
			return err
		case !kept:
			return errRepeat
		}
		keeps = true
		return d.room(ctx, k)
	}
	out, err := c.route.handler(ctx, c, in)
	if err != nil || !keeps {
		if done, known, again := d.known(ctx, c); known || again != nil {
			return done, again
		}
	}
	return out, err
}

// errRepeat ends a change that a repeat of its request was faster to make.
var errRepeat = errors.New("a repeat of the request was faster")

// known is the answer of a request whose repeat it is, where the route works before the transaction
// in which that would be found out. It waits for nobody: of two at once neither is known.
func (d *Door) known(ctx context.Context, c *Call) (out reflect.Value, known bool, err error) {
	if c.key == "" || !c.route.takesTurn() && c.route.look == nil && !c.route.Commits {
		return out, false, nil
	}
	k, err := d.kept(ctx, c)
	if err != nil {
		return out, false, err
	}
	was, err := d.Requests.Request(ctx, k)
	if fault.Is(err, fault.NotFound) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	out, err = c.repeated(was, k.Hash)
	return out, err == nil, err
}

// repeated is the answer to a repeat of a request that was kept.
func (c *Call) repeated(was web.Kept, hash []byte) (reflect.Value, error) {
	out := reflect.New(c.route.binding.out)
	if err := c.again(was, hash, out.Interface()); err != nil {
		return out, err
	}
	return out, c.stillReaches(out)
}

// kept is the request of c as it is remembered: of this caller, and of no later one that
// has its name. The hash is a MAC: a body may hold what is easily guessed.
func (d *Door) kept(ctx context.Context, c *Call) (web.Kept, error) {
	since, err := d.Requests.CallerSince(ctx, c.Subject, c.Key)
	if fault.Is(err, fault.NotFound) {
		return web.Kept{}, caller.Gone(err)
	}
	if err != nil {
		return web.Kept{}, err
	}
	now := clock.Now()
	return web.Kept{
		Caller: web.CallerName(string(c.Subject.Kind), c.Subject.ID), Since: since, Key: c.key, At: now, Over: now.Add(keptFor),
		Hash: secret.MAC(d.Key, "request\x00"+c.route.ID+"\x00"+c.path+"\x00"+c.query.Encode()+"\x00"+c.match+"\x00"+string(c.body)),
	}, nil
}

// again is the answer of a request to its repeat.
func (c *Call) again(was web.Kept, hash []byte, out any) error {
	if !secret.Equal(was.Hash, hash) {
		return fault.New(fault.Invalid, "idempotency.reused", "Another request had this Idempotency-Key. Take a new one.")
	}
	switch {
	case len(was.Answer) > 0:
	case c.route.Secret:
		return fault.New(fault.Conflict, "idempotency.secret", "This was done already. Its answer had a secret, which is not shown again.")
	default:
		return fault.New(fault.Conflict, "idempotency.forgotten", "This was done already. Its answer is not kept: it told of somebody who was deleted since, or of several people.")
	}
	if err := json.Unmarshal(was.Answer, out); err != nil {
		return fmt.Errorf("read a kept answer: %w", err)
	}
	return nil
}

// stillReaches asks about all that a kept answer of a Filtered route tells of what its
// handler asked about it: who has lost the right since may have another still, and was let
// in by that.
func (c *Call) stillReaches(out reflect.Value) error {
	if !c.route.Filtered {
		return nil
	}
	var grants []access.GrantRecord
	within(out, func(v any) {
		if g, ok := v.(wire.Grant); ok {
			who := access.Subject{Kind: g.Subject.Kind, ID: g.Subject.ID}
			grants = append(grants, access.GrantRecord{Grant: access.Grant{Subject: who, Effect: g.Effect, Org: g.Org}})
		}
	})
	if len(grants) == 0 {
		return fmt.Errorf("a kept answer of %s tells of nothing that can be asked about", c.route.ID)
	}
	for i := range grants {
		if err := c.reach(&grants[i], toChange); err != nil {
			return err
		}
	}
	return nil
}

// peopleOf returns of whom an answer tells more than an id: each once.
func peopleOf(out reflect.Value) (people []id.User) {
	within(out, func(v any) {
		if one, ok := v.(wire.Personal); ok && one.Person() != "" {
			people = append(people, one.Person())
		}
	})
	slices.Sort(people)
	return slices.Compact(people)
}

// within calls f with each struct of an answer.
func within(out reflect.Value, f func(v any)) {
	switch out.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !out.IsNil() {
			within(out.Elem(), f)
		}
	case reflect.Slice:
		for i := range out.Len() {
			within(out.Index(i), f)
		}
	case reflect.Struct:
		f(out.Interface())
		for i := range out.NumField() {
			if out.Type().Field(i).IsExported() {
				within(out.Field(i), f)
			}
		}
	}
}

func (d *Door) room(ctx context.Context, k web.Kept) error {
	more, err := d.Requests.KeepsMore(ctx, k, MaxKept)
	if err != nil {
		return err
	}
	if more {
		return &fault.Error{Kind: fault.TooMany, Code: "idempotency.full", Detail: fmt.Sprintf("A caller has up to %d keys in 24 hours.", MaxKept), RetryAfter: time.Hour}
	}
	return nil
}
