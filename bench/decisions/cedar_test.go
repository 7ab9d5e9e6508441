package decisions

import (
	"errors"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// One policy over entities. A policy for each rule takes time in proportion to
// their number, because every one of them is looked at for every question.
const (
	cedarPolicy = `permit (principal, action == Action::"read", resource)
when { principal.from <= context.now && context.now < principal.until && principal.role.objects.contains(resource) };`

	cedarConditionalPolicy = `permit (principal, action == Action::"read", resource)
when { principal.from <= context.now && context.now < principal.until && principal.role.objects.contains(resource)
  && (context.total <= 500 || principal in Group::"finance") };`
)

func cedarGo(h house) (engine, error) {
	text := cedarPolicy
	if h.conditional {
		text = cedarConditionalPolicy
	}
	var policy cedar.Policy
	if err := policy.UnmarshalCedar([]byte(text)); err != nil {
		return engine{}, err
	}
	set := cedar.NewPolicySet()
	set.Add("read", &policy)
	requests := make([]cedar.Request, 0, probes)
	for _, one := range h.probes() {
		requests = append(requests, cedar.Request{
			Principal: cedarUser(one.user), Action: cedar.NewEntityUID("Action", "read"), Resource: cedarObject(one.object),
			Context: cedar.NewRecord(cedar.RecordMap{"now": cedar.Long(now.UnixMilli()), "total": cedar.Long(one.total)}),
		})
	}
	entities := cedarEntities(h)
	return engine{"cedar-go", func(i int) (bool, error) {
		decision, diagnostic := cedar.Authorize(set, entities, requests[i])
		if len(diagnostic.Errors) > 0 {
			return false, errors.New(diagnostic.Errors[0].Message)
		}
		return decision == cedar.Allow, nil
	}}, nil
}

func cedarUser(i int) cedar.EntityUID   { return cedar.NewEntityUID("User", types.String(user(i))) }
func cedarRole(i int) cedar.EntityUID   { return cedar.NewEntityUID("Role", types.String(role(i))) }
func cedarObject(i int) cedar.EntityUID { return cedar.NewEntityUID("Object", types.String(object(i))) }

func cedarEntities(h house) cedar.EntityMap {
	all := make(cedar.EntityMap, h.users()+h.roles())
	for i := range h.roles() {
		var may []cedar.Value
		for _, d := range h.mayRead(i) {
			may = append(may, cedarObject(d))
		}
		all[cedarRole(i)] = cedar.Entity{UID: cedarRole(i), Attributes: cedar.NewRecord(cedar.RecordMap{"objects": cedar.NewSet(may...)})}
	}
	for u := range h.users() {
		all[cedarUser(u)] = cedar.Entity{UID: cedarUser(u), Attributes: cedar.NewRecord(cedar.RecordMap{
			"role": cedarRole(h.roleOf(u)), "from": cedar.Long(now.UnixMilli() - 3_600_000), "until": cedar.Long(now.UnixMilli() + 3_600_000),
		})}
	}
	return all
}
