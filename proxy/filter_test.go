package proxy

import (
	"strings"
	"testing"

	"gatehouse.example/verify/filter"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/proof"
)

// What a list comes to is one thing at the gate and in tests of routes, a filter that no
// header takes included.
func TestAListIsNarrowedAlikeWhereverItIsAskedFor(t *testing.T) {
	of := func(id string) filter.Filter { return filter.Filter{Op: filter.In, Attribute: "id", Values: []any{id}} }
	for name, c := range map[string]struct {
		f       access.Filter
		outcome access.Outcome
		text    bool
		code    string
	}{
		"all":                       {access.Filter{Filter: filter.Everything}, access.Allowed, false, ""},
		"nothing":                   {access.Filter{Filter: filter.Nothing}, access.Refused, false, ""},
		"nothing without a proof":   {access.Filter{Filter: filter.Nothing, Need: access.Requirement{Level: proof.AAL2}}, access.Challenged, false, ""},
		"some":                      {access.Filter{Filter: of("1")}, access.Allowed, true, ""},
		"more than a header can be": {access.Filter{Filter: of(strings.Repeat("x", maxFilter))}, access.Allowed, false, "filter.too_large"},
	} {
		d, text, err := narrow(&c.f)
		if d.Outcome != c.outcome || (text != "") != c.text || fault.CodeOf(err) != c.code && (err != nil || c.code != "") {
			t.Errorf("%s: %v %q %v", name, d.Outcome, text, err)
		}
	}
}
