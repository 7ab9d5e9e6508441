package guard

import (
	"net/url"

	"gatehouse/admin"
)

// Ask asks for an operation of the admin API as the visitor: what it refuses them there it
// refuses them here, with the same faults. A form that was sent twice does a thing once: its
// key goes along.
func Ask[O any](v *Visit, operation string, in admin.Input) (*O, error) {
	if in.Key == "" {
		in.Key = v.Value("key")
	}
	return admin.Ask[O](v.R.Context(), v.guard.API, v.Caller, v.R, operation, in)
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
	return v.guard.API.Ready(v.Caller, operation, path)
}
