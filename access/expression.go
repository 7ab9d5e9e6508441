package access

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"gatehouse/fault"
)

// Bounds of an expression: of its source, before it is parsed, and of what one
// evaluation may cost, by CEL's own estimate (an equality is about 10, a walk
// over a list of 256 texts about 1,500). So no expression costs more than in
// proportion to what it is asked of: a walk within a walk is beyond the bound.
const (
	maxExpression = 2 << 10
	maxCost       = 5_000
	maxSize       = 256 // what the estimate takes for the length of texts, lists and maps
	maxPattern    = 250 // steps of a regular expression
	maxDepth      = 48  // brackets within brackets: to find the type of 200 takes a second
)

// now is the name of the clock, which no source can spell.
const now = "@now"

// CheckExpression reports whether text may be the expression of a grant: a CEL
// expression of at most 2 KiB that says yes or no and cannot cost much. What is
// wrong is answered with "grant.condition" (Invalid), with CEL's own words.
func CheckExpression(text string) error {
	e, err := check(text)
	if err != nil {
		return err
	}
	if _, err := e.program(); err != nil {
		return refuseExpression(err.Error())
	}
	return nil
}

// expression is a checked one.
type expression struct{ tree *cel.Ast }

func (e expression) program() (cel.Program, error) {
	return environment().Program(e.tree, cel.EvalOptions(cel.OptOptimize))
}

func check(text string) (expression, error) {
	if text == "" || len(text) > maxExpression {
		return expression{}, refuseExpression(fmt.Sprintf("an expression has at most %d bytes, and at least one", maxExpression))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return invisible(r) && r != '\t' && r != '\n' && r != '\r' }) {
		return expression{}, refuseExpression("it has characters that cannot be seen")
	}
	tree, issues := environment().Compile(text)
	if err := issues.Err(); err != nil {
		return expression{}, refuseExpression(err.Error())
	}
	if problem := saidProblem(tree); problem != "" {
		return expression{}, refuseExpression(problem)
	}
	if problem := callProblem(tree.NativeRep().Expr()); problem != "" {
		return expression{}, refuseExpression(problem)
	}
	estimate, err := environment().EstimateCost(tree, sizes{})
	if err != nil {
		return expression{}, refuseExpression(err.Error())
	}
	if estimate.Max > maxCost {
		return expression{}, refuseExpression(fmt.Sprintf("it may cost %d steps where %d are the bound: walk over fewer lists within lists", estimate.Max, maxCost))
	}
	return expression{tree}, nil
}

// saidProblem says what is wrong with what an expression says, "" for nothing. That of an
// attribute by itself is known when it is asked, and one that is neither yes nor no then is
// an unknown one.
func saidProblem(tree *cel.Ast) string {
	_, bare := attribute(tree.NativeRep().Expr())
	switch said := tree.OutputType(); {
	case said == cel.BoolType || bare:
		return ""
	case said == cel.DynType:
		return "whether it says yes or no (a bool) cannot be told: compare it with true, as in resource.paid == true"
	default:
		return fmt.Sprintf("it says %s where yes or no (a bool) is asked for", said)
	}
}

func refuseExpression(problem string) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "grant.condition", Detail: "The condition cannot be used.",
		Fields: []fault.Field{{Name: "where", Problem: problem}},
	}
}

// callable are the functions and operators of an expression: those of which CEL
// knows what they cost and how long what they return is. format and strings.quote
// are not among them: ten nested ones make ten thousand million letters out of one.
var callable = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`
!_ -_ _!=_ _%_ _&&_ _*_ _+_ _-_ _/_ _<=_ _<_ _==_ _>=_ _>_ _?_:_ _[_] _||_ @in @not_strictly_false @localHour @localWeekday
bool bytes double duration dyn int string timestamp type uint
charAt contains endsWith indexOf join lastIndexOf lowerAscii matches replace reverse size split startsWith substring trim upperAscii
getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds
cidr containsCIDR containsIP family ip ip.isCanonical isCIDR isGlobalUnicast isIP isLinkLocalMulticast isLinkLocalUnicast
isLoopback isMask isUnspecified masked prefixLength`) {
		callable[name] = true
	}
}

// callProblem says what is wrong with the calls of an expression, "" for nothing.
func callProblem(e ast.Expr) (problem string) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if problem != "" || e.Kind() != ast.CallKind {
			return
		}
		switch call := e.AsCall(); {
		case !callable[call.FunctionName()]:
			problem = call.FunctionName() + "() cannot be used in a condition"
		case call.FunctionName() == "matches":
			problem = patternProblem(call.Args()[len(call.Args())-1])
		}
	}))
	return problem
}

// patternProblem says what is wrong with a regular expression. CEL's estimate goes by
// its length, which says little: the ten characters of (a{1,99})* are hundreds of
// steps, each of which may be looked at for every character of a text.
func patternProblem(e ast.Expr) string {
	pattern, isText := literalText(e)
	if !isText {
		return "the pattern of matches() must be a text in the expression itself"
	}
	n, err := steps(pattern)
	if err != nil {
		return err.Error()
	}
	if n > maxPattern {
		return fmt.Sprintf("the pattern %s has %d steps where %d are the bound: repeat less in it", short(pattern), n, maxPattern)
	}
	return ""
}

// steps is how many a regular expression has.
func steps(pattern string) (int, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

// sizes are the lengths that the estimate takes for what is not in the source.
type sizes struct{}

// EstimateSize implements cost.Estimator.
func (sizes) EstimateSize(cost.AstNode) *cost.SizeEstimate { return &cost.SizeEstimate{Max: maxSize} }

// EstimateCallCost implements cost.Estimator. A pattern costs what it takes when it is
// asked (toll), and not what its length says: five letters of it may be hundreds of steps.
func (sizes) EstimateCallCost(function, _ string, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	if function != "matches" || len(args) == 0 {
		return nil
	}
	text := args[0]
	if target != nil {
		text = *target
	}
	length := uint64(maxSize)
	if size := text.ComputedSize(); size != nil {
		length = size.Max
	}
	n := uint64(maxPattern)
	if pattern, ok := literalText(args[len(args)-1].Expr()); ok {
		if counted, err := steps(pattern); err == nil {
			n = min(n, uint64(counted))
		}
	}
	if length > maxCost*lettersOfStep { // nothing that long may be asked, and no product overflows
		length = maxCost * lettersOfStep
	}
	return cost.NewCallEstimate(cost.Estimate{Min: 1, Max: 1 + length*n/lettersOfStep}, nil)
}

// environment is what expressions know.
var environment = sync.OnceValue(func() *cel.Env {
	env, err := cel.NewEnv(
		cel.ParserRecursionLimit(maxDepth),
		cel.Variable("principal.id", cel.StringType),
		cel.Variable("principal.kind", cel.StringType),
		cel.Variable("principal.groups", cel.ListType(cel.StringType)),
		cel.Variable("session.acr", cel.StringType),
		cel.Variable("client", cel.StringType),
		cel.Variable("org", cel.StringType),
		cel.Variable("resource", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("request.method", cel.StringType),
		cel.Variable("request.path", cel.StringType),
		cel.Variable("request.ip", cel.StringType),
		cel.Variable(now, cel.TimestampType),
		ext.Strings(), ext.Network(),
		local("localHour", time.Time.Hour),
		local("localWeekday", func(t time.Time) int { return int(t.Weekday()) }),
	)
	if err != nil {
		panic("access: the CEL environment is wrong: " + err.Error()) // it is made of constants
	}
	return env
})

// local declares a function of a time zone: what part of the clock shows there.
// The zone must be a text in the source, so that it is looked up when the
// expression is written, not at every decision.
func local(name string, part func(time.Time) int) cel.EnvOption {
	inner := "@" + name
	return cel.Lib(library{
		cel.Macros(cel.GlobalMacro(name, 1, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
			zone, isText := literalText(args[0])
			if !isText {
				return nil, f.NewError(args[0].ID(), name+` wants the name of a time zone, such as "Europe/Berlin"`)
			}
			if _, err := loadZone(zone); err != nil {
				return nil, f.NewError(args[0].ID(), "no time zone has the name "+short(zone))
			}
			return f.NewCall(inner, f.NewIdent(now), args[0]), nil
		})),
		cel.Function(inner, cel.Overload(inner, []*cel.Type{cel.TimestampType, cel.StringType}, cel.IntType,
			cel.BinaryBinding(func(at, zone ref.Val) ref.Val {
				loc, err := loadZone(string(zone.(types.String)))
				if err != nil {
					return types.WrapErr(err)
				}
				return types.Int(part(at.(types.Timestamp).In(loc)))
			}))),
	})
}

type library []cel.EnvOption

// CompileOptions implements cel.Library.
func (l library) CompileOptions() []cel.EnvOption { return l }

// ProgramOptions implements cel.Library.
func (library) ProgramOptions() []cel.ProgramOption { return nil }

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().Value().(string)
	return text, ok
}

// zones remembers those that expressions name: loading one reads a file.
var zones sync.Map // name → *time.Location

func loadZone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if strings.EqualFold(name, "local") || name == "" {
		return nil, fmt.Errorf("%q is no time zone: a replica's own would differ from another's", name)
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err
}
