package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
)

// Call is one request that was let in, as its handler sees it.
type Call struct {
	*caller.Caller
	// By is who changes what the handler changes.
	By audit.Actor

	route  *Route
	path   string
	query  url.Values
	body   []byte
	key    string // the Idempotency-Key, "" for none
	match  string // If-Match as it came, "" for none
	rev    int64
	fresh  bool     // the caller wants it only where there is none yet
	fields []string // that alone are wanted; nil: all
	looked any      // what the route's look found
	// keep is for the transaction of a Commits route, which it ends where the request was answered
	// before; nil: it has no key.
	keep func(ctx context.Context) error
	// within is where alone the caller has the permission; nil: everywhere.
	within *access.Places
	asking *access.Snapshot // apart
}

// Rev is the revision that the caller saw, 0 for whatever it is. A handler that changes a
// part of what it read then names the revision that it read: what somebody else changed
// meanwhile is not put back.
func (c *Call) Rev() int64 { return c.rev }

// Matches answers Outdated "request.outdated" where a thing is not in the revision that the
// caller saw. Ask it of what was read in the transaction of the change.
func (c *Call) Matches(rev int64) error {
	if c.rev != 0 && c.rev != rev {
		return Outdated(nil)
	}
	return nil
}

// exists is the refusal of who wants something only where there is none yet.
func exists(detail string) error { return fault.New(fault.Outdated, "request.exists", detail) }

// Outdated is the answer to who would change a thing that is not any more as they saw it:
// Outdated "request.outdated". err is why that is known, nil for by its revision.
func Outdated(err error) error {
	return fault.Wrap(err, fault.Outdated, "request.outdated", "It is not as you saw it any more. Look at it again, and say what you want with its new ETag.")
}

// Sees reports whether a row of a Filtered list is for the caller.
func (c *Call) Sees(on caller.On) bool {
	return c.within == nil || c.MayOn(c.route.permission(), on) == nil
}

// etag is the entity tag of a revision.
func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

// revisionOf is the revision that an entity tag in a body names, 0 for none; false: it is the
// tag of nothing.
func revisionOf(tag string) (rev int64, ok bool) {
	if tag == "" {
		return 0, true
	}
	rev, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	return rev, err == nil && rev > 0 && etag(rev) == tag
}

// condition reads If-Match and If-None-Match (RFC 9110 sections 13.1.1 and 13.1.2).
func (c *Call) condition(r *http.Request) error {
	if c.route.Changes() {
		if err := c.absent(r); err != nil || c.fresh {
			return err
		}
	}
	return c.present(r)
}

// absent reads the If-None-Match of a request that changes something. It is never passed over:
// what is there is not put, and of what is not put it is said in vain.
func (c *Call) absent(r *http.Request) error {
	all := r.Header.Values("If-None-Match")
	if len(all) == 0 {
		return nil
	}
	if !c.route.Creates || len(all) > 1 || strings.TrimSpace(all[0]) != "*" {
		return fault.New(fault.Outdated, "request.outdated", "If-None-Match is taken as *, by what puts something that need not be there.")
	}
	if len(r.Header.Values("If-Match")) > 0 {
		return Outdated(nil) // it is never both there and not
	}
	c.fresh, c.match = true, "If-None-Match: *"
	return nil
}

// present reads If-Match. It is never passed over: where nothing has a revision, no tag is right.
func (c *Call) present(r *http.Request) error {
	all := r.Header.Values("If-Match")
	if len(all) == 0 {
		if c.route.Guarded {
			return fault.New(fault.Unguarded, "request.if_match", "Say with If-Match which ETag you saw, or * for whatever it is.")
		}
		return nil
	}
	c.match = strings.Join(all, ", ")
	if len(all) == 1 && strings.TrimSpace(all[0]) == "*" {
		return nil
	}
	if !c.route.conditional() {
		return fault.New(fault.Outdated, "request.outdated", "What this request is for has no revision, and no ETag is that of it. Send it without If-Match.")
	}
	rev, err := strconv.ParseInt(strings.Trim(all[0], `"`), 10, 64)
	if len(all) > 1 || err != nil || rev < 1 || all[0] != etag(rev) {
		return Outdated(nil) // what we never said is the tag of nothing
	}
	c.rev = rev
	return nil
}

// maxKey bounds an Idempotency-Key, in bytes.
const maxKey = 128

// repetition reads the Idempotency-Key.
func (c *Call) repetition(r *http.Request) error {
	all := r.Header.Values("Idempotency-Key")
	if len(all) == 0 || !c.route.Repeats() {
		return nil
	}
	key := all[0]
	odd := strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
	if len(all) > 1 || key == "" || len(key) > maxKey || odd {
		return invalid(aParameter+"Idempotency-Key", "must be one text of up to 128 visible ASCII characters")
	}
	c.key = key
	return nil
}

// parameters reads the query: each parameter once.
func (c *Call) parameters(r *http.Request) (err error) {
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return fault.Wrap(err, fault.Malformed, "request.query", "The query cannot be read.")
	}
	for name, values := range c.query {
		if len(values) > 1 {
			return invalid(aParameter+name, "is there more than once")
		}
	}
	return c.narrow()
}

func invalid(name, problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule.", Fields: []fault.Field{{Name: name, Problem: problem}}}
}
