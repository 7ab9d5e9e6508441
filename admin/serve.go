package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/web"
)

// serve is a route with all that stands before its handler, as it comes over HTTP.
func (d *Door) serve(rt *Route) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := d.Callers.Authenticate(r)
		if err == nil {
			c := newCall(who, rt, r)
			err = d.run(w.Header(), r, c, func() { patient(w) }, func(out reflect.Value) error { return c.answer(w, r, out) })
		}
		caller.SetChallenge(w.Header(), err)
		return err
	}
}

func newCall(who *caller.Caller, rt *Route, r *http.Request) *Call {
	return &Call{Caller: who, By: who.Actor(r), route: rt, path: r.URL.Path}
}

// run does what a request of somebody who is known asks for, and hands what comes of it to
// answer. What may be refused without the body is refused before it is read. lasts is called
// when a route that lasts begins; h gets what its caller is told of limits.
func (d *Door) run(h http.Header, r *http.Request, c *Call, lasts func(), answer func(out reflect.Value) error) error {
	if err := d.enter(h, r, c); err != nil {
		return d.refused(r, c, err)
	}
	in := reflect.New(c.route.binding.in)
	if err := c.route.binding.read(r, c, in); err != nil {
		return d.refused(r, c, err)
	}
	ctx := c.steers(r.Context())
	if out, known, err := d.known(ctx, c); err != nil {
		return d.refused(r, c, err)
	} else if known {
		return answer(out)
	}
	if c.route.takesTurn() {
		leave, err := d.heavy.take(c.Subject)
		if err != nil {
			return err
		}
		defer leave()
	}
	if c.route.Lasting {
		lasts()
	}
	out, err := d.do(ctx, c, in)
	if err != nil {
		return d.refused(r, c, err)
	}
	if s, ok := out.Interface().(*Stream); ok {
		s.still = func() error { return d.still(r, c) }
	}
	return answer(out)
}

// do looks at what takes long, outside of every transaction, and then does it.
func (d *Door) do(ctx context.Context, c *Call, in reflect.Value) (out reflect.Value, err error) {
	if c.route.look != nil {
		if c.looked, err = c.route.look(ctx, c, in); err != nil {
			return out, err
		}
	}
	return d.once(ctx, c, in)
}

// still asks anew, amid an answer that lasts, what let its caller in.
func (d *Door) still(r *http.Request, c *Call) error {
	who, err := d.Callers.Again(r.Context(), c.Caller)
	if err != nil {
		return err
	}
	return (&Call{Caller: who, route: c.route}).admitOn(c.route.on(r))
}

func (d *Door) enter(h http.Header, r *http.Request, c *Call) error {
	if err := d.Rate.take(r.Context(), h, c.Subject); err != nil {
		return err
	}
	if err := d.admit(c, r); err != nil {
		return err
	}
	for _, read := range []func(*http.Request) error{c.condition, c.repetition, c.parameters, c.readBody} {
		if err := read(r); err != nil {
			return err
		}
	}
	return nil
}

// admit asks whether the caller may use the route, by the policy of this moment.
func (d *Door) admit(c *Call, r *http.Request) error {
	if scopes := c.route.scopes(); !c.Within(scopes...) {
		return caller.OutOfScope(scopes[0])
	}
	return c.admitOn(c.route.on(r))
}

func (c *Call) admitOn(on caller.On) error {
	err := c.MayOn(c.route.permission(), on)
	if c.route.Filtered && fault.Is(err, fault.Forbidden) {
		if within := c.Places(c.route.permission()); !within.None() {
			c.within, err = &within, nil
		}
	}
	return c.proved(err)
}

// refused is err as it is answered. Who lacks a permission is remembered.
func (d *Door) refused(r *http.Request, c *Call, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	if c.rev != 0 && f.Kind == fault.Conflict && strings.HasSuffix(f.Code, ".changed") {
		return Outdated(err)
	}
	if f.Kind == fault.Forbidden && d.Refusals != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), rememberFor)
		defer cancel()
		if lost := d.Refusals.Refused(ctx, c.By, c.route.permission(), c.route.target(r), err); lost != nil {
			return fmt.Errorf("%w (and it could not be recorded: %v)", err, lost)
		}
	}
	return err
}

// rememberFor is how long a refusal may take to be written down.
const rememberFor = 2 * time.Second

// readBody takes the body of a request that has one.
func (c *Call) readBody(r *http.Request) error {
	if !c.route.Changes() || r.ContentLength == 0 {
		return nil
	}
	most := c.route.maxBody()
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(most)+1))
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if len(body) == 0 {
		return nil
	}
	if len(body) > most {
		return unreadable(fmt.Sprintf("The body is larger than %d KiB.", most>>10))
	}
	if !web.IsJSON(r.Header.Get("Content-Type")) {
		return unreadable("The Content-Type must be application/json.")
	}
	c.body = body
	return nil
}

func unreadable(detail string) error { return fault.New(fault.Malformed, "request.body", detail) }
