package access

import (
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"gatehouse/id"
)

// What a condition asks that may be the name of something which can be deleted.
const (
	asksThing     = "resource" // its id
	asksOrg       = "org"
	asksClient    = "client"
	asksPrincipal = "principal.id"
	asksGroups    = "principal.groups"
)

// nameReadings is how a condition comes to names: it has them as texts, or finds them out.
type nameReadings struct {
	texts  []string        // all of the source
	asks   map[string]bool // what it asks,
	freely map[string]bool // and other than plainly
}

// nameReadingsOf looks at a checked expression. A condition asks plainly that only compares with
// texts and with what else the question says, and with how names begin: it has a name
// among its texts, or cannot tell it from one that nobody has thought of.
func nameReadingsOf(e ast.Expr) nameReadings {
	t := tally{asked: map[string]int{}, plain: map[string]int{}, walks: map[string]int{}, given: map[string]bool{}}
	ast.PreOrderVisit(e, ast.NewExprVisitor(t.visit))
	t.settle()
	n := nameReadings{texts: t.all, asks: map[string]bool{}, freely: map[string]bool{}}
	for _, what := range []string{asksThing, asksOrg, asksClient, asksPrincipal, asksGroups} {
		n.asks[what], n.freely[what] = t.asked[what] > 0, t.hides || t.asked[what] > t.plain[what]
	}
	return n
}

// tally counts where names stand in an expression, and how often they are asked plainly.
type tally struct {
	all          []string
	asked, plain map[string]int

	walks   map[string]int  // variables that walk over the groups
	given   map[string]bool // variables that walk over texts of the source, or over what the question says
	members []string        // variables that are looked for among the groups
	hides   bool            // a variable is called as something that the question says
}

func (t *tally) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		t.asked[nameOf(e)]++
	case ast.LiteralKind:
		if text, isText := literalText(e); isText {
			t.all = append(t.all, text)
		}
	case ast.SelectKind:
		if name, ok := attribute(e); ok && (name != "id" || e.AsSelect().IsTestOnly()) {
			t.plain[asksThing]++
		}
	case ast.CallKind:
		t.call(e.AsCall())
	case ast.ComprehensionKind:
		t.walk(e.AsComprehension())
	}
}

func (t *tally) call(call ast.CallExpr) {
	args := call.Args()
	if name, ok := indexed(call); ok && name != "id" {
		t.plain[asksThing]++
	}
	if call.FunctionName() == operators.In && len(args) == 2 {
		_, isText := literalText(args[0])
		switch {
		case isIdent(args[1], asksThing) && isText:
			t.plain[asksThing]++
		case isIdent(args[1], asksGroups) && given(args[0]):
			t.plain[asksGroups]++
		case isIdent(args[1], asksGroups) && args[0].Kind() == ast.IdentKind:
			t.members = append(t.members, args[0].AsIdent())
		}
	}
	for _, name := range compares(call) {
		t.plain[name]++
	}
}

// walk looks at what a variable stands for. One name may be several variables.
func (t *tally) walk(c ast.ComprehensionExpr) {
	name, over := c.IterVar(), c.IterRange()
	t.hides = t.hides || isFact(name) || isFact(c.AccuVar()) || c.HasIterVar2()
	if isIdent(over, asksGroups) {
		t.walks[name]++
	}
	was, before := t.given[name]
	t.given[name] = (was || !before) && givenList(over)
}

// settle counts what variables do with the groups.
func (t *tally) settle() {
	for _, name := range t.members {
		if t.given[name] {
			t.plain[asksGroups]++
		}
	}
	for name, n := range t.walks {
		if t.asked[name] == t.plain[name] {
			t.plain[asksGroups] += n
		}
	}
}

// compares returns the names that a call plainly asks: those that it compares with what is
// given, or with how that begins.
func compares(call ast.CallExpr) (names []string) {
	args := call.Args()
	switch {
	case call.FunctionName() == "startsWith" && call.IsMemberFunction() && len(args) == 1:
		if _, isText := literalText(args[0]); isText {
			return plainName(call.Target())
		}
	case len(args) != 2:
	case call.FunctionName() == operators.In:
		if givenList(args[1]) {
			return plainName(args[0])
		}
	case call.FunctionName() == operators.Equals || call.FunctionName() == operators.NotEquals:
		if given(args[1]) {
			names = plainName(args[0])
		}
		if given(args[0]) {
			names = append(names, plainName(args[1])...)
		}
	}
	return names
}

// plainName returns the name that an expression is; the id of the resource is its own.
func plainName(e ast.Expr) []string {
	switch name, ok := attribute(e); {
	case ok && name == "id" && !(e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly()):
		return []string{asksThing}
	case e.Kind() == ast.IdentKind && !isIdent(e, asksThing) && !isIdent(e, asksGroups):
		return []string{nameOf(e)}
	}
	return nil
}

// given reports whether an expression is a text of the source, or something that the
// question says, as it says it.
func given(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		_, isText := literalText(e)
		return isText
	case ast.IdentKind:
		return isFact(nameOf(e)) && !isIdent(e, asksThing)
	case ast.SelectKind:
		return !e.AsSelect().IsTestOnly() && (isIdent(e.AsSelect().Operand(), asksThing) || given(e.AsSelect().Operand()))
	}
	if e.Kind() == ast.CallKind {
		_, ok := indexed(e.AsCall())
		return ok
	}
	return false
}

func givenList(e ast.Expr) bool {
	if e.Kind() != ast.ListKind {
		return given(e)
	}
	return !slices.ContainsFunc(e.AsList().Elements(), func(one ast.Expr) bool { return !given(one) })
}

func nameOf(e ast.Expr) string { return strings.TrimPrefix(e.AsIdent(), ".") }

// isFact reports whether a question says what has this name.
func isFact(name string) bool { return facts()[name] }

var facts = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, v := range environment().Variables() {
		all[v.Name()] = true
	}
	return all
})

// about reports whether the condition may be about what has a name, by what it asks: a
// text of its source is the name, or it finds names out and may hold for this one. One
// that denies may be about those for which it does not hold.
func (c *condition) about(what, name string, effect Effect) bool {
	n := &c.readings().nameReadings
	if !n.asks[what] {
		return false
	}
	return slices.Contains(n.texts, name) || n.freely[what] && (effect == Deny || c.saysOf(what, name) != no)
}

// saysOf is what the condition says where one of the things that it asks has a name, and
// nothing else is known.
func (c *condition) saysOf(what, name string) verdict {
	checked, err := check(c.source)
	if err != nil {
		return unknown
	}
	q := &Question{Org: name, Resource: Resource{ID: name}, Principal: Subject{ID: name}, Client: id.Client(name)}
	return supposition{checked.tree, what, newTrial(q, nil, 0)}.of(checked.tree.NativeRep().Expr())
}

// supposition is an expression of which a part is known.
type supposition struct {
	tree  *cel.Ast
	what  string
	trial *trial
}

// of joins what is known as CEL does: what nobody knows does not matter beside what
// settles it.
func (s supposition) of(e ast.Expr) verdict {
	if e.Kind() == ast.CallKind {
		args := e.AsCall().Args()
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd:
			return s.joined(args, no, yes)
		case operators.LogicalOr:
			return s.joined(args, yes, no)
		case operators.LogicalNot:
			return map[verdict]verdict{yes: no, no: yes}[s.of(args[0])]
		case operators.Conditional:
			switch s.of(args[0]) {
			case yes:
				return s.of(args[1])
			case no:
				return s.of(args[2])
			}
			return unknown
		}
	}
	if !s.knows(e) {
		return unknown
	}
	return s.said(e)
}

func (s supposition) joined(args []ast.Expr, settles, otherwise verdict) verdict {
	all := otherwise
	for _, arg := range args {
		switch v := s.of(arg); v {
		case settles:
			return settles
		case unknown:
			all = unknown
		}
	}
	return all
}

// knows reports whether an expression asks nothing but what is known.
func (s supposition) knows(e ast.Expr) bool {
	asked, ids, otherwise := 0, 0, false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if name, ok := attribute(e); ok && name == "id" {
			ids++
		}
		if e.Kind() != ast.IdentKind {
			return
		}
		switch name := nameOf(e); {
		case name == s.what:
			asked++
		case isFact(name):
			otherwise = true
		}
	}))
	return !otherwise && s.what != asksGroups && (s.what != asksThing || asked == ids)
}

func (s supposition) said(e ast.Expr) verdict {
	part := knownPart(s.tree, e)
	if part.op != isKnown {
		return unknown
	}
	value, err := s.trial.evaluate(part.program)
	if err != nil {
		return unknown
	}
	if holds, isBool := value.Value().(bool); isBool {
		return verdictOf(holds)
	}
	return unknown
}
