package pdp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/pdp"
)

// The people of the working group's Todo scenario, and their roles there.
var cast = map[string][]string{
	"rick": {"admin", "evil_genius"}, "beth": {"viewer"}, "morty": {"editor"}, "summer": {"editor"}, "jerry": {"viewer"},
}

// todo is the scenario's policy: editors write what is theirs, an administrator deletes
// anything and an evil genius edits anything.
func todo() access.Policy {
	action := func(names ...string) (all []access.Pattern) {
		for _, name := range names {
			resource := "todo"
			if name == "can_read_user" {
				resource = "user"
			}
			all = append(all, access.Pattern{API: "todo", Resource: resource, Action: name})
		}
		return all
	}
	p := access.Policy{
		Version: 1,
		APIs: []access.API{{
			ID: "todo", Audience: "https://todo.test", Delegation: access.ByAudience, Owners: map[string]string{"todo": "ownerID"}, Servers: []string{"todo-backend"},
			Permissions: []access.Permission{
				{Resource: "user", Action: "can_read_user"},
				{Resource: "todo", Action: "can_read_todos"},
				{Resource: "todo", Action: "can_create_todo"},
				{Resource: "todo", Action: "can_update_todo"},
				{Resource: "todo", Action: "can_delete_todo"},
			},
		}},
		Roles: []access.Role{
			{ID: "viewer", Permissions: action("can_read_user", "can_read_todos")},
			{ID: "editor", Permissions: action("can_create_todo"), Parents: []string{"viewer"}},
			{ID: "author", Permissions: action("can_update_todo", "can_delete_todo")},
			{ID: "admin", Permissions: action("can_delete_todo"), Parents: []string{"editor"}},
			{ID: "evil_genius", Permissions: action("can_update_todo"), Parents: []string{"editor"}},
		},
	}
	for who, roles := range cast {
		for _, role := range roles {
			g := access.Grant{ID: "gra_todo", Subject: user("usr_" + who), Effect: access.Allow, Role: role, Where: access.Where{Place: access.Everywhere}}
			p.Grants = append(p.Grants, g)
			if role != "viewer" {
				g.Role, g.Where = "author", access.Where{Place: access.Own}
				p.Grants = append(p.Grants, g)
			}
		}
	}
	return p
}

// The working group's interoperability scenario, with the bodies that its back end
// sends and the decisions that it expects, for all people, actions and owners. People
// are named as our tokens name them.
func TestTodoScenarioIsDecidedAsTheWorkingGroupExpects(t *testing.T) {
	t.Parallel()
	d := newPoint(t, todo())
	d.tokens.give("todo", "todo-backend", "")
	is := func(who, role string) bool {
		for _, one := range cast[who] {
			if one == role {
				return true
			}
		}
		return false
	}
	mine := func(who, owner string) bool { return who == owner && !is(who, "viewer") }
	expected := map[string]func(who, owner string) bool{
		"can_read_user":   func(string, string) bool { return true },
		"can_read_todos":  func(string, string) bool { return true },
		"can_create_todo": func(who, _ string) bool { return !is(who, "viewer") },
		"can_update_todo": func(who, owner string) bool { return is(who, "evil_genius") || mine(who, owner) },
		"can_delete_todo": func(who, owner string) bool { return is(who, "admin") || mine(who, owner) },
	}
	for who := range cast {
		var items, want []string
		for action, expect := range expected {
			for owner := range cast {
				kind := "todo"
				if action == "can_read_user" {
					kind = "user"
				}
				rest := fmt.Sprintf(`"action":{"name":%q},"resource":{"type":%q,"id":"7240d0db-8ff0-41ec-98b2-34a096273b9f","properties":{"ownerID":"usr_%s"}}`, action, kind, owner)
				items, want = append(items, "{"+rest+"}"), append(want, fmt.Sprint(expect(who, owner)))
				yes, context := d.post(pdp.PathEvaluation, "todo", `{"subject":{"type":"user","id":"usr_`+who+`"},`+rest+`,"context":{}}`).decided(t)
				if yes != expect(who, owner) {
					t.Errorf("%s %s of %s: %t %v", who, action, owner, yes, context)
				}
			}
		}
		a := d.post(pdp.PathEvaluations, "todo", `{"subject":{"type":"user","id":"usr_`+who+`"},"context":{},"evaluations":[`+strings.Join(items, ",")+`]}`)
		var got []string
		for _, yes := range a.decisions(t) {
			got = append(got, fmt.Sprint(yes))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s, all at once: %v, want %v", who, got, want)
		}
	}
}

// The requests of the specification's certification scenario, as far as they are about
// names: its fixture's people have ids of ours, and its records are an API's resource.
// What it calls Properties asks for attributes of subjects and actions, which are for
// grants to say here and not for the caller.
func TestCertificationScenarioByNames(t *testing.T) {
	t.Parallel()
	const alice, bob = "usr_alice", "usr_bob"
	d := newPoint(t, access.Policy{
		APIs: []access.API{{ID: "cert", Audience: "https://cert.test", Delegation: access.ByAudience, Servers: []string{"harness"}, Permissions: []access.Permission{
			{Resource: "record", Action: "read"}, {Resource: "record", Action: "write"}, {Resource: "record", Action: "delete"},
		}}},
		Grants: []access.Grant{
			allow("gra_a", user(alice), "cert/record:read", onlyOn("record-1")), allow("gra_b", user(alice), "cert/record:write", onlyOn("record-1")),
			allow("gra_c", user(bob), "cert/record:read", onlyOn("record-1")),
		},
	})
	d.tokens.give("harness", "harness", "")
	post := func(path, body string) answered {
		return d.post(path, "harness", strings.NewReplacer(`"alice"`, `"usr_alice"`, `"bob"`, `"usr_bob"`).Replace(body))
	}
	for name, c := range map[string]struct {
		body string
		want bool
	}{
		"rule 1":         {`{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`, true},
		"rule 2":         {`{"subject":{"type":"user","id":"alice"},"action":{"name":"write"},"resource":{"type":"record","id":"record-1"}}`, true},
		"rule 3":         {`{"subject":{"type":"user","id":"bob"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`, true},
		"rule 4":         {`{"subject":{"type":"user","id":"bob"},"action":{"name":"write"},"resource":{"type":"record","id":"record-1"}}`, false},
		"a context":      {`{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"},"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}}`, true},
		"properties":     {`{"subject":{"type":"user","id":"alice","properties":{"department":"Sales","role":"manager"}},"action":{"name":"read","properties":{"method":"GET"}},"resource":{"type":"record","id":"record-1","properties":{"status":"active","owner":"bob"}}}`, true},
		"unknown fields": {`{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"},"foo":"bar","futureField":{"nested":true}}`, true},
	} {
		for range 3 { // the same again
			if yes, context := post(pdp.PathEvaluation, c.body).decided(t); yes != c.want {
				t.Errorf("%s: %t %v", name, yes, context)
			}
		}
	}
	for name, c := range map[string]struct{ body, want string }{
		"an array":           {`{"subject":{"type":"user","id":"bob"},"resource":{"type":"record","id":"record-1"},"evaluations":[{"action":{"name":"read"}},{"action":{"name":"write"}}]}`, "[true false]"},
		"no defaults":        {`{"evaluations":[{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}},{"subject":{"type":"user","id":"bob"},"action":{"name":"write"},"resource":{"type":"record","id":"record-1"}}]}`, "[true false]"},
		"one is no question": {`{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"options":{"evaluations_semantic":"execute_all"},"evaluations":[{"resource":{"type":"record","id":"record-1"}},{}]}`, "[true false]"},
	} {
		if got := fmt.Sprint(post(pdp.PathEvaluations, c.body).decisions(t)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for name, c := range map[string]struct{ path, body, want string }{
		"S1":                 {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`, "[usr_alice usr_bob]"},
		"S1 with a context":  {pdp.PathSearchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"},"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}}`, "[usr_alice usr_bob]"},
		"S1 with a subject":  {pdp.PathSearchSubject, `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`, "[usr_alice usr_bob]"},
		"S2":                 {pdp.PathSearchResource, `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}}`, "[record-1]"},
		"S2 with a resource": {pdp.PathSearchResource, `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-9"}}`, "[record-1]"},
		"S3":                 {pdp.PathSearchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"record-1"}}`, "[read write]"},
	} {
		a := post(c.path, c.body)
		if got, _ := a.results(t); fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
		if results, _ := a.json["results"].([]any); c.path != pdp.PathSearchAction {
			for _, one := range results {
				if kind := one.(map[string]any)["type"]; kind != map[string]string{pdp.PathSearchSubject: "user", pdp.PathSearchResource: "record"}[c.path] {
					t.Errorf("%s: a result of the type %v", name, kind)
				}
			}
		}
	}
	if a := post(pdp.PathEvaluation, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`); a.status != http.StatusBadRequest {
		t.Errorf("a subject without its id: %d", a.status)
	}
}
