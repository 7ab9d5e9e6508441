package roles

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
)

// review shows what the changed cells of the matrix come to, and makes the changes once the
// person has agreed: all of them, as one version of the policy.
func (d *Door) review(v *guard.Visit) error {
	back := pathMatrix + backTo(v)
	page := reviewPage{Frame: v.Frame(), Back: back, to: v.PathOf}
	if v.Value("confirmed") != "" && v.Value("go") == "" {
		return d.save(v, &page)
	}
	s, err := stagedOf(v.R.PostForm)
	if err != nil {
		return err
	}
	shown, err := edits(v)
	if err != nil {
		return err
	}
	s.take(v.R.PostForm["role"], v.R.PostForm["permission"], shown)
	switch v.Value("go") {
	case "":
	case toDrop:
		return v.Done(back, "dropped")
	default:
		return d.turn(v, s)
	}
	changes := s.changes()
	if len(changes) == 0 {
		return v.Done(back, "nothing")
	}
	page.Changes, page.Command = changes, changing(changes)
	if !previews(v) {
		if err := v.Ready("updateRoles", nil); err != nil {
			return err
		}
		return v.Show(http.StatusOK, page)
	}
	found, err := guard.Ask[admin.PreviewOut](v, "previewRoles", admin.Input{Body: admin.RolesChange{Roles: changes}})
	if err != nil {
		return page.again(v, err)
	}
	page.Comes = &found.Body
	for i := range page.Changes {
		page.Changes[i].ETag = found.Body.Roles[i].ETag
	}
	return v.Show(http.StatusOK, page)
}

// previews reports whether the visitor may see what changes come to: that is of everybody's
// grants.
func previews(v *guard.Visit) bool {
	return v.Can("previewRoles", nil) && v.Can("listRoleReach", nil)
}

// save makes the changes that the page before has shown, to roles as it has seen them.
func (d *Door) save(v *guard.Visit, page *reviewPage) error {
	var err error
	if page.Changes, err = agreed(v.R.PostForm["change"]); err != nil {
		return err
	}
	page.Command = changing(page.Changes)
	if _, err := guard.Ask[admin.RolesOut](v, "updateRoles", admin.Input{Body: admin.RolesChange{Roles: page.Changes}}); err != nil {
		return page.again(v, err)
	}
	return v.Done(page.Back, "save")
}

// again shows the changes with what is wrong with them. The way on is back to the matrix.
func (p *reviewPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	p.Refused = true
	p.atRoles()
	return v.Show(status, *p)
}

// atRoles names the roles where the API counts them.
func (p *reviewPage) atRoles() {
	if p.Wrong == nil {
		return
	}
	told := *p.Wrong
	told.Fields = nil
	for _, one := range p.Wrong.Fields {
		for i := range p.Changes {
			if strings.HasPrefix(one.Name, fmt.Sprintf("roles[%d]", i)) {
				one.Name = p.Changes[i].ID
			}
		}
		told.Fields = append(told.Fields, one)
	}
	p.Wrong = &told
}

// backTo is the query of the matrix that a form was of.
func backTo(v *guard.Visit) string { return queryOf(v.Value("back")) }

// queryOf is what of a query is one of the matrix.
func queryOf(text string) string {
	asked, err := url.ParseQuery(strings.TrimPrefix(text, "?"))
	if err != nil || len(asked) == 0 {
		return ""
	}
	kept := url.Values{}
	for _, name := range matrixAsks {
		if value := asked.Get(name); value != "" {
			kept.Set(name, value)
		}
	}
	return "?" + kept.Encode()
}

// carried is a change as the form of the review carries it: role, ETag, then each permission
// with its sign.
func carried(c *admin.RoleDelta) string {
	all := []string{c.ID, c.ETag}
	for _, p := range c.Add {
		all = append(all, "+"+p)
	}
	for _, p := range c.Remove {
		all = append(all, "-"+p)
	}
	return strings.Join(all, " ")
}

// agreed reads what carried wrote.
func agreed(all []string) ([]admin.RoleDelta, error) {
	changes := make([]admin.RoleDelta, len(all))
	for i, text := range all {
		parts := strings.Split(text, " ")
		if len(parts) < 3 {
			return nil, malformed()
		}
		changes[i].ID, changes[i].ETag = parts[0], parts[1]
		for _, one := range parts[2:] {
			switch {
			case strings.HasPrefix(one, "+"):
				changes[i].Add = append(changes[i].Add, one[1:])
			case strings.HasPrefix(one, "-"):
				changes[i].Remove = append(changes[i].Remove, one[1:])
			default:
				return nil, malformed()
			}
		}
	}
	return changes, nil
}
