package pdp

import (
	"fmt"

	"gatehouse/caller"
)

// evaluation answers one question (Authorization API 1.0 section 6).
func (d *Door) evaluation(c *call) (any, error) {
	reach, err := c.Reach()
	if err != nil {
		return nil, err
	}
	return d.evaluate(c, reach, entitiesOf(c.body, entities{}))
}

func (d *Door) evaluate(c *call, reach caller.Reach, e entities) (decision, error) {
	q, err := c.question(e, reach, everything)
	if err != nil {
		return decision{}, err
	}
	return d.decide(c, q)
}

// MaxEvaluations bounds how many questions a request may ask.
const MaxEvaluations = 500

// evaluations answers many questions at once (section 7), each as if it were asked
// alone and all by one state of the policy. Without any it is the question of
// evaluation.
func (d *Door) evaluations(c *call) (any, error) {
	reach, err := c.Reach()
	if err != nil {
		return nil, err
	}
	list, err := listOf(c.body)
	if err != nil {
		return nil, err
	}
	stop, err := semanticOf(c.body)
	if err != nil {
		return nil, err
	}
	defaults := entitiesOf(c.body, entities{})
	if len(list) == 0 {
		return d.evaluate(c, reach, defaults)
	}
	answers := make([]decision, 0, len(list))
	for _, one := range list {
		if c.Err() != nil { // nobody waits any more, and a condition may take long over a long text
			return nil, busy(c.Err())
		}
		answer, err := decision{}, costly()
		if !c.meter.Full() {
			answer, err = d.evaluate(c, reach, entitiesOf(one, defaults))
		}
		if err != nil {
			answer, err = d.failed(err)
		}
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
		if stop(answer.Decision) {
			break
		}
	}
	return struct {
		Evaluations []decision `json:"evaluations"`
	}{answers}, nil
}

// listOf returns the evaluations of a request.
func listOf(body object) ([]object, error) {
	v, ok := body["evaluations"]
	if !ok {
		return nil, nil
	}
	all, isList := v.([]any)
	if !isList {
		return nil, wrong("evaluations", "must be a list")
	}
	if len(all) > MaxEvaluations {
		return nil, wrong("evaluations", fmt.Sprintf("are more than %d", MaxEvaluations))
	}
	list := make([]object, len(all))
	for i, one := range all {
		if list[i], ok = one.(object); !ok {
			return nil, wrong(fmt.Sprintf("evaluations[%d]", i), "must be an object")
		}
	}
	return list, nil
}

// semantics say after which decision no other is made (section 7.1.2).
var semantics = map[string]func(decision bool) bool{
	"execute_all":            func(bool) bool { return false },
	"deny_on_first_deny":     func(decision bool) bool { return !decision },
	"permit_on_first_permit": func(decision bool) bool { return decision },
}

func semanticOf(body object) (stop func(bool) bool, err error) {
	name := "execute_all"
	if v, ok := body["options"]; ok {
		options, isObject := v.(object)
		if !isObject {
			return nil, wrong("options", "must be an object")
		}
		if v, ok := options["evaluations_semantic"]; ok {
			name, _ = v.(string)
		}
	}
	stop, ok := semantics[name]
	if !ok {
		return nil, wrong("options.evaluations_semantic", "must be execute_all, deny_on_first_deny or permit_on_first_permit")
	}
	return stop, nil
}
