package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/ui/words"
	"gatehouse/ui/words/wordstest"
)

// own are the faults about which a page knows more than the house.
var own = []string{"flow.gone", "flow.expired", "flow.browser", "setup.link"}

// The house says no in English, for logs and programs; the catalogue says it
// again for people. A fault with several sentences has none in the catalogue,
// where one would hide the others.
func TestEnglishSaysWhatTheHouseSays(t *testing.T) {
	t.Parallel()
	house := sentences(t)
	for code, said := range wordstest.English().Faults {
		if slices.Contains(own, code) || said.Detail == "" {
			continue
		}
		if got := house[code]; !slices.Equal(got, []string{said.Detail}) {
			t.Errorf("%s: the catalogue says %q, the house %q; what has several sentences is left to the house", code, said.Detail, got)
		}
	}
}

// forPrograms are codes of the packages below that nobody reads on a page.
var forPrograms = []string{
	"answer.too_large", "audit.size", "caller.personal", "filter.untranslatable", "request.body", "request.if_match", "request.query", "servicekey.bad",
	"client.attempts", "client.changed", "client.invalid", "client.just_deleted", "client.no_secret", "userinfo.flood",
	"filter.too_large", "gate.cors", "gate.credential", "gate.edge", "gate.edge_header", "gate.frame",
	"gate.mcp", "gate.message_rate", "gate.mcp_headers", "gate.mcp_json", "gate.mcp_method", "gate.mcp_tool", "gate.origin",
	"gate.route_changed", "gate.routes", "gate.stream_idle", "gate.stream_lifetime", "gate.streams", "gate.tests",
	"gate.ticket", "gate.tickets", "gate.upgrade", "gate.upstream_upgrade", "role.not_found", "tls.load",
}

// forSockets are sentences of codes that people meet, which only a program hears.
var forSockets = []string{
	"A message is larger than the route takes.", "This route takes no WebSockets.", "There is more than one ticket.",
	"There is a ticket beside another credential.",
}

// forPeople are the packages whose refusals people read.
var forPeople = []string{"access", "admin", "audit", "caller", "flow", "gate", "identity", "identity/password", "keys", "provider", "proxy", "saved", "session", "ui", "web"}

// A sentence that no catalogue has is English on a page of any language.
func TestCataloguesHaveWhateverPeopleAreTold(t *testing.T) {
	t.Parallel()
	say := wordstest.Pseudo()
	found := 0
	for code, all := range sentences(t, forPeople...) {
		if slices.Contains(forPrograms, code) || code == "internal" {
			continue
		}
		for _, spoken := range all {
			found++
			spoken = strings.ReplaceAll(spoken, "{}", "7")
			if said := say.Detail(code, spoken); said == spoken && !slices.Contains(forSockets, spoken) {
				t.Errorf("%s: no catalogue has %q; add it to englishSentences and the other languages, or the code to forPrograms", code, spoken)
			}
		}
	}
	for _, problem := range problems(t) {
		found++
		if spoken := strings.ReplaceAll(problem, "{}", "7"); say.Say(spoken) == spoken {
			t.Errorf("no catalogue has the problem %q", problem)
		}
	}
	if found < 100 {
		t.Errorf("found %d sentences only", found)
	}
}

// What the permissions of Gatehouse itself are for, and what is wrong with a value of a setting, are of
// the house, too.
func TestCataloguesHaveWhatIsSaidOfPermissionsAndSettings(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "de")
	builtIn := access.BuiltIn{}.API()
	for _, p := range builtIn.Permissions {
		if said := say.Say(p.Description); said == p.Description {
			t.Errorf("no German catalogue has %q", said)
		}
	}
	for setting, value := range map[string]string{
		"session.idle": "1s", "session.absolute": "1h", "signin.mfa": "some", "signin.interaction_ttl": "1s", "signin.fresh": "1s",
		"signin.help_text": strings.Repeat("a", 1001), "signin.help_url": "http://example.com", "passwords.min_length": "1",
		"tokens.access_token_ttl": "1s", "tokens.id_token_ttl": "1s", "tokens.refresh_idle": "1s", "tokens.refresh_absolute": "1h",
		"audit.retention": "1d", "brand.name": "a:b", "brand.accent": "red",
	} {
		c := config.Default()
		problem := c.Refusals([]config.Stored{{Key: setting, Value: value}}, setting)
		if said := say.Say(problem); said == problem {
			t.Errorf("%s: no German catalogue has %q", setting, problem)
		}
	}
}

// A sentence that the house says in other words is never found.
func TestEnglishSentencesAreThoseOfTheHouse(t *testing.T) {
	t.Parallel()
	all := map[string]bool{}
	inspect(t, func(_ string, n ast.Node) {
		if e, ok := n.(ast.Expr); ok {
			if s := text(e); s != "" {
				all[verb.ReplaceAllString(s, "{}")] = true
			}
		}
	})
	for pattern := range wordstest.English().Sentences {
		spoken := gap.ReplaceAllString(string(pattern), "{}")
		if !all[spoken] && !strings.HasPrefix(spoken, "There is no such ") { // fault.Missing
			t.Errorf("nobody says %q", pattern)
		}
	}
}

func TestTheHouseIsSaidInTheWordsOfTheReader(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "de")
	for spoken, want := range map[string]string{
		"A code has six digits.":                          "Ein Code hat sechs Ziffern.",
		"has 5 characters; at least 12 are needed":        "hat 5\u00a0Zeichen; es braucht mindestens 12",
		"is longer than 1024 bytes":                       "ist länger als 1024\u00a0Bytes",
		"spec.age must be a whole number":                 "spec.age muss eine ganze Zahl sein",
		`the key "colour" is none; did you mean color?`:   `den Schlüssel "colour" gibt es nicht; meinten Sie color?`,
		"There is more than one Host header.":             "Es gibt mehr als einen Header Host.",
		"The path is not in its one spelling, /a, b/.":    "Der Pfad hat nicht seine eine Schreibweise, /a, b/.",
		"The application named {app} twice.":              "Die Anwendung hat {app} zweimal genannt.",
		"Something that nobody says has 5 of 12 letters.": "Something that nobody says has 5 of 12 letters.",
		"": "",
		"Lift the lock on the role boss, and at the same time the lock on the session ses_a.": "Heben Sie die Sperre der Rolle boss und zugleich die Sperre der Sitzung ses_a auf.",
		"Sign in again: with a second step (aal2), at most 5m ago.":                           "Es braucht eine neue Anmeldung: mit zweitem Faktor (aal2), vor höchstens 5m.",
		"This key was over at 2026-03-01T12:04:05Z.":                                          "Dieser Schlüssel war am 1.\u00a0März 2026, 12:04:05\u00a0Uhr (UTC) zu Ende.",
		"The grant gra_a ended at 2026-03-01T12:04:05Z; it takes a new one.":                  "Die Zuweisung gra_a endete am 1.\u00a0März 2026, 12:04:05\u00a0Uhr (UTC); es braucht eine neue.",
		"the address or the user agent was changed":                                           "Adresse oder Browserkennung wurde verändert.",
		"Please choose another password: this one is longer than 1024 bytes.":                 "Bitte wählen Sie ein anderes Passwort: Dieses ist länger als 1024\u00a0Bytes.",
	} {
		if got := say.Say(spoken); got != want {
			t.Errorf("%q: %q, want %q", spoken, got, want)
		}
	}
}

var gap = regexp.MustCompile(`\{\w+\}`)

// sentences returns what the packages of Gatehouse, those below all that are named, say for
// each code: in calls of fault.New, fault.Wrap and the functions in telling, and in
// literals with Code and Detail. A value in one is "{}".
func sentences(t *testing.T, below ...string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	inspect(t, func(pkg string, n ast.Node) {
		if below != nil && !slices.ContainsFunc(below, func(b string) bool { return pkg == b || strings.HasPrefix(pkg, b+"/") }) {
			return
		}
		add := func(c, d string) {
			if c != "" && strings.Trim(d, "{}") != "" && !slices.Contains(all[c], d) {
				all[c] = append(all[c], d)
			}
		}
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) >= 3 && (f.Sel.Name == "New" || f.Sel.Name == "Wrap") {
				add(code(n.Args[len(n.Args)-2]), text(n.Args[len(n.Args)-1]))
			}
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) == 2 && f.Sel.Name == "err" { // problems of several fields
				add(code(n.Args[0]), text(n.Args[1]))
			}
			if f, ok := n.Fun.(*ast.Ident); ok && telling[f.Name] != "" && len(n.Args) == 1 {
				add(telling[f.Name], text(n.Args[0]))
			}
		case *ast.CompositeLit:
			if fields := keyed(n); fields["Code"] != nil && fields["Detail"] != nil {
				add(code(fields["Code"]), text(fields["Detail"]))
			}
		}
	})
	return all
}

// telling are functions that make a fault of a sentence, with its code.
var telling = map[string]string{"badPath": "gate.path", "badQuery": "gate.query", "badHost": "gate.host"}

// constants are codes that have a name; that of any other is the code of nothing.
var constants = map[string]string{
	"CodePath": "gate.path", "CodeQuery": "gate.query", "CodeHost": "gate.host", "CodeRoute": "gate.no_route", "CodeMethod": "gate.method",
	"CodeGateCode": "gate.code", "CodeInFiles": "gate.routes_in_files", "codeNotFound": "gate.not_found",
}

// complaining are functions that say what is wrong with a field, with where they say it.
var complaining = map[string]int{"add": 1, "invalid": 1, "Wrong": 1}

// complaint is what a call says is wrong with a field, "" for none.
func complaint(call *ast.CallExpr) string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	at, is := complaining[name]
	if !is || len(call.Args) <= at {
		return ""
	}
	said := verb.ReplaceAllString(text(call.Args[at]), "{}")
	if strings.Trim(said, "{}") == "" || !strings.Contains(said, " ") {
		return ""
	}
	return said
}

// problems returns what identity, access and the admin API find wrong with what people type
// into our forms, and what the console does by itself.
func problems(t *testing.T) (all []string) {
	t.Helper()
	add := func(said string) {
		if !strings.Contains(said, "passwords.") { // of settings
			all = append(all, said)
		}
	}
	inspect(t, func(pkg string, n ast.Node) {
		steers := pkg == "access" || pkg == "admin" || strings.HasPrefix(pkg, "ui/console") && pkg != "ui/console/part/parttest"
		if call, ok := n.(*ast.CallExpr); ok && steers {
			if said := complaint(call); said != "" {
				add(said)
			}
		}
		if lit, ok := n.(*ast.CompositeLit); ok && steers {
			if problem := keyed(lit)["Problem"]; problem != nil && strings.Contains(text(problem), " ") {
				add(text(problem))
			}
		}
		if pkg != "identity" && pkg != "identity/password" {
			return
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			if slices.Contains([]string{"Problem", "emailProblem", "textProblem"}, n.Name.Name) {
				for _, said := range returned(n) {
					add(said)
				}
			}
		case *ast.CompositeLit:
			said := ""
			if problem := keyed(n)["Problem"]; problem != nil && pkg == "identity" {
				said = text(problem)
			}
			if said != "" && said != "{}" && !strings.HasPrefix(said, "must be ") { // of settings
				add(said)
			}
		}
	})
	return all
}

// returned are the texts that f returns.
func returned(f *ast.FuncDecl) (all []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 && text(r.Results[0]) != "" {
			all = append(all, text(r.Results[0]))
		}
		return true
	})
	return all
}

// inspect calls f with every node of the packages of Gatehouse but this one, each with the path of its package.
func inspect(t *testing.T, f func(pkg string, n ast.Node)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "third_party" || d.Name() == "words" || d.Name() == "viewtest") {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), "../../"))
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				f(pkg, n)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func keyed(lit *ast.CompositeLit) map[string]ast.Expr {
	all := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := pair.Key.(*ast.Ident); ok {
				all[name.Name] = pair.Value
			}
		}
	}
	return all
}

// code returns the code that e is, "" for one that is not written there.
func code(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return constants[e.Name]
	case *ast.SelectorExpr:
		return constants[e.Sel.Name]
	}
	return strings.Trim(text(e), "{}")
}

var verb = regexp.MustCompile(`%[a-z]`)

// text returns the text that e is, with "{}" for what is not written there; "" where
// nothing is.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, _ := strconv.Unquote(e.Value) // the file was parsed
			return s
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return text(e.X) + text(e.Y)
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return verb.ReplaceAllString(text(e.Args[0]), "{}")
		}
		return "{}"
	case *ast.Ident, *ast.SelectorExpr:
		return "{}"
	}
	return ""
}

// What readiness says is wrong stands on the console's page about health.
func TestCataloguesHaveWhateverReadinessSaysIsWrong(t *testing.T) {
	t.Parallel()
	say, found := wordstest.Pseudo(), 0
	inspect(t, func(pkg string, n ast.Node) {
		set, ok := n.(*ast.AssignStmt)
		if pkg != "server" || !ok || len(set.Lhs) != 1 {
			return
		}
		at, ok := set.Lhs[0].(*ast.IndexExpr)
		if !ok {
			return
		}
		into, ok := at.X.(*ast.Ident)
		said := text(set.Rhs[0])
		if !ok || into.Name != "checks" && into.Name != "doubts" || strings.Trim(said, "{}") == "" {
			return
		}
		found++
		if spoken := strings.ReplaceAll(said, "{}", "7"); say.Say(spoken) == spoken {
			t.Errorf("no catalogue has %q", spoken)
		}
	})
	if found < 10 {
		t.Errorf("found %d sentences only", found)
	}
}

// What a verification of the audit log finds, what it cannot prove, and what would change a decision
// of access stand on pages of the console.
func TestCataloguesHaveWhateverAVerdictSays(t *testing.T) {
	t.Parallel()
	say, found := wordstest.Pseudo(), 0
	inspect(t, func(pkg string, n ast.Node) {
		for _, said := range verdicts(pkg, n) {
			if said = strings.ReplaceAll(said, "{}", "7"); said == "7" {
				continue
			}
			found++
			if say.Say(said) == said {
				t.Errorf("no catalogue has %q", said)
			}
		}
	})
	if found < 35 {
		t.Errorf("found %d sentences only", found)
	}
}

// verdicts are the sentences that a node of the source gives to a verdict.
func verdicts(pkg string, n ast.Node) (said []string) {
	if list, ok := n.(*ast.CompositeLit); ok && pkg == "access" {
		for _, one := range list.Elts {
			if text := verb.ReplaceAllString(text(one), "{}"); strings.HasSuffix(text, ".") && strings.Contains(text, " ") {
				said = append(said, text)
			}
		}
		return said
	}
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		if pkg == "audit" && f.Sel.Name == "find" && len(call.Args) > 2 {
			return []string{verb.ReplaceAllString(text(call.Args[2]), "{}")}
		}
	case *ast.Ident:
		if f.Name != "append" || len(call.Args) != 2 {
			return nil
		}
		one := verb.ReplaceAllString(text(call.Args[1]), "{}")
		to, ok := call.Args[0].(*ast.SelectorExpr)
		if pkg == "wire" && ok && to.Sel.Name == "NotProved" || pkg == "access" && strings.HasSuffix(one, ".") && strings.Contains(one, " ") {
			return []string{one}
		}
	}
	return nil
}
