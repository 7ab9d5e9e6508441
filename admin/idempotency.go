package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/secret"
	"gatehouse/web"
)

// Requests keeps which requests were answered; *store.Store does.
type Requests interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// KeepRequest keeps a request unless one of the same caller and key is kept that is
	// not over, and reports whether it did; else was is that one. Of several at once one
	// is kept, and the others wait for its transaction.
	KeepRequest(ctx context.Context, r web.Kept) (was web.Kept, kept bool, err error)
	// AnswerRequest adds the answer to one that was kept.
	AnswerRequest(ctx context.Context, r web.Kept) error
	// KeepsMore reports whether more than n of a caller are kept.
	KeepsMore(ctx context.Context, caller string, n int) (bool, error)
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
	err = d.Requests.InTx(ctx, func(ctx context.Context) error {
		k := d.kept(c)
		was, kept, err := d.Requests.KeepRequest(ctx, k)
		switch {
		case err != nil:
			return err
		case !kept:
			out = reflect.New(c.route.binding.out)
			return again(was, k.Hash, out.Interface())
		}
		if err := d.room(ctx, k.Caller); err != nil {
			return err
		}
		if out, err = c.route.handler(ctx, c, in); err != nil || c.route.Secret {
			return err
		}
		if k.Answer, err = json.Marshal(out.Interface()); err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		return d.Requests.AnswerRequest(ctx, k)
	})
	return out, err
}

// kept is the request of c as it is remembered. The hash is a MAC: a body may hold what
// is easily guessed.
func (d *Door) kept(c *Call) web.Kept {
	now := clock.Now()
	return web.Kept{
		Caller: string(c.Subject.Kind) + ":" + c.Subject.ID, Key: c.key, At: now, Over: now.Add(keptFor),
		Hash: secret.MAC(d.Key, "request\x00"+c.route.ID+"\x00"+c.path+"\x00"+c.query.Encode()+"\x00"+c.match+"\x00"+string(c.body)),
	}
}

// again is the answer of a request to its repeat.
func again(was web.Kept, hash []byte, out any) error {
	if !secret.Equal(was.Hash, hash) {
		return fault.New(fault.Invalid, "idempotency.reused", "Another request had this Idempotency-Key. Take a new one.")
	}
	if len(was.Answer) == 0 {
		return fault.New(fault.Conflict, "idempotency.secret", "This was done already. Its answer had a secret, which is not shown again.")
	}
	if err := json.Unmarshal(was.Answer, out); err != nil {
		return fmt.Errorf("read a kept answer: %w", err)
	}
	return nil
}

func (d *Door) room(ctx context.Context, caller string) error {
	more, err := d.Requests.KeepsMore(ctx, caller, MaxKept)
	if err != nil {
		return err
	}
	if more {
		return &fault.Error{Kind: fault.TooMany, Code: "idempotency.full", Detail: fmt.Sprintf("A caller has up to %d keys in 24 hours.", MaxKept), RetryAfter: time.Hour}
	}
	return nil
}
