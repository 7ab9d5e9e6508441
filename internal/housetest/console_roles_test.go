package housetest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// fills sends the form of a page that goes to a path, with some of its fields as told: what a
// page has in lists that unfold, and in areas of text, is told too.
func fills(t *testing.T, b *gatetest.Browser, page *gatetest.Page, action string, fields url.Values) *gatetest.Page {
	t.Helper()
	for _, f := range page.Forms() {
		if f.Method == http.MethodPost && f.Action == action {
			values := maps.Clone(f.Values)
			maps.Copy(values, fields)
			return b.Post(action, values)
		}
	}
	t.Fatalf("%s (status %d) has no form for %s:\n%s", page.URL, page.Status, action, page.Body)
	return nil
}

// isWithout fails the test if the page holds the text.
func isWithout(t *testing.T, page *gatetest.Page, text string) {
	t.Helper()
	if strings.Contains(page.Body, text) {
		t.Errorf("%s says %q", page.URL, text)
	}
}

// A role is made, changed after who is concerned was shown, and deleted once nobody has it.
func TestTheConsoleShowsWhomAChangeOfARoleConcerns(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
	b := atConsole(t, s.Gate, ada)
	const path = "/console/roles/reader"
	form := b.Get("/console/roles/-/new").Is(http.StatusOK).Says("gatehouse role create")
	made := url.Values{"id": {"reader"}, "permissions": {"target/things:read"}}
	fills(t, b, form, "/console/roles/-/new", made).Is(http.StatusOK).At(path).Says("The role is created.").Says("target/things:read")
	fills(t, b, form, "/console/roles/-/new", made).Is(http.StatusOK).At(path)
	again := b.Get("/console/roles/-/new")
	fills(t, b, again, "/console/roles/-/new", made).Is(http.StatusConflict).Says("id-problem")
	fills(t, b, again, "/console/roles/-/new", url.Values{"id": {"Bad Id"}, "permissions": {"nonsense"}}).Is(http.StatusUnprocessableEntity).Says("permissions-problem")

	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(eve.ID)}, Effect: access.Allow, Role: "reader", Where: access.Where{Place: access.Everywhere}, Reason: "for the journey"})
	must(t, err)
	s.Settle()
	b.Get(path + "/granted").Is(http.StatusOK).Says(string(eve.ID)).Says("for the journey")
	b.Get(path + "/holders").Is(http.StatusOK).Says(eve.Email).Says("by name")

	edit := b.Get(path + "/edit").Is(http.StatusOK)
	change := url.Values{"permissions": {"target/things:write"}}
	review := fills(t, b, edit, path+"/edit", change).Is(http.StatusOK).Says("1 gains something").Says("1 loses something").Says(eve.Email).Says("target/things:write")
	if r, err := s.House.Access.Role(t.Context(), "reader"); err != nil || r.Permissions[0].Action != "read" {
		t.Fatalf("the review changed the role: %v %v", r, err)
	}
	review.Press("back", "yes").Is(http.StatusOK).Says("target/things:write</textarea>")
	review.Press("", "submit").Is(http.StatusOK).At(path).Says("The role is changed.").Says("target/things:write")
	fills(t, b, edit, path+"/edit", url.Values{"permissions": {"target/things:read"}}).Is(http.StatusConflict).Says("Somebody else changed this role meanwhile")
	fills(t, b, b.Get(path+"/edit"), path+"/edit", url.Values{"permissions": {"target/things:fly"}}).Is(http.StatusUnprocessableEntity)
	fills(t, b, b.Get(path+"/edit"), path+"/edit", url.Values{"permissions": {"target/things:write"}, "parents": {"nobody"}}).Is(http.StatusUnprocessableEntity).Says("parents-problem")

	page := b.Get(path + "/delete").Is(http.StatusOK).Says("It cannot be deleted while something rests on it.")
	isWithout(t, page, `id="submit"`)
	grants, _, err := s.House.Access.FindGrants(t.Context(), access.GrantFilter{Role: "reader", Limit: 10}, func(*access.GrantRecord) bool { return true })
	must(t, err)
	_, err = s.House.Access.Revoke(t.Context(), gatetest.Console, grants[0].ID, "over")
	must(t, err)
	s.Settle()
	fresh := b.Get(path + "/delete").Is(http.StatusOK)
	fresh.Submit("confirm", "another").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	fresh.Submit("confirm", "reader").Is(http.StatusOK).At("/console/roles").Says("The role is deleted.")
	b.Get("/console/roles/gatehouse%2Fauditor").Is(http.StatusOK).Says("Built in")
	b.Get("/console/roles/nobody").Is(http.StatusNotFound)
	b.Get("/console/roles?cursor=none").Is(http.StatusOK).At("/console/roles")
	b.Get("/console/roles/-/tree").Is(http.StatusOK).Says("gatehouse/auditor")
	b.Get("/console/permissions?api=target").Is(http.StatusOK).Says("target/things:write").Says("No role").Says("/console/reach?permission=target")
	if found := b.Get("/console/permissions?search=THINGS:wri").Is(http.StatusOK).Says("target/things:write"); strings.Contains(found.Body, "target/things:read") || strings.Contains(found.Body, "gatehouse/") {
		t.Error("the search finds permissions that it does not name")
	}
	b.Get("/console/permissions?search=hings").Is(http.StatusOK).Says("No permission is found")
	if all := b.Get("/console/permissions").Is(http.StatusOK).Body; strings.Index(all, "target/things:read") > strings.Index(all, "<code>gatehouse/") {
		t.Error("the permissions of Gatehouse itself come first")
	}
	b.Get("/console/search?q=things").Is(http.StatusOK).Says("/console/reach?permission=target")
	b.Get("/console/search?q=TARG").Is(http.StatusOK).Says(`href="/console/roles/target"`)
}

// The cells of the matrix are changed together, once the person has seen what that comes to;
// what somebody else changed meanwhile is not undone.
func TestTheMatrixIsReviewedBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	a := s.House.Access
	read, write := access.Pattern{API: "target", Resource: "things", Action: "read"}, access.Pattern{API: "target", Resource: "things", Action: "write"}
	for _, r := range []access.Role{{ID: "one", Permissions: []access.Pattern{read}}, {ID: "two", Permissions: []access.Pattern{write}, Parents: []string{"one"}}, {ID: "wild", Permissions: []access.Pattern{{API: "target", Resource: "*", Action: "*"}}}} {
		_, err := a.CreateRole(t.Context(), gatetest.Console, r)
		must(t, err)
	}
	eve := s.Person("eve", gatetest.NoPassword)
	_, err := a.Give(t.Context(), gatetest.Console, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(eve.ID)}, Effect: access.Allow, Role: "one", Where: access.Where{Place: access.Everywhere}, Reason: "test"})
	must(t, err)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	const path = "/console/roles/-/matrix"
	page := b.Get(path + "?api=target").Is(http.StatusOK).Says("◐").Says("one").Says("target/*:*")
	form := page.Forms()[slices.IndexFunc(page.Forms(), func(f gatetest.Form) bool { return f.Action == path && f.Method == http.MethodPost })]
	if got := form.Values["role"]; !slices.Equal(got, []string{"boss", "one", "target", "two", "wild"}) || form.Values.Get("was") != "1.0 2.0 3.1" {
		t.Fatalf("the matrix shows %v and %q", got, form.Values.Get("was"))
	}
	fills(t, b, page, path, nil).Is(http.StatusOK).Says("Nothing was different")
	cells := url.Values{"cell": {"1.1", "2.0", "3.1"}} // one: write instead of read
	review := fills(t, b, page, path, cells).Is(http.StatusOK).Says("target/things:write").Says(eve.Email).Says("gains something").Says("loses something")
	before := s.version()
	saved := review.Press("", "submit").Is(http.StatusOK).At(path).Says("The changes are saved.")
	if saved.URL.Query().Get("api") != "target" {
		t.Errorf("it leads back to %s", saved.URL)
	}
	if now := s.version(); now != before+1 {
		t.Errorf("the policy went from version %d to %d", before, now)
	}
	review.Press("", "submit").Is(http.StatusOK).At(path)
	if r, err := a.Role(t.Context(), "one"); err != nil || len(r.Permissions) != 1 || r.Permissions[0] != write {
		t.Errorf("the role is %+v %v", r, err)
	}
	isWithout(t, fills(t, b, page, path, url.Values{"cell": {"1.0", "3.1"}}).Is(http.StatusUnprocessableEntity).Says("“target” must name at least one permission"), `id="submit"`)
	stale := fills(t, b, page, path, url.Values{"cell": {"1.0", "1.1", "2.0", "3.1"}}).Is(http.StatusOK)
	_, err = a.UpdateRoles(t.Context(), gatetest.Console, []access.RoleChange{{Role: "one", Add: []access.Pattern{read}}})
	must(t, err)
	stale.Press("", "submit").Is(http.StatusConflict).Says("Somebody else changed this role meanwhile")
	for name, fields := range map[string]url.Values{
		"a cell that is not there": {"cell": {"9.9"}}, "no cell": {"cell": {"x"}}, "a negative one": {"cell": {"-1.0"}},
		"an agreement to nothing": {"confirmed": {"yes"}}, "a change of nothing": {"confirmed": {"yes"}, "change": {"one"}}, "a change without a sign": {"confirmed": {"yes"}, "change": {`one "1" target/things:read`}},
	} {
		if got := fills(t, b, page, path, fields); got.Status != http.StatusBadRequest && got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, got.Status)
		}
	}
	b.Get(path + "?api=nothing").Is(http.StatusNotFound)
	b.Get(path + "?api=target&rows=99&columns=99").Is(http.StatusOK).Says("Nothing fits the filters")
	b.Get(path + "?api=target&rows=-7&columns=x&role=t&resource=things").Is(http.StatusOK).Says("two")
}

// Cells that were changed go along to other parts of the matrix and back from the review, without script,
// until they are saved or dropped.
func TestChangedCellsOfTheMatrixGoAlong(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	a := s.House.Access
	read := access.Pattern{API: "target", Resource: "things", Action: "read"}
	for i := range 25 { // three parts of ten roles, with those that there are
		_, err := a.CreateRole(t.Context(), gatetest.Console, access.Role{ID: fmt.Sprintf("role%02d", i), Permissions: []access.Pattern{read}})
		must(t, err)
	}
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	const path = "/console/roles/-/matrix"
	first := b.Get(path + "?api=target&role=role").Is(http.StatusOK).Says("role00").Says(`id="roles-behind"`)
	isWithout(t, first, `data-testid="staged"`)
	isWithout(t, first, `id="roles-before"`)
	all := func(but ...string) url.Values { // every cell of the first row but some, and some of the second
		cells := url.Values{}
		for i := range 10 {
			if one := fmt.Sprintf("%d.0", i); !slices.Contains(but, one) {
				cells.Add("cell", one)
			}
		}
		return cells
	}
	turned := func(cells url.Values, to string) url.Values { cells.Set("go", to); return cells }

	second := fills(t, b, first, path, turned(func() url.Values { c := all("3.0"); c.Add("cell", "3.1"); return c }(), "?api=target&columns=10&role=role")).Is(http.StatusOK).
		Says("2 cells are changed and not saved yet.").Says("role10").Says(`id="roles-before"`).Says("gatehouse role update --add-permission target/things:write --remove-permission target/things:read role03")
	isWithout(t, second, "role09")
	third := fills(t, b, second, path, turned(func() url.Values { c := all(); c.Add("cell", "0.1"); return c }(), "?api=target&role=role")).Is(http.StatusOK).Says("3 cells are changed").Says("held, changed and not saved")
	form := third.Forms()[slices.IndexFunc(third.Forms(), func(f gatetest.Form) bool { return f.Action == path && f.Method == http.MethodPost })]
	if got := form.Values["cell"]; !slices.Contains(got, "3.1") || slices.Contains(got, "3.0") {
		t.Fatalf("the cells that were changed are shown as %v", got)
	}

	// Taken back, a cell is not changed any more; a filter takes the rest along.
	narrowed := fills(t, b, third, path, url.Values{"cell": append(all()["cell"], "3.1"), "go": {"filter"}, "show_api": {"target"}, "show_role": {"role1"}, "show_resource": {""}}).Is(http.StatusOK).
		Says("2 cells are changed").Says("role10")
	isWithout(t, narrowed, ">role00<")
	review := fills(t, b, narrowed, path, nil).Is(http.StatusOK).Says("Review changes").Says("role03").Says("role10")
	more := review.Press("go", "?api=target&role=role1").Is(http.StatusOK).Says("2 cells are changed").Says("role10")
	before := s.version()
	fills(t, b, more, path, nil).Is(http.StatusOK).Press("", "submit").Is(http.StatusOK).At(path).Says("The changes are saved.")
	if now := s.version(); now != before+1 {
		t.Errorf("the policy went from version %d to %d", before, now)
	}
	for role, want := range map[string]int{"role03": 2, "role10": 2, "role04": 1} {
		if r, err := a.Role(t.Context(), role); err != nil || len(r.Permissions) != want {
			t.Errorf("%s has %+v, %v", role, r.Permissions, err)
		}
	}

	fills(t, b, b.Get(path+"?api=gatehouse"), path, nil).Is(http.StatusOK).Says("Nothing was different") // what is built in has no boxes
	dropped := fills(t, b, b.Get(path+"?api=target&role=role"), path, turned(all("0.0"), "drop")).Is(http.StatusOK).Says("The changes are dropped.")
	isWithout(t, dropped, `data-testid="staged"`)
	for name, value := range map[string]string{"of nothing": "role00", "without a sign": "role00  target/things:read"} {
		if got := fills(t, b, first, path, url.Values{"staged": {value}}); got.Status != http.StatusBadRequest {
			t.Errorf("a change %s: status %d", name, got.Status)
		}
	}
	many := url.Values{"go": {"?api=target"}}
	for i := range 101 {
		many.Add("staged", fmt.Sprintf("role%03d  +target/things:write", i))
	}
	fills(t, b, first, path, many).Is(http.StatusUnprocessableEntity).Says(`data-testid="enough"`).Says("101 cells are changed")
}

// Who may change roles and see no grants saves without a preview, and is told so.
func TestWhoSeesNoGrantsIsToldThatThePreviewIsNotTheirs(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	p := s.Person("ruth", gatetest.TOTP)
	s.role(p, "role-keeper", func(one string) bool { return one == "roles:read" || one == "roles:write" || one == "apis:read" })
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(p.ID)}, Effect: access.Allow, Permission: access.Pattern{API: "target", Resource: "*", Action: "*"}, Where: access.Where{Place: access.Everywhere}, Reason: "test"})
	must(t, err)
	s.Settle()
	b := s.Browser()
	const path = "/console/roles/-/matrix"
	page := enterConsole(t, b, p, path+"?api=target&role=target").Is(http.StatusOK)
	isWithout(t, page, "/console/users")
	fills(t, b, page, path, url.Values{"cell": {"0.0", "0.1"}}).Is(http.StatusOK).Says("gatehouse/grants:read").Press("", "submit").Is(http.StatusOK).At(path).Says("The changes are saved.")
	isWithout(t, b.Get("/console/roles/target").Is(http.StatusOK), "/console/roles/target/granted")
	b.Get("/console/roles/target/holders").Is(http.StatusForbidden).Says("gatehouse/grants:read")
}
