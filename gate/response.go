package gate

import (
	"slices"
	"strings"
)

// ResponseSpec is what becomes of the head of an upstream's answer.
type ResponseSpec struct {
	Headers map[string]string `json:"headers,omitempty"` // set, in the place of the upstream's
	Remove  []string          `json:"remove,omitempty"`
	// Secret answers are not compressed, whose length would tell of what is in them
	// beside what a visitor chose, and nobody keeps them.
	Secret bool `json:"secret,omitempty"`
}

// Response is a compiled ResponseSpec.
type Response struct {
	Set    []Header
	Remove []string
	Secret bool
	Most   int64 // bytes of a body; 0: as many as there are
}

// Header is one, as it is written.
type Header struct{ Name, Value string }

func (c *compiler) response(spec *ResponseSpec, most string) Response {
	r := Response{Secret: spec.Secret}
	if len(spec.Headers)+len(spec.Remove) > maxHeaders {
		c.problem("spec.response", "names more than %d headers", maxHeaders)
	}
	for name, value := range spec.Headers {
		at := "spec.response.headers." + name
		if value == "" || len(value) > maxHeaderValue || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
			c.problem(at, "must be a text of letters, digits and signs of ASCII, %d of them at most", maxHeaderValue)
			continue
		}
		if c.free(at, name) {
			r.Set = append(r.Set, Header{name, value})
		}
	}
	slices.SortFunc(r.Set, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	for i, name := range spec.Remove {
		if c.free(index("spec.response.remove", i), name) {
			r.Remove = append(r.Remove, name)
		}
	}
	if most != "" {
		n, err := parseSize(most)
		if err != nil || n == 0 {
			c.problem("spec.limits.response", "must be a size, such as 10MiB")
		}
		r.Most = n
	}
	return r
}

// maxHeaderValue bounds what a file writes into one header: a content security policy is
// long.
const maxHeaderValue = 4096
