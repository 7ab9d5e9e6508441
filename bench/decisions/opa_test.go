package decisions

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

const (
	regoPolicy = `package gate

allow if {
	user := data.users[input.user]
	user.from <= input.now
	input.now < user.until
	data.roles[user.role][input.object]
}
`
	regoConditionalPolicy = `package gate

allow if {
	user := data.users[input.user]
	user.from <= input.now
	input.now < user.until
	data.roles[user.role][input.object]
	affordable
}

affordable if input.total <= 500

affordable if data.users[input.user].groups.finance
`
)

func opa(h house) (engine, error) {
	text := regoPolicy
	if h.conditional {
		text = regoConditionalPolicy
	}
	ctx := context.Background()
	store := inmem.NewFromObjectWithOpts(regoData(h), inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	query, err := rego.New(rego.Query("data.gate.allow"), rego.Module("gate.rego", text), rego.Store(store)).PrepareForEval(ctx)
	if err != nil {
		return engine{}, err
	}
	inputs := make([]ast.Value, 0, probes)
	for _, one := range h.probes() {
		v, err := ast.InterfaceToValue(map[string]any{
			"user": user(one.user), "object": object(one.object), "now": now.UnixMilli(), "total": one.total,
		})
		if err != nil {
			return engine{}, err
		}
		inputs = append(inputs, v)
	}
	return engine{"opa", func(i int) (bool, error) {
		results, err := query.Eval(ctx, rego.EvalParsedInput(inputs[i]))
		return results.Allowed(), err
	}}, nil
}

func regoData(h house) map[string]any {
	users, roles := make(map[string]any, h.users()), make(map[string]any, h.roles())
	for i := range h.roles() {
		may := make(map[string]any, perRole)
		for _, d := range h.mayRead(i) {
			may[object(d)] = true
		}
		roles[role(i)] = may
	}
	for u := range h.users() {
		users[user(u)] = map[string]any{
			"role": role(h.roleOf(u)), "from": now.UnixMilli() - 3_600_000, "until": now.UnixMilli() + 3_600_000, "groups": map[string]any{},
		}
	}
	return map[string]any{"users": users, "roles": roles}
}
