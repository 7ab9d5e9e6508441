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

// serve is a route with all that stands before its handler. What may be refused without
// the body is refused before it is read.
func (d *Door) serve(rt *Route) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := d.enter(w, r, rt)
		if err != nil {
			return d.refused(w, r, rt, c, err)
		}
		in := reflect.New(rt.binding.in)
		if err := rt.binding.read(r, c, in); err != nil {
			return d.refused(w, r, rt, c, err)
		}
		if rt.Heavy || rt.Lasting {
			leave, err := d.heavy.take(c.Subject)
			if err != nil {
				return err
			}
			defer leave()
		}
		if rt.Lasting {
			patient(w)
		}
		out, err := d.once(r.Context(), c, in)
		if err != nil {
			return d.refused(w, r, rt, c, err)
		}
		return c.answer(w, r, out)
	}
}

func (d *Door) enter(w http.ResponseWriter, r *http.Request, rt *Route) (*Call, error) {
	who, err := d.Callers.Authenticate(r)
	if err != nil {
		return nil, err
	}
	c := &Call{Caller: who, By: who.Actor(r), route: rt, path: r.URL.Path}
	if err := d.Rate.take(r.Context(), w.Header(), who.Subject); err != nil {
		return c, err
	}
	if err := d.admit(c, r); err != nil {
		return c, err
	}
	for _, read := range []func(*http.Request) error{c.condition, c.repetition, c.parameters, c.readBody} {
		if err := read(r); err != nil {
			return c, err
		}
	}
	return c, nil
}

// admit asks whether the caller may use the route, by the policy of this moment.
func (d *Door) admit(c *Call, r *http.Request) error {
	if scopes := c.route.scopes(); !c.Within(scopes...) {
		return caller.OutOfScope(scopes[0])
	}
	err := c.MayOn(c.route.permission(), c.route.on(r))
	if err == nil || !c.route.Filtered || !fault.Is(err, fault.Forbidden) {
		return err
	}
	within := c.Places(c.route.permission())
	if within.None() {
		return err
	}
	c.within = &within
	return nil
}

// refused is err as it is answered. Who lacks a permission is remembered.
func (d *Door) refused(w http.ResponseWriter, r *http.Request, rt *Route, c *Call, err error) error {
	caller.SetChallenge(w.Header(), err)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || c == nil {
		return err
	}
	if c.rev != 0 && f.Kind == fault.Conflict && strings.HasSuffix(f.Code, ".changed") {
		return outdated(err)
	}
	if f.Kind == fault.Forbidden && d.Refusals != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), rememberFor)
		defer cancel()
		if lost := d.Refusals.Refused(ctx, c.By, rt.permission(), rt.target(r), err); lost != nil {
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
