package roles

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/wire"
)

// maxStaged is how many cells are changed at once: what is carried from one part of the matrix to the
// next must fit into a form, and a person must be able to look through it.
const maxStaged = 100

// staged are the cells that somebody changed and did not save yet: of each role the permissions, and
// whether it is to have them. They are carried from one part of the matrix to the next by forms alone.
type staged map[string]map[string]bool

// stagedOf reads what the form of another part of the matrix carried.
func stagedOf(form url.Values) (staged, error) {
	all, s := form["staged"], staged{}
	if len(all) > maxStaged+matrixColumns {
		return nil, malformed()
	}
	changes, err := agreed(all)
	if err != nil {
		return nil, err
	}
	for i := range changes {
		for _, one := range changes[i].Add {
			s.put(changes[i].ID, one, true)
		}
		for _, one := range changes[i].Remove {
			s.put(changes[i].ID, one, false)
		}
	}
	return s, nil
}

func (s staged) put(role, permission string, has bool) {
	if s[role] == nil {
		s[role] = map[string]bool{}
	}
	s[role][permission] = has
}

// take puts the cells of a form in the place of what was staged of them: all that it shows it says anew.
func (s staged) take(roles, permissions []string, changes []admin.RoleDelta) {
	for _, role := range roles {
		for _, permission := range permissions {
			delete(s[role], permission)
		}
	}
	for i := range changes {
		for _, one := range changes[i].Add {
			s.put(changes[i].ID, one, true)
		}
		for _, one := range changes[i].Remove {
			s.put(changes[i].ID, one, false)
		}
	}
}

// count is how many cells there are.
func (s staged) count() (n int) {
	for _, some := range s {
		n += len(some)
	}
	return n
}

// changes are what is staged of each role, in order.
func (s staged) changes() []admin.RoleDelta {
	changed := map[string]*admin.RoleDelta{}
	for role, some := range s {
		if len(some) == 0 {
			continue
		}
		one := &admin.RoleDelta{ID: role}
		for permission, has := range some {
			if has {
				one.Add = append(one.Add, permission)
			} else {
				one.Remove = append(one.Remove, permission)
			}
		}
		slices.Sort(one.Add)
		slices.Sort(one.Remove)
		changed[role] = one
	}
	return inOrder(changed)
}

// hidden carries what is staged.
func (s staged) hidden() (all []part.Hidden) {
	for _, one := range s.changes() {
		all = append(all, part.Hidden{Name: "staged", Value: carried(&one)})
	}
	return all
}

// held is a cell as it is to be, and whether that is staged.
func (s staged) held(role string, permission *wire.Permission, own bool) (has, changed bool) {
	has, changed = s[role][permission.Permission]
	if !changed {
		return own, false
	}
	return has, has != own
}

// What the buttons of the matrix ask for besides the review.
const (
	toFilter = "filter"
	toDrop   = "drop"
)

// elsewhere is the query of the part of the matrix that the button of a form leads to.
func elsewhere(v *guard.Visit) string {
	to := v.Value("go")
	if to != toFilter {
		return queryOf(to)
	}
	was, err := url.ParseQuery(v.Value("back"))
	if err != nil {
		was = url.Values{}
	}
	asked := url.Values{"api": {v.Value("show_api")}, "role": {strings.TrimSpace(v.Value("show_role"))}, "resource": {v.Value("show_resource")}}
	if asked.Get("api") != was.Get("api") && was.Get("api") != "" {
		asked.Del("resource") // it was one of another API
	}
	return queryOf(asked.Encode())
}

// turn shows another part of the matrix, with all that is staged.
func (d *Door) turn(v *guard.Visit, s staged) error {
	query := elsewhere(v)
	status, enough := http.StatusOK, s.count() > maxStaged
	if enough { // nothing of it is lost, and it does not grow
		query, status = backTo(v), http.StatusUnprocessableEntity
	}
	asked, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		return malformed()
	}
	page, err := readMatrix(v, asked)
	if err != nil {
		return err
	}
	page.Staged, page.Enough = s, enough
	if changes := s.changes(); len(changes) > 0 {
		page.Command = changing(changes)
	}
	return v.Show(status, *page)
}
