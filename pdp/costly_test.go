package pdp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/pdp"
)

// Of many questions in one request those are answered for which there is something left,
// and each of the others is refused by itself. None is a yes by mistake.
func TestQuestionsBehindCostlyOnesAreRefused(t *testing.T) {
	t.Parallel()
	p := shop()
	for i := range access.MaxGrantsOf {
		p.Grants = append(p.Grants, allow(id.Grant(fmt.Sprint("gra_costly", i)), user(bob), "shop/orders:delete", func(g *access.Grant) {
			g.Where = access.Where{Place: access.Condition, Expression: `resource.text.matches("a{0,120}b")`}
		}))
	}
	d := newPoint(t, p)
	question := ask("user", bob, "delete", "shop/orders", "42")
	costly := strings.Replace(question, `"id":"42"`, `"id":"42","properties":{"text":"`+strings.Repeat("a", 8<<10)+`"}`, 1)
	if yes, context := d.post(pdp.PathEvaluation, "decider", costly).decided(t); yes || context["reason"] != string(access.TooCostly) {
		t.Errorf("alone: %t %v", yes, context)
	}
	const questions = 60
	many := strings.TrimSuffix(costly, "}") + `,"evaluations":[{}` + strings.Repeat(",{}", questions-1) + "]}"
	a := d.post(pdp.PathEvaluations, "decider", many)
	list, _ := a.json["evaluations"].([]any)
	if a.status != http.StatusOK || len(list) != questions {
		t.Fatalf("%d %s", a.status, a.body)
	}
	said := map[any]int{}
	for _, one := range list {
		answer, _ := one.(map[string]any)
		context, _ := answer["context"].(map[string]any)
		if answer["decision"] != false {
			t.Fatalf("one is %v", answer)
		}
		if problem, failed := context["error"].(map[string]any); failed {
			said[problem["code"]]++
		} else {
			said[context["reason"]]++
		}
	}
	if n := said[string(access.TooCostly)]; n == 0 || n > 20 || n+said["evaluation.costly"] != questions {
		t.Errorf("the answers are %v", said)
	}
}
