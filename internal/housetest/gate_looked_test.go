package housetest

import (
	"context"
	"net/http"
	"testing"

	"gatehouse/gate"
	"gatehouse/internal/gatetest"
)

// With an Idempotency-Key too routes are tried before a transaction begins, in which nobody else
// could write; a repeat gets the answer of then, though what it makes is there.
func TestRoutesAreTriedOutsideOfEveryTransaction(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	tried, try := 0, s.House.Gate.Try
	s.House.Gate.Try = func(ctx context.Context, set *gate.Set) error {
		outside := false
		s.House.Store.AfterCommit(ctx, func() { outside = true })
		if tried++; !outside {
			t.Error("the tests of routes run within a transaction")
		}
		return try(ctx, set)
	}
	public := func(id, expect string) map[string]any {
		return map[string]any{"id": id, "spec": map[string]any{
			"match": map[string]any{"hosts": []string{"api.example.test"}, "paths": []string{"/" + id}, "methods": []string{"GET"}}, "public": true, "upstream": "app",
			"tests": []any{map[string]any{"do": "GET /" + id, "expect": expect}},
		}}
	}
	_, err := s.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, gate.KindUpstream, "app", `{"targets": ["http://127.0.0.1:80"]}`))
	must(t, err)
	create := func(key string, body map[string]any, want int, code string) {
		t.Helper()
		if a := s.call(s.boss, http.MethodPost, "/api/v1/gate/routes", body, "Idempotency-Key", key); a.Status != want || code != "" && problem(a) != code {
			t.Errorf("%s: %d %s", key, a.Status, a.Body)
		}
	}
	create("one", public("one", "public"), http.StatusCreated, "")
	create("one", public("one", "public"), http.StatusCreated, "")
	create("again", public("one", "public"), http.StatusConflict, "gate.exists")
	create("two", public("two", "deny"), http.StatusUnprocessableEntity, gate.CodeTests)
	create("two", public("two", "public"), http.StatusCreated, "")
	if all, err := s.House.Gate.List(t.Context(), gate.KindRoute); err != nil || len(all) != 2 || tried < 3 {
		t.Errorf("there are %d routes, tried %d times; %v", len(all), tried, err)
	}
}
