package guard

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/part"
	"gatehouse/wire"
)

// MaxOffered is how many values a field comes with. Of what there are more script asks the
// search, while somebody types.
const MaxOffered = 200

// Roles are the first roles as far as the visitor may see them, for a field in which one is named.
func (v *Visit) Roles() ([]part.Option, error) {
	return offered(v, "listRoles", nil, func(r wire.Role) part.Option { return part.Option{Value: r.ID} })
}

// Permissions are the first permissions as far as the visitor may see them: API/RESOURCE:ACTION.
func (v *Visit) Permissions() ([]part.Option, error) {
	return offered(v, "listPermissions", nil, func(p wire.Permission) part.Option {
		return part.Option{Value: p.Permission, Label: p.Description}
	})
}

// Organisations are the first organisations as far as the visitor may see them.
func (v *Visit) Organisations() ([]part.Option, error) {
	return offered(v, "listOrganisations", nil, func(o wire.Org) part.Option {
		return part.Option{Value: o.ID, Label: o.Description}
	})
}

// APIs are the first APIs as far as the visitor may see them.
func (v *Visit) APIs() ([]part.Option, error) {
	return offered(v, "listAPIs", nil, func(a wire.API) part.Option { return part.Option{Value: a.ID, Label: a.Audience} })
}

// Offers are the first names of what is given to somebody.
type Offers struct{ Roles, Permissions, Organisations []part.Option }

// Offers are those of the visitor.
func (v *Visit) Offers() (all Offers, err error) {
	if all.Roles, err = v.Roles(); err != nil {
		return all, err
	}
	if all.Permissions, err = v.Permissions(); err != nil {
		return all, err
	}
	all.Organisations, err = v.Organisations()
	return all, err
}

// NamesGiven refuses what names no role, permission or organisation, at the fields of these names.
func (v *Visit) NamesGiven(near Offers, role, permission, org string) error {
	return Together(v.NamesRole("role", role, near.Roles), v.NamesPermission("permission", permission, near.Permissions), v.NamesOrganisation("org", org, near.Organisations))
}

// offered is the first page of a list. That it is told the visitor in part is nothing to say of
// the page: it lists nothing.
func offered[T any](v *Visit, operation string, asked url.Values, of func(T) part.Option) (all []part.Option, err error) {
	if !v.Can(operation, nil) {
		return nil, nil
	}
	query := url.Values{"limit": {strconv.Itoa(MaxOffered)}}
	maps.Copy(query, asked)
	narrowed := v.narrowed
	found, err := Ask[admin.Page[T]](v, operation, admin.Input{Query: query})
	v.narrowed = narrowed
	if err != nil {
		return nil, err
	}
	for _, one := range found.Body.Items {
		all = append(all, of(one))
	}
	return all, nil
}

// maxNear is how many names are proposed in the place of one.
const maxNear = 3

// Unknown is the refusal of a name in a field that names nothing, with those that are near it.
func Unknown(field, text string, all []part.Option) error {
	if near := Near(text, all); len(near) > 0 {
		return Wrong(field, fmt.Sprintf("names nothing that there is: %q; near it: %s", text, strings.Join(near, ", ")))
	}
	return Wrong(field, fmt.Sprintf("names nothing that there is: %q", text))
}

// NamesRole refuses a text in a field that names no role; "" is none. near are those that are
// offered in the place of it.
func (v *Visit) NamesRole(field, text string, near []part.Option) error {
	return names[wire.Role](v, "getRole", "role", field, text, near)
}

// NamesOrganisation is NamesRole for an organisation.
func (v *Visit) NamesOrganisation(field, text string, near []part.Option) error {
	return names[wire.Org](v, "getOrganisation", "organisation", field, text, near)
}

// NamesSubject refuses a text in a field that names nobody of a kind. People have addresses, which
// Named reads.
func (v *Visit) NamesSubject(field string, kind access.Kind, text string) error {
	switch kind {
	case access.Group:
		return alike[wire.Group](v, "listGroups", text, func(near []part.Option) error {
			return names[wire.Group](v, "getGroup", "group", field, text, near)
		}, func(g wire.Group) string { return g.ID })
	case access.Organisation:
		return alike[wire.Org](v, "listOrganisations", text, func(near []part.Option) error {
			return names[wire.Org](v, "getOrganisation", "organisation", field, text, near)
		}, func(o wire.Org) string { return o.ID })
	case access.ServiceAccount:
		return alike[wire.ServiceAccount](v, "listServiceAccounts", text, func(near []part.Option) error {
			return names[wire.ServiceAccount](v, "getServiceAccount", "service", field, text, near)
		}, func(a wire.ServiceAccount) string { return a.ID })
	case access.Client:
		return alike[wire.ClientState](v, "listClients", text, func(near []part.Option) error {
			return names[wire.ClientState](v, "getClient", "client", field, text, near)
		}, func(c wire.ClientState) string { return string(c.ID) })
	}
	return nil
}

// alike asks with the names that begin as a text does: of many kinds there are too many to offer all.
func alike[T any](v *Visit, operation, text string, ask func(near []part.Option) error, name func(T) string) error {
	begins := strings.TrimSpace(text)
	begins = begins[:min(len(begins), 2)]
	if begins == "" || !utf8.ValidString(begins) {
		return ask(nil)
	}
	near, err := offered(v, operation, url.Values{"search": {begins}}, func(one T) part.Option { return part.Option{Value: name(one)} })
	if err != nil {
		return err
	}
	return ask(near)
}

// names asks for the one thing of a name, unless it is one of near. What the visitor may not see is
// left to the operation that needs it.
func names[T any](v *Visit, operation, param, field, text string, near []part.Option) error {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text, "/?#") || hasOption(near, text) || !v.Can(operation, On(param, text)) {
		return nil
	}
	_, err := Ask[admin.One[T]](v, operation, admin.Input{Path: On(param, text)})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return Unknown(field, text, near)
	}
	return err
}

// NamesPermission refuses a text in a field that names no permission; "" is none, and a pattern with
// a star is left to the operation that takes it.
func (v *Visit) NamesPermission(field, text string, near []part.Option) error {
	text = strings.TrimSpace(text)
	if text == "" || strings.Contains(text, "*") || hasOption(near, text) || !v.Can("listPermissions", nil) {
		return nil
	}
	api, _, ok := strings.Cut(text, "/")
	if !ok || api == "" {
		return Unknown(field, text, near)
	}
	of, err := offered(v, "listPermissions", url.Values{"api": {api}}, func(p wire.Permission) part.Option { return part.Option{Value: p.Permission} })
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return Unknown(field, text, near)
	}
	if err != nil || hasOption(of, text) {
		return err
	}
	return Unknown(field, text, slices.Concat(of, near))
}

func hasOption(all []part.Option, value string) bool {
	return slices.ContainsFunc(all, func(o part.Option) bool { return o.Value == value })
}

// Near are the values that are most like a text, the nearest first: those that begin with it or
// with which it begins, that have it within, or that differ in a few letters.
func Near(text string, all []part.Option) []string {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || len(text) > maxNearText {
		return nil
	}
	type near struct {
		value string
		off   int
	}
	var found []near
	for _, o := range all {
		if off, ok := distance(text, strings.ToLower(o.Value)); ok {
			found = append(found, near{o.Value, off})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.off - b.off })
	var values []string
	for _, one := range found {
		if len(values) < maxNear && !slices.Contains(values, one.value) {
			values = append(values, one.value)
		}
	}
	return values
}

// maxNearText bounds what is compared with each of many names, in bytes.
const maxNearText = 192

// distance is how much a text differs from a name, and whether that is little.
func distance(text, name string) (int, bool) {
	if name == "" || len(name) > maxNearText {
		return 0, false
	}
	if strings.Contains(name, text) || strings.Contains(text, name) {
		return max(len(name), len(text)) - min(len(name), len(text)), true
	}
	longest := 1 + min(len(text), len(name))/4
	if max(len(name), len(text))-min(len(name), len(text)) > longest {
		return 0, false
	}
	n := edits(text, name)
	return n, n <= longest
}

// edits is how many letters must be put in, taken away or changed to make one text of the other.
func edits(a, b string) int {
	before, now := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		now[0] = i + 1
		for j := range len(b) {
			differ := 1
			if a[i] == b[j] {
				differ = 0
			}
			now[j+1] = min(before[j+1]+1, now[j]+1, before[j]+differ)
		}
		before, now = now, before
	}
	return before[len(b)]
}
