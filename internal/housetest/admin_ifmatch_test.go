package housetest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/admin"
	"gatehouse/internal/gatetest"
)

// A request that names a revision which is none does nothing, whatever its route.
func TestARequestWithAStaleTagDoesNothing(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	member := s.call(s.boss, http.MethodPut, "/api/v1/groups/desk/members/service/target", map[string]any{"reason": "test"})
	if member.Status >= 300 {
		t.Fatalf("%d %s", member.Status, member.Body)
	}
	bodies := map[string]any{
		"setUserPassword":       map[string]any{"password": "a whole new row of words"},
		"updateUser":            map[string]any{"name": "Other"},
		"updateClient":          map[string]any{"client_name": "Other"},
		"createClient":          map[string]any{"client_name": "Other"},
		"createScope":           map[string]any{"name": "other"},
		"updateScope":           map[string]any{"description": "Other"},
		"updateGroup":           map[string]any{"description": "Other"},
		"updateOrganisation":    map[string]any{"description": "Other"},
		"updateServiceAccount":  map[string]any{"description": "Other"},
		"putGroupMember":        map[string]any{"reason": "other"},
		"putOrganisationMember": map[string]any{"reason": "other"},
		"createUser":            map[string]any{"email": "other@example.test"},
		"createServiceKey":      map[string]any{"name": "other"},
		"createGroup":           map[string]any{"id": "other"},
		"createOrganisation":    map[string]any{"id": "other"},
		"createServiceAccount":  map[string]any{"id": "other"},
		"extendGrant":           map[string]any{"expires_at": time.Now().Add(2 * time.Hour)},
		"revokeGrant":           map[string]any{"reason": "other"},
		"updateRole":            map[string]any{"max_grant": "8h"},
		"updateAPI":             map[string]any{"audience": "https://other.test"},
		"putLock":               map[string]any{"reason": "other"},
		"setSetting":            map[string]any{"value": "2h"},
		"replaceGateRoute":      map[string]any{"spec": map[string]any{"match": map[string]any{"hosts": []string{"other.test"}, "paths": []string{"/"}, "methods": []string{"GET"}}, "public": true, "upstream": "target"}},
		"replaceGateEdge":       map[string]any{"spec": map[string]any{"dialect": "nginx", "peers": []string{"10.0.0.1"}, "secret_sha256": []string{sha256Of("other")}}},
		"replaceGateUpstream":   map[string]any{"spec": map[string]any{"targets": []string{"http://127.0.0.1:9009"}}},
	}
	s.Settle()
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, rt := range admin.Table() {
		path := pathOf(rt, func(part string) string { return there[part] })
		for _, tag := range []string{`"7"`, `"x"`, `W/"1"`, ``, `"0"`, `"01"`, `1`, `"-1"`, `"1", "7"`} {
			a := s.call(s.boss, rt.Method, path, bodies[rt.ID], "If-Match", tag)
			if a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
				t.Errorf("%s %s with If-Match %q: %d %s", rt.Method, rt.Path, tag, a.Status, a.Body)
			}
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("requests with a stale tag changed:\n%s", strings.Join(rows, "\n"))
	}
}

// The tag is a part of the request of which an Idempotency-Key is one.
func TestAnotherTagIsAnotherRequest(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	path := "/api/v1/users/" + s.targets()["user"] + "/disable"
	if a := s.call(s.boss, http.MethodPost, path, nil, "Idempotency-Key", "one", "If-Match", `"1"`); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, path, nil, "Idempotency-Key", "one", "If-Match", `"9"`); problem(a) != "idempotency.reused" {
		t.Errorf("with another tag: %d %s", a.Status, a.Body)
	}
}

// Who says which revision they saw of what is not there is told that it is gone, and puts nothing
// in its place.
func TestATagOfWhatIsNotThereIsOutdated(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, path := range []string{"/groups/desk/members/service/boss", "/organisations/acme/members/service/boss", "/locks/role/target"} {
		for method, body := range map[string]any{http.MethodPut: map[string]any{"reason": "other"}, http.MethodDelete: nil} {
			if a := s.call(s.boss, method, "/api/v1"+path, body, "If-Match", `"1"`); a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
				t.Errorf("%s %s: %d %s", method, path, a.Status, a.Body)
			}
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("they changed:\n%s", strings.Join(rows, "\n"))
	}
}

// Who says twice what they saw has said nothing, be one of the two the present tag.
func TestTwoTagsAreNone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	path := "/api/v1/users/" + s.targets()["user"]
	for _, tags := range [][]string{{`"1"`, `"1"`}, {`"1"`, `"7"`}, {`"1"`, `*`}, {`*`, `"1"`}, {`*`, `*`}} {
		r, err := http.NewRequest(http.MethodPatch, s.issuer+path, strings.NewReader(`{"name":"Other"}`))
		must(t, err)
		r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + s.boss}, "If-Match": tags}
		if a := s.Do(r); a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
			t.Errorf("%v: %d %s", tags, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodGet, path, nil); a.Header.Get("ETag") != `"1"` {
		t.Errorf("afterwards it is %s: %s", a.Header.Get("ETag"), a.Body)
	}
}

// What need not be there is put only where it is not, by whoever asks for that; what they find stays
// as it is. A request that puts nothing takes no such condition.
func TestWhatIsWantedNewReplacesNothing(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	paths := []string{"/api/v1/groups/desk/members/service/boss", "/api/v1/organisations/acme/members/service/boss", "/api/v1/locks/role/target"}
	for _, path := range paths {
		put := func(reason string, header ...string) gatetest.Answer {
			return s.call(s.boss, http.MethodPut, path, map[string]any{"reason": reason}, header...)
		}
		if a := put("first", "If-None-Match", "*"); a.Status != http.StatusOK || a.Header.Get("ETag") != `"1"` {
			t.Errorf("%s where there is none: %d %s", path, a.Status, a.Body)
		}
		if a := put("second", "If-None-Match", "*"); a.Status != http.StatusPreconditionFailed || problem(a) != "request.exists" {
			t.Errorf("%s where there is one: %d %s", path, a.Status, a.Body)
		}
		if a := put("second", "If-None-Match", "*", "If-Match", `"1"`); a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
			t.Errorf("%s, both there and not: %d %s", path, a.Status, a.Body)
		}
		if a := put("third", "If-Match", `"1"`); a.Status != http.StatusOK || a.Header.Get("ETag") != `"2"` {
			t.Errorf("%s as it was seen: %d %s", path, a.Status, a.Body)
		}
		for _, tag := range []string{`"1"`, `W/"2"`, ``, `"*"`} {
			if a := put("fourth", "If-None-Match", tag); a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
				t.Errorf("%s with If-None-Match %q: %d %s", path, tag, a.Status, a.Body)
			}
		}
	}
	takes := map[string]bool{"putGroupMember": true, "putOrganisationMember": true, "putLock": true}
	s.Settle()
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, rt := range admin.Table() {
		if !rt.Changes() || takes[rt.ID] {
			continue
		}
		a := s.call(s.boss, rt.Method, pathOf(rt, func(part string) string { return there[part] }), nil, "If-None-Match", "*", "If-Match", "*")
		if a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
			t.Errorf("%s %s: %d %s", rt.Method, rt.Path, a.Status, a.Body)
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("they changed:\n%s", strings.Join(rows, "\n"))
	}
}

// What was put and taken away, or taken away and put back, is not again by a repeat of the request.
func TestARepeatOfAChangeUndoesNothingThatCameAfter(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	for _, path := range []string{"/api/v1/groups/desk/members/service/boss", "/api/v1/organisations/acme/members/service/boss", "/api/v1/locks/role/target"} {
		put := func(key string) gatetest.Answer {
			return s.call(s.boss, http.MethodPut, path, map[string]any{"reason": "test"}, "Idempotency-Key", key+path)
		}
		remove := func(key string) gatetest.Answer {
			return s.call(s.boss, http.MethodDelete, path, nil, "Idempotency-Key", key+path)
		}
		for i, step := range []struct {
			do   func(key string) gatetest.Answer
			key  string
			want int
		}{{put, "put", 200}, {remove, "remove", 204}, {put, "put", 200}, {remove, "other", 404}, {put, "again", 200}, {remove, "remove", 204}, {remove, "last", 204}} {
			if a := step.do(step.key); a.Status != step.want {
				t.Errorf("%s, step %d: %d %s", path, i, a.Status, a.Body)
			}
		}
	}
}
