package access

import (
	"math"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"gatehouse.example/verify/filter"
)

// residual is an expression as filters read it: yes and no of comparisons of the resource
// with what is known without it. It is made once for a condition; whatever it needs
// besides the resource is a program of its own, which is asked when a filter is made.
type residual struct {
	op        residualOp
	of        []residual
	program   cel.Program // what is known
	attribute string
	yes, no   filter.Op // of a comparison: what holds when it says yes, and when it says no
	list      bool      // it is with each of a list
}

type residualOp uint8

const (
	stuck   residualOp = iota // nobody can translate it
	isKnown                   // it asks nothing of the resource
	both                      // &&
	either                    // ||
	negated                   // !
	choice                    // ?:
	compared
	thereIs // has()
)

// comparisons are the operators between an attribute and a value that are filters, with
// what they are when the two sides are swapped.
var comparisons = map[string]struct{ yes, no, swappedYes, swappedNo filter.Op }{
	operators.Equals:        {filter.In, filter.NotIn, filter.In, filter.NotIn},
	operators.NotEquals:     {filter.NotIn, filter.In, filter.NotIn, filter.In},
	operators.Less:          {filter.Less, filter.AtLeast, filter.More, filter.AtMost},
	operators.LessEquals:    {filter.AtMost, filter.More, filter.AtLeast, filter.Less},
	operators.Greater:       {filter.More, filter.AtMost, filter.Less, filter.AtLeast},
	operators.GreaterEquals: {filter.AtLeast, filter.Less, filter.AtMost, filter.More},
}

// partOps are the functions of an attribute and a text that are filters.
var partOps = map[string]struct{ yes, no filter.Op }{
	"startsWith": {filter.Prefix, filter.NotPrefix},
	"endsWith":   {filter.Suffix, filter.NotSuffix},
	"contains":   {filter.Contains, filter.NotContains},
}

// residualOf takes a checked expression apart.
func residualOf(tree *cel.Ast) residual { return apart(tree, tree.NativeRep().Expr()) }

func apart(tree *cel.Ast, e ast.Expr) residual {
	if !asksResource(e) {
		return knownPart(tree, e)
	}
	switch e.Kind() {
	case ast.SelectKind, ast.IdentKind:
		return ofAttribute(e)
	case ast.CallKind:
		return ofCall(tree, e)
	}
	return residual{}
}

// knownPart is what asks nothing of the resource.
func knownPart(tree *cel.Ast, e ast.Expr) residual {
	whole, err := cel.AstToCheckedExpr(tree)
	if err != nil {
		return residual{}
	}
	if whole.Expr, err = ast.ExprToProto(e); err != nil {
		return residual{}
	}
	part := expression{cel.CheckedExprToAst(whole)}
	program, err := part.program()
	if err != nil {
		return residual{}
	}
	return residual{op: isKnown, program: program}
}

// ofAttribute is an attribute that says yes or no itself, or whether there is one.
func ofAttribute(e ast.Expr) residual {
	name, ok := attribute(e)
	switch {
	case !ok:
		return residual{}
	case e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly():
		return residual{op: thereIs, attribute: name, yes: filter.Present, no: filter.Absent}
	}
	return residual{op: compared, attribute: name, yes: filter.In, no: filter.NotIn}
}

func ofCall(tree *cel.Ast, e ast.Expr) residual {
	call := e.AsCall()
	args := call.Args()
	var of []residual
	switch op := call.FunctionName(); op {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		for _, arg := range args {
			of = append(of, apart(tree, arg))
		}
		return residual{op: connectives[op], of: of}
	case operators.Index:
		if name, ok := indexed(call); ok {
			return residual{op: compared, attribute: name, yes: filter.In, no: filter.NotIn}
		}
	case operators.In:
		if list := args[1]; list.Kind() == ast.ListKind && list.AsList().Size() == 0 {
			return knownPart(tree, e) // nothing is in it, and decisions do not look at what is asked for
		}
		return among(tree, args)
	default:
		return comparison(tree, call)
	}
	return residual{}
}

var connectives = map[string]residualOp{
	operators.LogicalAnd: both, operators.LogicalOr: either, operators.LogicalNot: negated, operators.Conditional: choice,
}

// among is an attribute in a list, or the name of one in the resource.
func among(tree *cel.Ast, args []ast.Expr) residual {
	if isIdent(args[1], "resource") {
		if name, ok := literalText(args[0]); ok {
			return residual{op: thereIs, attribute: name, yes: filter.Present, no: filter.Absent}
		}
		return residual{}
	}
	r := against(tree, args[0], args[1], filter.In, filter.NotIn)
	r.list = true
	return r
}

func comparison(tree *cel.Ast, call ast.CallExpr) residual {
	args := call.Args()
	if part, ok := partOps[call.FunctionName()]; ok && call.IsMemberFunction() && len(args) == 1 {
		return against(tree, call.Target(), args[0], part.yes, part.no)
	}
	ops, ok := comparisons[call.FunctionName()]
	if !ok || len(args) != 2 {
		return residual{}
	}
	if asksResource(args[1]) {
		return against(tree, args[1], args[0], ops.swappedYes, ops.swappedNo)
	}
	return against(tree, args[0], args[1], ops.yes, ops.no)
}

// against compares an attribute with what is known.
func against(tree *cel.Ast, asked, with ast.Expr, yes, no filter.Op) residual {
	name, ok := attribute(asked)
	if !ok || asksResource(with) || asked.Kind() == ast.SelectKind && asked.AsSelect().IsTestOnly() {
		return residual{}
	}
	value := knownPart(tree, with)
	if value.op != isKnown {
		return residual{}
	}
	return residual{op: compared, attribute: name, program: value.program, yes: yes, no: no}
}

// attribute returns which one of the resource an expression is.
func attribute(e ast.Expr) (name string, ok bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		return s.FieldName(), isIdent(s.Operand(), "resource")
	case ast.CallKind:
		return indexed(e.AsCall())
	}
	return "", false
}

// indexed is resource["name"].
func indexed(call ast.CallExpr) (name string, ok bool) {
	if args := call.Args(); call.FunctionName() == operators.Index && len(args) == 2 && isIdent(args[0], "resource") {
		return literalText(args[1])
	}
	return "", false
}

func asksResource(e ast.Expr) (asks bool) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) { asks = asks || isIdent(e, "resource") }))
	return asks
}

// answer is when an expression says yes, and when it says no. For what is in neither,
// nobody knows.
type answer struct{ yes, no filter.Filter }

// opStuck is a part that nobody can translate. No filter that has it leaves this package.
const opStuck filter.Op = "stuck"

var (
	nobodyKnows = answer{filter.Nothing, filter.Nothing}
	cannotSay   = answer{filter.Compare(opStuck, ""), filter.Compare(opStuck, "")}
)

// answer asks what is known. One that grows beyond what a filter may be has no way back.
func (r *residual) answer(t *trial) answer {
	a := r.answered(t)
	if a.yes.Size() > filter.MaxSize || a.no.Size() > filter.MaxSize {
		return cannotSay
	}
	return a
}

func (r *residual) answered(t *trial) answer {
	switch r.op {
	case isKnown:
		return r.said(t)
	case both:
		a, b := r.of[0].answer(t), r.of[1].answer(t)
		return answer{filter.AllOf(a.yes, b.yes), filter.AnyOf(a.no, b.no)}
	case either:
		a, b := r.of[0].answer(t), r.of[1].answer(t)
		return answer{filter.AnyOf(a.yes, b.yes), filter.AllOf(a.no, b.no)}
	case negated:
		a := r.of[0].answer(t)
		return answer{a.no, a.yes}
	case choice:
		which, a, b := r.of[0].answer(t), r.of[1].answer(t), r.of[2].answer(t)
		return answer{
			filter.AnyOf(filter.AllOf(which.yes, a.yes), filter.AllOf(which.no, b.yes)),
			filter.AnyOf(filter.AllOf(which.yes, a.no), filter.AllOf(which.no, b.no)),
		}
	case thereIs:
		return r.answers()
	case compared:
		return r.compare(t)
	}
	return cannotSay
}

// answers is what r comes to with these values. Nothing is called "", so that nothing is
// let through by that id.
func (r *residual) answers(values ...any) answer {
	a := answer{filter.Compare(r.yes, r.attribute, values...), filter.Compare(r.no, r.attribute, values...)}
	if r.attribute != "id" {
		return a
	}
	named := filter.Compare(filter.NotIn, "id", "")
	return answer{filter.AllOf(a.yes, named), filter.AllOf(a.no, named)}
}

// said is a part that asks nothing of the resource.
func (r *residual) said(t *trial) answer {
	value, err := t.evaluate(r.program)
	if err != nil {
		t.failed(err)
		return nobodyKnows
	}
	switch holds, isBool := value.Value().(bool); {
	case !isBool:
		return nobodyKnows
	case holds:
		return answer{filter.Everything, filter.Nothing}
	}
	return answer{filter.Nothing, filter.Everything}
}

// compare is an attribute with a value, or one that is itself what is said.
func (r *residual) compare(t *trial) answer {
	if r.program == nil { // it says yes or no itself
		return answer{filter.Compare(filter.In, r.attribute, true), filter.Compare(filter.In, r.attribute, false)}
	}
	value, err := t.evaluate(r.program)
	if err != nil {
		t.failed(err)
		return nobodyKnows
	}
	if !r.list {
		return r.compareOne(value)
	}
	list, isList := value.(traits.Lister)
	if !isList {
		return cannotSay
	}
	var values []any
	for i := types.Int(0); i < list.Size().(types.Int); i++ {
		v, ok := scalar(list.Get(i))
		if !ok {
			return cannotSay
		}
		if v != nil {
			values = append(values, v)
		}
	}
	return r.answers(values...)
}

// compareOne compares with one value.
func (r *residual) compareOne(value ref.Val) answer {
	v, ok := scalar(value)
	if !ok {
		return cannotSay
	}
	switch r.yes {
	case filter.In, filter.NotIn: // what is of another type is another value
		if v == nil {
			return r.answers()
		}
	case filter.Less, filter.AtMost, filter.More, filter.AtLeast:
		if _, isBool := v.(bool); isBool || v == nil {
			return cannotSay
		}
	default:
		if _, isText := v.(string); !isText {
			return nobodyKnows
		}
	}
	return r.answers(v)
}

// scalar is a value as filters have it: nil for one that no attribute is equal to. What
// cannot be told apart from others there is none.
func scalar(value ref.Val) (v any, ok bool) {
	const most = 1 << 53 // beyond it numbers of JSON are not exact
	switch v := value.(type) {
	case types.Bool:
		return bool(v), true
	case types.String:
		return string(v), !strings.ContainsRune(string(v), 0)
	case types.Int:
		return float64(v), v > -most && v < most
	case types.Uint:
		return float64(v), v < most
	case types.Double:
		if math.IsNaN(float64(v)) {
			return nil, true
		}
		return float64(v), math.Abs(float64(v)) < most
	case types.Null:
		return nil, true
	}
	return nil, false
}
