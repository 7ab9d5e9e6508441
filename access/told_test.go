package access_test

import (
	"errors"
	"strings"
	"testing"

	. "gatehouse/access"
	"gatehouse/fault"
)

// All permissions and parents that there are not are told at once, each by its place.
func TestEachPermissionThatThereIsNotIsToldByItsPlace(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	before := w.version()
	wrong := []Pattern{pattern(t, "shop/orders:read"), pattern(t, "shop/orders:reed"), pattern(t, "shop/orders:refund"), pattern(t, "depot/*:*")}
	role := Role{ID: "clerk", Permissions: wrong, Parents: []string{"nobody"}}
	_, err := w.CreateRole(t.Context(), console, role)
	w.names(err, "permission.unknown", "permissions[1] permissions[3] parents[0]")
	_, err = w.CreateScope(t.Context(), console, Scope{Name: "orders", API: "shop", Patterns: wrong[:3]})
	w.names(err, "permission.unknown", "permissions[1]")
	_, err = w.CreateScope(t.Context(), console, Scope{Name: "orders", API: "nowhere", Patterns: []Pattern{pattern(t, "nowhere/orders:read")}})
	w.names(err, "api.not_found", "api")
	for field, c := range map[string]struct {
		code   string
		change func(g *Grant)
	}{
		"subject.id": {"group.not_found", func(g *Grant) { g.Subject = Subject{Group, "nobody"} }},
		"role":       {"role.not_found", func(g *Grant) { g.Role, g.Permission = "nobody", Pattern{} }},
		"org":        {"org.not_found", func(g *Grant) { g.Org = "nowhere" }},
		"permission": {"permission.unknown", func(g *Grant) { g.Permission.Action = "reed" }},
	} {
		_, err := w.Give(t.Context(), console, toAda(c.change))
		w.names(err, c.code, field)
	}
	_, err = w.AddMember(t.Context(), console, member(adas, "nobody"))
	w.names(err, "group.not_found", "of")
	w.group("desk")
	before++
	_, err = w.AddMember(t.Context(), console, member(Subject{User, "usr_nobody"}, "desk"))
	w.names(err, "user.not_found", "member")
	if now := w.version(); now != before {
		w.Errorf("what was refused raised the version from %d to %d", before, now)
	}
}

// names checks the code of a refusal, and its fields.
func (w written) names(err error, code, fields string) {
	w.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		w.Errorf("got %v, want %s", err, code)
		return
	}
	var names []string
	for _, one := range f.Fields {
		names = append(names, one.Name)
	}
	if got := strings.Join(names, " "); got != fields {
		w.Errorf("%v names %s, want %s", err, got, fields)
	}
}

// A circle, and one level too many, are two mistakes and have two sentences.
func TestACircleAndOneLevelTooManyAreToldApart(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("a").group("b")
	w.add(Subject{Group, "a"}, "b")
	_, err := w.AddMember(t.Context(), console, member(Subject{Group, "b"}, "a"))
	w.says(err, "would lead round in a circle")
	for _, name := range []string{"c", "d", "e", "f", "g", "h", "i"} {
		w.group(name)
	}
	for i, name := range []string{"c", "d", "e", "f", "g", "h"} {
		w.add(Subject{Group, string("bcdefg"[i])}, name)
	}
	_, err = w.AddMember(t.Context(), console, member(Subject{Group, "h"}, "i"))
	w.says(err, "would lead through more than 8 groups")

	w.role(Role{ID: "one", Permissions: []Pattern{pattern(t, "shop/orders:read")}}).role(Role{ID: "two", Parents: []string{"one"}})
	r, err := w.Role(t.Context(), "one")
	w.must(r, err)
	r.Parents = []string{"two"}
	_, err = w.UpdateRole(t.Context(), console, r)
	w.says(err, "lead round in a circle")
}

func (w written) says(err error, problem string) {
	w.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) != 1 || f.Fields[0].Problem != problem {
		w.Errorf("got %v %+v, want %s", err, f, problem)
	}
}
