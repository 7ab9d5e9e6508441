package pdp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/pdp"
)

// decisions are those of an answer to many questions.
func (a answered) decisions(t testing.TB) []bool {
	t.Helper()
	var body struct {
		Decision    *bool
		Evaluations []struct{ Decision *bool }
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK || body.Decision != nil {
		t.Fatalf("no list of decisions but %d %s", a.status, a.body)
	}
	all := []bool{}
	for _, one := range body.Evaluations {
		if one.Decision == nil {
			t.Fatalf("one has no decision: %s", a.body)
		}
		all = append(all, *one.Decision)
	}
	return all
}

// Authorization API 1.0 section 7: the order of the answers is that of the questions;
// what a question leaves out it has from the top, each entity as a whole.
func TestManyQuestionsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	subject := func(name string) string { return `"subject":{"type":"user","id":"` + name + `"}` }
	action := func(name string) string { return `"action":{"name":"` + name + `"}` }
	order := func(name string) string { return `"resource":{"type":"shop/orders","id":"` + name + `"}` }
	all := func(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }
	list := func(items ...string) string { return `"evaluations":[` + strings.Join(items, ",") + "]" }
	semantic := func(name string) string {
		return `"options":{"evaluations_semantic":"` + name + `","another_option":"value"}`
	}
	mixed := list(all(order("41")), all(order("43")), all(order("42")))
	for name, c := range map[string]struct {
		body string
		want []bool
	}{
		"with defaults":             {all(subject(bob), action("write"), mixed), []bool{true, false, true}},
		"all said each time":        {all(list(all(subject(ada), action("read"), order("1")), all(subject(bob), action("delete"), order("1")))), []bool{true, false}},
		"another action":            {all(subject(bob), action("write"), list(all(order("41")), all(action("delete"), order("41")))), []bool{true, false}},
		"nothing of its own":        {all(subject(ada), action("read"), order("1"), list(`{}`, all(subject(bob)))), []bool{true, false}},
		"an entity as a whole":      {all(subject(bob), action("read"), `"resource":{"type":"shop/orders","id":"1","properties":{"owner_id":"usr_bob"}}`, list(`{}`, all(order("1")))), []bool{true, false}},
		"a context of its own":      {all(subject(ada), action("refund"), order("1"), `"context":{"acr":"aal2","auth_time":"2100-01-01T00:00:00Z","time":"2100-01-01T00:00:30Z"}`, list(`{}`, all(`"context":{}`))), []bool{true, false}},
		"execute all":               {all(subject(bob), action("write"), semantic("execute_all"), mixed), []bool{true, false, true}},
		"until one is denied":       {all(subject(bob), action("write"), semantic("deny_on_first_deny"), mixed), []bool{true, false}},
		"until one is allowed":      {all(subject(bob), action("write"), semantic("permit_on_first_permit"), mixed), []bool{true}},
		"none is allowed":           {all(subject(bob), action("delete"), semantic("permit_on_first_permit"), mixed), []bool{false, false, false}},
		"one is no question":        {all(subject(bob), action("write"), list(all(order("41")), `{}`, all(order("42")))), []bool{true, false, true}},
		"an error is a deny":        {all(subject(bob), action("write"), semantic("deny_on_first_deny"), list(all(order("41")), `{}`, all(order("42")))), []bool{true, false}},
		"an error allows nothing":   {all(subject(bob), semantic("permit_on_first_permit"), list(all(order("41")), all(action("write"), order("42")))), []bool{false, true}},
		"a permission that is none": {all(subject(ada), list(all(action("read"), order("1")), all(action("raed"), order("1")))), []bool{true, false}},
	} {
		if got := d.post(pdp.PathEvaluations, "decider", c.body).decisions(t); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for name, body := range map[string]string{
		"no list": all(subject(bob), action("write"), order("41")), "an empty list": all(subject(bob), action("write"), order("41"), list()),
	} {
		if yes, _ := d.post(pdp.PathEvaluations, "decider", body).decided(t); !yes {
			t.Errorf("%s is not answered as one question", name)
		}
	}
	many := list(slices.Repeat([]string{all(order("41"))}, pdp.MaxEvaluations)...)
	if got := d.post(pdp.PathEvaluations, "decider", all(subject(bob), action("write"), many)).decisions(t); len(got) != pdp.MaxEvaluations {
		t.Errorf("%d of as many as there may be are answered", len(got))
	}
	for name, body := range map[string]string{
		"too many":                all(subject(bob), action("write"), list(slices.Repeat([]string{all(order("41"))}, pdp.MaxEvaluations+1)...)),
		"no list of evaluations":  all(subject(bob), action("write"), `"evaluations":{}`),
		"one is no object":        all(subject(bob), action("write"), list(`1`)),
		"options are text":        all(subject(bob), action("write"), `"options":"x"`, mixed),
		"another semantic":        all(subject(bob), action("write"), semantic("allow_all"), mixed),
		"a semantic in capitals":  all(subject(bob), action("write"), semantic("EXECUTE_ALL"), mixed),
		"a semantic that is none": all(subject(bob), action("write"), `"options":{"evaluations_semantic":null}`, mixed),
	} {
		if a := d.post(pdp.PathEvaluations, "decider", body); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", name, a.status, a.body)
		}
	}
}

// The specification's own names for what went wrong with one of several.
func TestOneOfSeveralSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	d := newPoint(t, shop())
	a := d.post(pdp.PathEvaluations, "shop", `{"subject":{"type":"user","id":"usr_ada"},"action":{"name":"read"},"evaluations":[
		{"resource":{"type":"orders","id":"1"}},{"resource":{"type":"bank/accounts","id":"1"}},{"resource":{"type":"shop/nothing","id":"1"}}]}`)
	var body struct {
		Evaluations []struct {
			Decision bool
			Context  struct {
				Error struct {
					Status  int
					Code    string
					Message string
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || len(body.Evaluations) != 3 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	got := ""
	for _, one := range body.Evaluations {
		got += fmt.Sprintf("%t %d %s; ", one.Decision, one.Context.Error.Status, one.Context.Error.Code)
	}
	if want := "true 0 ; false 403 caller.forbidden; false 400 permission.unknown; "; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

// A condition may take long over a long text, and that five hundred times: no more of
// them is asked once nobody waits for the answer.
func TestManyQuestionsEndWithTheirRequest(t *testing.T) {
	t.Parallel()
	d := newPoint(t, access.Policy{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest(http.MethodPost, issuer+pdp.PathEvaluations, strings.NewReader(
		`{"subject":{"type":"service","id":"ops"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"1"},"evaluations":[{},{}]}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer decider")
	if got := d.do(r.WithContext(ctx)); got.status != http.StatusServiceUnavailable || len(d.outcomes) != 0 {
		t.Errorf("answered %d %s, and %v was decided", got.status, got.body, d.outcomes)
	}
}
