package access

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// maxTrial is how many steps the conditions of one decision may take together
// (docs/decisions/0037). One takes at most 100 ns: a comparison is about five, and a
// pattern has one for every sixteen of its own steps times the letters that it looks at.
const maxTrial = 500_000

// stepsToAsk is what it takes to ask a condition, whatever that is.
const stepsToAsk = 20

// trial is what the conditions of one decision are asked with: the facts, each put
// together once, and what all conditions may take together. It is made when the first
// of them is asked, so that a decision without conditions pays nothing for it.
type trial struct {
	q  *Question
	in []Subject
	at int64 // the time

	steps *cost.Tracker
	asked uint64
	spent bool // no condition is asked any more: nobody knows what it would say

	attributes map[string]any
	groups     []string
	lacks      string // the attribute for want of which the last one was unknown
}

func newTrial(q *Question, in []Subject, at int64) *trial {
	tracker, _ := tracker().Clone() // never fails
	return &trial{q: q, in: in, at: at, steps: tracker}
}

// took is how many steps the conditions took.
func (t *trial) took() uint64 { return t.steps.ActualCost() + t.asked*stepsToAsk }

// ask evaluates a condition. Whatever goes wrong is unknown: an attribute that was not
// given, another type than expected, an expression that does not compile, and one for
// which no step is left.
func (t *trial) ask(c *condition) verdict {
	t.lacks = ""
	if t.asked++; t.took() > maxTrial {
		t.spent = true
	}
	p := c.compiled()
	if p == nil || t.spent {
		return unknown
	}
	out, err := t.evaluate(p)
	if err != nil {
		t.failed(err)
		t.lacks = attributeOf(err)
		return unknown
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return unknown
	}
	return verdictOf(holds)
}

func (t *trial) evaluate(p cel.Program) (ref.Val, error) {
	frame, err := interpreter.NewExecutionFrame(t)
	if err != nil {
		return nil, err
	}
	defer frame.Close()
	frame.SetCostTracker(t.steps)
	out, _, err := p.Eval(frame)
	return out, err
}

// Parent implements cel.Activation.
func (*trial) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation: what an expression may ask.
func (t *trial) ResolveName(name string) (any, bool) {
	q := t.q
	switch name {
	case "principal.id":
		return q.Principal.ID, true
	case "principal.kind":
		return string(q.Principal.Kind), true
	case "principal.groups":
		return t.groupNames(), true
	case "session.acr":
		return q.Level.String(), true
	case "client":
		return string(q.client()), true
	case "org":
		return q.Org, true
	case "resource":
		return t.resource(), true
	case "request.method":
		return q.Request.Method, true
	case "request.path":
		return q.Request.Path, true
	case "request.ip":
		return q.Request.IP, true
	case now:
		return moment(t.at), true
	}
	return nil, false
}

// resource is what is known of the resource: its attributes, and its id.
func (t *trial) resource() map[string]any {
	r := &t.q.Resource
	if r.ID == "" {
		return r.Attrs
	}
	if t.attributes == nil {
		t.attributes = make(map[string]any, len(r.Attrs)+1)
		for k, v := range r.Attrs {
			t.attributes[k] = v
		}
		t.attributes["id"] = r.ID
	}
	return t.attributes
}

// groupNames lists the ids of the groups that the principal is in.
func (t *trial) groupNames() []string {
	if t.groups == nil {
		t.groups = make([]string, 0, len(t.in))
		for _, in := range t.in {
			if in.Kind == Group {
				t.groups = append(t.groups, in.ID)
			}
		}
	}
	return t.groups
}

// tracker counts steps; each trial has a clone of it. CEL takes the length of a pattern
// for its cost, and the comparison of two lists for one of their heads: so calls are
// counted by toll.
var tracker = sync.OnceValue(func() *cost.Tracker {
	t, err := cost.NewTracker(toll{}, cost.TrackerLimit(maxTrial), cost.TrackerLimitExceededHandler(func() {
		panic(interpreter.EvalCancelledError{Cause: interpreter.CostLimitExceeded, Message: "the steps are used up"}) // CEL's program returns it
	}))
	if err != nil {
		panic("access: CEL cannot count: " + err.Error()) // it is made of constants
	}
	return t
})

// toll counts what a call of a function took, by all that it looked at and made.
type toll struct{}

// lettersOfStep is how many letters of a text, or steps of a pattern, count as one.
const lettersOfStep = 16

// CallCost implements cost.ActualCostEstimator. It takes no longer than what it counts.
func (toll) CallCost(function, _ string, args []ref.Val, result ref.Val) *uint64 {
	if len(args) == 0 {
		return counted(1)
	}
	n := uint64(1)
	switch _, isText := args[0].(types.String); {
	case !isText && constant[function]:
		return counted(n)
	case function == "matches":
		n += product(lengthOf(args, 0), patternSteps(args))
	case function == "indexOf" || function == "lastIndexOf": // letter by letter, from each letter on
		n += product(lengthOf(args, 0), lengthOf(args, 1))
	}
	for _, arg := range args {
		n += weight(arg)
	}
	return counted(n + weight(result))
}

// constant are the functions that take the same of a list or a map, however long it is.
var constant = map[string]bool{"_[_]": true, "size": true, "_+_": true, "type": true, "dyn": true, "@not_strictly_false": true}

// counted is a pointer to n, which for most calls is there already.
func counted(n uint64) *uint64 {
	if n < uint64(len(numbers)) {
		return &numbers[n]
	}
	return &n
}

var numbers = func() (all [64]uint64) {
	for i := range all {
		all[i] = uint64(i)
	}
	return all
}()

// weight is what it takes to look at all of a value.
func weight(v ref.Val) uint64 {
	switch v := v.(type) {
	case types.String:
		return uint64(len(v)) / lettersOfStep
	case types.Bytes:
		return uint64(len(v)) / lettersOfStep
	case traits.Lister, traits.Mapper:
		return weightOf(v.Value())
	}
	return 0
}

// weightOf is weight of what lists and maps are made of.
func weightOf(v any) (n uint64) {
	switch v := v.(type) {
	case string:
		return 1 + uint64(len(v))/lettersOfStep
	case []string:
		for _, one := range v {
			n += 1 + uint64(len(one))/lettersOfStep
		}
	case []any:
		for _, one := range v {
			n += 1 + weightOf(one)
		}
	case map[string]any:
		for name, one := range v {
			n += 1 + uint64(len(name))/lettersOfStep + weightOf(one)
		}
	case []ref.Val:
		for _, one := range v {
			n += 1 + weight(one)
		}
	case map[ref.Val]ref.Val:
		for name, one := range v {
			n += 1 + weight(name) + weight(one)
		}
	case ref.Val:
		return weight(v)
	default:
		return 1
	}
	return n
}

func lengthOf(args []ref.Val, i int) uint64 {
	if i >= len(args) {
		return 0
	}
	text, _ := args[i].(types.String)
	return uint64(len(text))
}

func product(a, b uint64) uint64 { return a * b / lettersOfStep } // of texts that were in memory

// patterns remembers how many steps the patterns of conditions have.
var patterns sync.Map // text → uint64

// patternSteps is how many steps the pattern of a call has; all that there may be
// where it cannot be told.
func patternSteps(args []ref.Val) uint64 {
	if len(args) < 2 {
		return maxPattern
	}
	pattern, _ := args[1].(types.String)
	if n, ok := patterns.Load(string(pattern)); ok {
		return n.(uint64)
	}
	n, err := steps(string(pattern))
	if err != nil || n > maxPattern {
		return maxPattern
	}
	patterns.Store(string(pattern), uint64(n))
	return uint64(n)
}
