package fault

import "testing"

func TestTheFieldOfAnObjectIsReadAsItWasNamed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		n     int
		field string
		ok    bool
	}{
		"objects[0]":                             {0, "", true},
		"objects[12].spec.paths[3]":              {12, "spec.paths[3]", true},
		"objects[1].spec.response.headers.X a].": {1, "spec.response.headers.X a].", true},
		"objects[1]spec":                         {},
		"objects[1].":                            {},
		"objects[01].spec":                       {},
		"objects[-1].spec":                       {},
		"objects[x].spec":                        {},
		"objects[1":                              {},
		"objects":                                {},
		"spec.objects[1].x":                      {},
		"":                                       {},
	} {
		n, field, ok := InObject(name)
		if n != want.n || field != want.field || ok != want.ok {
			t.Errorf("%q is %d, %q, %t", name, n, field, ok)
		}
		if ok && Object(n, field) != name {
			t.Errorf("%q comes back as %q", name, Object(n, field))
		}
	}
}
