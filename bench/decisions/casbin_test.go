package decisions

import (
	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
)

// The RBAC model of casbin's own documents. It has no notion of an end.
const (
	casbinModel = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.obj == p.obj && g(r.sub, p.sub)
`
	casbinConditionalModel = `[request_definition]
r = sub, obj, act, total
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.obj == p.obj && g(r.sub, p.sub) && (r.total <= 500 || g(r.sub, "finance"))
`
)

func casbinCached(h house) (engine, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return engine{}, err
	}
	e, err := casbin.NewCachedEnforcer(m)
	if err != nil {
		return engine{}, err
	}
	return casbinOf("casbin, its cache hit", h, e.Enforcer, e.Enforce)
}

func casbinPlain(h house) (engine, error) {
	text := casbinModel
	if h.conditional {
		text = casbinConditionalModel
	}
	m, err := model.NewModelFromString(text)
	if err != nil {
		return engine{}, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return engine{}, err
	}
	return casbinOf("casbin", h, e, e.Enforce)
}

func casbinOf(name string, h house, e *casbin.Enforcer, enforce func(...any) (bool, error)) (engine, error) {
	var rules, members [][]string
	for i := range h.roles() {
		for _, d := range h.mayRead(i) {
			rules = append(rules, []string{role(i), object(d), "read"})
		}
	}
	for u := range h.users() {
		members = append(members, []string{user(u), role(h.roleOf(u))})
	}
	if _, err := e.AddPolicies(rules); err != nil {
		return engine{}, err
	}
	if _, err := e.AddGroupingPolicies(members); err != nil {
		return engine{}, err
	}
	requests := make([][]any, 0, probes)
	for _, one := range h.probes() {
		request := []any{user(one.user), object(one.object), "read"}
		if h.conditional {
			request = append(request, one.total)
		}
		requests = append(requests, request)
	}
	return engine{name, func(i int) (bool, error) { return enforce(requests[i]...) }}, nil
}
