package roles

import (
	"net/url"
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// family is all roles by their ids: a house has so few that they are read as a whole.
type family map[string]*wire.Role

func families(v *guard.Visit) (family, error) {
	all, err := whole[wire.Role](v, "listRoles", url.Values{})
	f := family{}
	for i := range all {
		f[all[i].ID] = &all[i]
	}
	return f, err
}

// whole is all of a list that is small, page by page.
func whole[T any](v *guard.Visit, operation string, asked url.Values) (all []T, err error) {
	asked.Set("limit", "200")
	for {
		found, err := guard.Ask[admin.Page[T]](v, operation, admin.Input{Query: asked})
		if err != nil {
			return nil, err
		}
		all = append(all, found.Body.Items...)
		if found.Body.Next == "" {
			return all, nil
		}
		asked.Set("cursor", found.Body.Next)
	}
}

// ids are those of all roles, in order.
func (f family) ids() (all []string) {
	for name := range f {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// children are the roles that have one for a parent, in order.
func (f family) children(of string) (all []string) {
	for name, one := range f {
		if slices.Contains(one.Parents, of) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// parents are the roles of which another one is a child.
func (f family) parents() map[string]bool {
	all := map[string]bool{}
	for _, one := range f {
		for _, name := range one.Parents {
			all[name] = true
		}
	}
	return all
}

// given is something that a role gives, and by which role.
type given struct{ Pattern, By string }

// gives is all that a role gives: its own first, then that of its parents by how near they
// are. What several of them give stands there once.
func (f family) gives(role string) (all []given) {
	seen, had := map[string]bool{role: true}, map[string]bool{}
	for next := []string{role}; len(next) > 0; next = next[1:] {
		one := f[next[0]]
		if one == nil {
			continue
		}
		for _, pattern := range one.Permissions {
			if !had[pattern] {
				had[pattern], all = true, append(all, given{pattern, one.ID})
			}
		}
		for _, parent := range one.Parents {
			if !seen[parent] {
				seen[parent], next = true, append(next, parent)
			}
		}
	}
	return all
}

// single reports whether a pattern names one permission.
func single(pattern string) bool { return !strings.Contains(pattern, "*") }
