package access

import (
	"encoding/json"
	"fmt"
	"slices"

	"cel.dev/cel-go/common/ast"
)

// otherTypes says which attributes were given as a text, and are compared with something
// else by conditions for want of which nobody can answer: a text is no number.
func (x explainer) otherTypes(e Explanation) (all []string) {
	if e.Missing != "" {
		return nil
	}
	for _, c := range e.Grants {
		if c.Verdict != NotKnown || c.Grant.Where.Place != Condition {
			continue
		}
		checked, err := check(c.Grant.Where.Expression)
		if err != nil {
			continue
		}
		ast.PreOrderVisit(checked.tree.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			if text := x.otherType(e); text != "" && len(all) < maxOtherTypes && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}))
	}
	return all
}

// maxOtherTypes bounds how many are told.
const maxOtherTypes = 3

// otherType says of a comparison of an attribute with a literal that the one is a text
// and the other one not, "" for everything else.
func (x explainer) otherType(e ast.Expr) string {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return ""
	}
	args := e.AsCall().Args()
	for i, arg := range args {
		name, is := attribute(arg)
		text, given := x.q.Resource.Attrs[name].(string)
		if with := args[1-i]; is && given && with.Kind() == ast.LiteralKind {
			if asked := typeOf(with.AsLiteral().Value()); asked != "" {
				said, _ := json.Marshal(text)
				if !json.Valid([]byte(text)) {
					text = "JSON"
				}
				return fmt.Sprintf("%s is the text %s, and the condition compares it with %s: say %s:=%s.", short(name), short(string(said)), asked, short(name), short(text))
			}
		}
	}
	return ""
}

// typeOf is what a literal is, if it is no text.
func typeOf(v any) string {
	switch v.(type) {
	case int64, uint64, float64:
		return "a number"
	case bool:
		return "yes or no"
	}
	return ""
}
