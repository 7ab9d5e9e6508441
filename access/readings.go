package access

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// readings is what a condition asks that is changed by something else than a grant.
type readings struct {
	groups bool // those of the principal

	clients   []string // that it compares the client with,
	anyClient bool     // or it may ask for one that it does not name

	nameReadings
}

// client reports whether the answer may be about the client with an id by its name.
func (r *readings) client(name string) bool { return r.anyClient || slices.Contains(r.clients, name) }

// readingsOf looks at a checked expression: there a name is what it stands for, however
// it was written.
func readingsOf(e ast.Expr) (r readings) {
	asked, compared := 0, 0
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			r.groups = r.groups || isIdent(e, "principal.groups")
			if isIdent(e, "client") {
				asked++
			}
		case ast.CallKind:
			if names, plain := comparedWith(e.AsCall()); plain {
				compared++
				r.clients = append(r.clients, names...)
			}
		}
	}))
	r.anyClient, r.nameReadings = asked > compared, nameReadingsOf(e)
	return r
}

func isIdent(e ast.Expr, name string) bool {
	return e.Kind() == ast.IdentKind && strings.TrimPrefix(e.AsIdent(), ".") == name
}

// comparedWith returns the texts of the source that the client is compared with.
func comparedWith(call ast.CallExpr) (names []string, plain bool) {
	args := call.Args()
	if len(args) != 2 {
		return nil, false
	}
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals:
		asked, with := args[0], args[1]
		if isIdent(with, "client") {
			asked, with = with, asked
		}
		return texts(asked, []ast.Expr{with})
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			return texts(args[0], args[1].AsList().Elements())
		}
	}
	return nil, false
}

func texts(asked ast.Expr, all []ast.Expr) (names []string, plain bool) {
	if !isIdent(asked, "client") {
		return nil, false
	}
	for _, one := range all {
		text, isText := literalText(one)
		if !isText {
			return nil, false
		}
		names = append(names, text)
	}
	return names, true
}
