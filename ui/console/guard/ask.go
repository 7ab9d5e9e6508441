package guard

import (
	"encoding/base64"
	"maps"
	"net/url"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/secret"
)

// Ask asks for an operation of the admin API as the visitor: what it refuses them there it
// refuses them here, with the same faults. A form that was sent twice does a thing once, however
// the browser came to send it again; one that says something else does something else.
func Ask[O any](v *Visit, operation string, in admin.Input) (*O, error) {
	v.asked = operation
	if in.Key == "" {
		in.Key = v.once()
	}
	out, err := admin.Ask[O](v.R.Context(), v.guard.API, v.Caller, v.R, operation, in)
	v.narrowed = v.narrowed || err == nil && v.guard.API.Narrowed(v.Caller, operation)
	return out, err
}

// AskLasting is Ask for an operation that lasts. Its page is one of those that do (Lasting of
// package console).
func AskLasting[O any](v *Visit, operation string, in admin.Input) (*O, error) {
	v.asked = operation
	return admin.AskLasting[O](v.R.Context(), v.guard.API, v.Caller, v.W, v.R, operation, in)
}

// Send answers with what an operation streams.
func Send(v *Visit, operation string, in admin.Input) error {
	v.asked = operation
	return v.guard.API.Send(v.R.Context(), v.Caller, v.W, v.R, operation, in)
}

// once is the Idempotency-Key of the form that was sent: that of its page with what was typed.
// Whoever goes back to a form and sends it with something else is not told that it was sent.
func (v *Visit) once() string {
	typed := maps.Clone(v.R.PostForm)
	typed.Del("form_token")
	return v.OnceOf(typed.Encode())
}

// OnceOf is the Idempotency-Key of a form of which text is all that counts, such as a file: sent
// again with another, it is another.
func (v *Visit) OnceOf(text string) string {
	key := v.Value("key")
	if key == "" {
		return ""
	}
	return key + "." + base64.RawURLEncoding.EncodeToString(secret.Hash(text))
}

// OnceFor is the Idempotency-Key of a form that does a thing to several, for the one of a name.
func (v *Visit) OnceFor(name string) string {
	key := v.once()
	if key == "" {
		return ""
	}
	return key + "." + name
}

// Repeated reports whether err says that the same form was sent before, and done: what was made
// of it says now what it did not then, such as an end that is counted from now on, or its answer was
// not kept.
func Repeated(err error) bool {
	code := fault.CodeOf(err)
	return code == "idempotency.reused" || code == "idempotency.forgotten"
}

// On names the one thing that a path is about: On("user", id).
func On(name, value string) map[string]string { return map[string]string{name: value} }

// Only returns those parameters of the visit's address that are named and not empty, for an
// operation that takes them.
func (v *Visit) Only(names ...string) url.Values {
	asked, some := v.R.URL.Query(), url.Values{}
	for _, name := range names {
		if value := asked.Get(name); value != "" {
			some.Set(name, value)
		}
	}
	return some
}

// Can reports whether an operation is for the visitor, now or once they proved more: what
// they cannot do is not offered. path says what it would be about; it may be nil.
func (v *Visit) Can(operation string, path map[string]string) bool {
	return v.guard.API.Offered(v.Caller, operation, path)
}

// Ready refuses what the operation would refuse without looking further: the page of a form
// asks it, so that whoever has to prove more does so before they type.
func (v *Visit) Ready(operation string, path map[string]string) error {
	v.asked = operation
	return v.guard.API.Ready(v.Caller, operation, path)
}
