package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
)

// Input is what an operation is asked with from within this process: what a request over
// HTTP would bring.
type Input struct {
	Path    map[string]string // the parts of the path, by their names; each must be there
	Query   url.Values
	Body    any    // what becomes the JSON of the body, such as a UserCreate; nil: none
	IfMatch string // the ETag that was seen; "" for none
	New     bool   // only where there is none yet: If-None-Match
	Key     string // the Idempotency-Key; "" for none, and for what takes none
}

// Ask asks for an operation, such as "getUser", as who: for doors whose people are known
// otherwise than by a credential of the API. All that stands before the operation over HTTP
// stands before it here: the caller's permission and how lately they proved themselves, how
// much they ask, the rules of the document, conditions and repeats; and its refusals are the
// same faults, recorded alike. r is the request that it is asked for, which says from where;
// its deadline is that of the operation. O is the answer's struct: One[wire.User] for instance.
// An operation that is not there, or answers with something else, is a plain error.
func Ask[O any](ctx context.Context, d *Door, who *caller.Caller, r *http.Request, operation string, in Input) (*O, error) {
	rt, err := d.operation(operation)
	if err != nil {
		return nil, err
	}
	if rt.answer != reflect.TypeFor[O]() || rt.Lasting {
		return nil, fmt.Errorf("ask for %s: it answers with %s", operation, rt.answer)
	}
	answer, err := d.AskAny(ctx, who, r, operation, in)
	if err != nil {
		return nil, err
	}
	return answer.(*O), nil
}

// AskLasting is Ask for an operation that lasts: the deadlines of the answer over w are put off.
func AskLasting[O any](ctx context.Context, d *Door, who *caller.Caller, w http.ResponseWriter, r *http.Request, operation string, in Input) (answer *O, err error) {
	rt, err := d.operation(operation)
	if err != nil {
		return nil, err
	}
	if rt.answer != reflect.TypeFor[O]() || !rt.Lasting {
		return nil, fmt.Errorf("ask for %s: it answers with %s, and lasts: %t", operation, rt.answer, rt.Lasting)
	}
	err = d.ask(ctx, rt, who, w, r, in, func(_ *http.Request, _ *Call, out reflect.Value) error {
		answer = out.Interface().(*O)
		return nil
	})
	return answer, err
}

// Send answers over w with what an operation streams, as it would over HTTP. An error means
// that nothing was written.
func (d *Door) Send(ctx context.Context, who *caller.Caller, w http.ResponseWriter, r *http.Request, operation string, in Input) error {
	rt, err := d.operation(operation)
	if err != nil {
		return err
	}
	if rt.answer != streamed {
		return fmt.Errorf("send %s: it answers with %s", operation, rt.answer)
	}
	return d.ask(ctx, rt, who, w, r, in, func(asked *http.Request, c *Call, out reflect.Value) error {
		asked.Header["Accept-Encoding"] = r.Header["Accept-Encoding"]
		return c.answer(w, asked, out)
	})
}

// ask runs an operation that lasts, and hands what comes of it to answer.
func (d *Door) ask(ctx context.Context, rt *Route, who *caller.Caller, w http.ResponseWriter, r *http.Request, in Input, answer func(*http.Request, *Call, reflect.Value) error) error {
	asked, err := rt.asked(ctx, r, in)
	if err != nil {
		return err
	}
	c := newCall(who, rt, asked)
	return d.run(http.Header{}, asked, c, func() { patient(w) }, func(out reflect.Value) error { return answer(asked, c, out) })
}

// AskAny is Ask for whoever knows the operation by its name alone: the answer is a pointer to
// Route.Answer.
func (d *Door) AskAny(ctx context.Context, who *caller.Caller, r *http.Request, operation string, in Input) (answer any, err error) {
	rt, err := d.operation(operation)
	if err != nil {
		return nil, err
	}
	asked, err := rt.asked(ctx, r, in)
	if err != nil {
		return nil, err
	}
	err = d.run(http.Header{}, asked, newCall(who, rt, asked), func() {}, func(out reflect.Value) error {
		answer = out.Interface()
		return nil
	})
	return answer, err
}

func (d *Door) operation(name string) (*Route, error) {
	if rt := d.byID[name]; rt != nil {
		return rt, nil
	}
	return nil, fmt.Errorf("there is no operation %q", name)
}

// asked is the request that would ask for the operation over HTTP.
func (rt *Route) asked(ctx context.Context, from *http.Request, in Input) (*http.Request, error) {
	asked := (&http.Request{
		Method: rt.Method, URL: &url.URL{RawQuery: in.Query.Encode()}, Body: http.NoBody, Host: from.Host, RemoteAddr: from.RemoteAddr,
		Header: http.Header{"User-Agent": from.Header["User-Agent"]}, Pattern: rt.Method + " " + Base + rt.Path,
	}).WithContext(ctx)
	path, named := Base+rt.Path, 0
	for name, value := range in.Path {
		if strings.Contains(path, "{"+name+"}") {
			asked.SetPathValue(name, value)
			path, named = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value)), named+1
		}
	}
	if named != len(in.Path) || named != strings.Count(rt.Path, "{") {
		return nil, fmt.Errorf("ask for %s: its path is %s, not of %d parts", rt.ID, rt.Path, len(in.Path))
	}
	for name, value := range in.Path {
		if value == "" {
			return nil, fault.Wrap(fmt.Errorf("no %s", name), fault.NotFound, "request.no_route", "The API has no such path.")
		}
	}
	asked.URL.Path = path
	if in.IfMatch != "" {
		asked.Header.Set("If-Match", in.IfMatch)
	}
	if in.New {
		asked.Header.Set("If-None-Match", "*")
	}
	if in.Key != "" {
		asked.Header.Set("Idempotency-Key", in.Key)
	}
	return asked, rt.wear(asked, in.Body)
}

// wear gives a request its body.
func (rt *Route) wear(asked *http.Request, body any) error {
	if body == nil {
		return nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", rt.ID, err)
	}
	asked.Header.Set("Content-Type", "application/json")
	asked.Body, asked.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return nil
}

// Ready is the refusal that an operation would meet before anything of it is read, nil for
// none: a page asks before it shows a form that could not be sent. It records nothing, and
// promises nothing. The things of path say what it would be about.
func (d *Door) Ready(who *caller.Caller, operation string, path map[string]string) error {
	rt, err := d.operation(operation)
	if err != nil {
		return err
	}
	c := &Call{Caller: who, route: rt}
	on := caller.On{Org: path[rt.Org], Resource: path[rt.Resource]}
	if err := c.admitOn(on); err != nil || c.within == nil || rt.Kind != audit.KindUser || path[rt.Param] == "" {
		return err
	}
	return c.reachWho(id.UserOf(path[rt.Param]))
}

// Offered reports whether an operation is for the caller, perhaps for some things only, and
// perhaps once they have proved more than now: what is not need not be shown to them.
func (d *Door) Offered(who *caller.Caller, operation string, path map[string]string) bool {
	err := d.Ready(who, operation, path)
	r, refused := err.(*caller.Refusal)
	return err == nil || refused && r.Need != (access.Requirement{})
}

// Narrowed reports whether the caller is told a part alone by an operation that reads: what is
// within the organisations and groups for which they have its permission (decision 0065).
func (d *Door) Narrowed(who *caller.Caller, operation string) bool {
	rt := d.byID[operation]
	if rt == nil || !rt.Filtered || rt.Changes() {
		return false
	}
	c := &Call{Caller: who, route: rt}
	return c.admitOn(caller.On{}) == nil && c.within != nil
}

// PermissionOf returns the whole name of the permission that an operation asks for, "" where
// there is no such operation.
func (d *Door) PermissionOf(operation string) string {
	if rt := d.byID[operation]; rt != nil {
		return rt.permission()
	}
	return ""
}
