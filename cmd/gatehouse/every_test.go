package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// leaves returns every command that does something.
func leaves(c *cobra.Command) []*cobra.Command {
	if !c.HasSubCommands() {
		return []*cobra.Command{c}
	}
	var all []*cobra.Command
	for _, s := range c.Commands() {
		all = append(all, leaves(s)...)
	}
	return all
}

// name is a command as it is typed.
func name(c *cobra.Command) string { return strings.TrimPrefix(c.CommandPath(), "gatehouse ") }

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	for _, c := range leaves((&app{}).root()) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || strings.Contains(c.Short, "\n") {
			t.Errorf("%s: its purpose is %q, want one line without a full stop", name(c), c.Short)
		}
		if len(c.Long) <= len(c.Short) {
			t.Errorf("%s has no long help", name(c))
		}
		if !strings.HasPrefix(c.Example, "  "+c.CommandPath()) {
			t.Errorf("%s has no example", name(c))
		}
		for line := range strings.SplitSeq(c.Long, "\n") {
			if n := len([]rune(line)); n > 84 {
				t.Errorf("%s: a line of its help has %d characters", name(c), n)
			}
		}
	}
}

// A group says what the things are that it is about.
func TestEveryGroupExplainsItsThings(t *testing.T) {
	t.Parallel()
	root := (&app{}).root()
	for _, c := range append(root.Commands(), root) {
		if c.HasSubCommands() && (len(c.Long) < 2*len(c.Short) || !strings.HasPrefix(c.Example, "  "+c.CommandPath())) {
			t.Errorf("%s does not say what it is about, or gives no example", name(c))
		}
	}
}

func TestEveryFlagIsDescribed(t *testing.T) {
	t.Parallel()
	for _, c := range leaves((&app{}).root()) {
		for line := range strings.SplitSeq(c.LocalFlags().FlagUsages()+c.InheritedFlags().FlagUsages(), "\n") {
			if fields := strings.Fields(line); len(fields) > 0 && strings.HasPrefix(fields[0], "-") && len(fields) < 4 {
				t.Errorf("%s: the flag %q is not described", name(c), strings.TrimSpace(line))
			}
		}
	}
}

// The examples are what people copy first: the command line takes each of them.
func TestEveryExampleIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, c := range leaves((&app{}).root()) {
		for line := range strings.SplitSeq(strings.ReplaceAll(c.Example, "\\\n", " "), "\n") {
			line, _, _ = strings.Cut(line, " < ")
			args := typed(strings.TrimSpace(line))
			if len(args) == 0 || args[0] != "gatehouse" {
				t.Errorf("%s: the example %q is no command line", name(c), line)
				continue
			}
			found, rest, err := (&app{}).root().Find(args[1:])
			if err == nil {
				err = found.ParseFlags(rest)
			}
			if err == nil {
				err = found.ValidateArgs(found.Flags().Args())
			}
			if err == nil {
				err = found.ValidateFlagGroups()
			}
			if err != nil || found.CommandPath() != c.CommandPath() {
				t.Errorf("%s: the example %q is %s: %v", name(c), line, found.CommandPath(), err)
			}
		}
	}
}

// typed splits a line as a shell does, as far as the examples need it.
func typed(line string) []string {
	var args []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			args[len(args)-1] += part
			continue
		}
		args = append(args, strings.Fields(part)...)
		if part != "" && strings.HasSuffix(part, " ") && i < strings.Count(line, `"`) {
			args = append(args, "")
		}
	}
	return args
}

// named are the commands that are about one thing, with what such a thing is
// called, a name that nobody has, and what else they need.
var named = []struct{ command, thing, nobody, more string }{
	{"user show", "user", "usr_nobody", ""},
	{"user access", "user", "nobody@example.test", ""},
	{"user groups", "user", "nobody@example.test", ""},
	{"role holders", "role", "nobody", ""},
	{"route delete", "gate", "nobody", "--yes"},
	{"upstream delete", "gate", "nobody", "--yes"},
	{"edge delete", "gate", "nobody", "--yes"},
	{"user update", "user", "usr_nobody", "--name X"},
	{"user delete", "user", "nobody@example.test", "--yes"},
	{"user disable", "user", "nobody@example.test", ""},
	{"user enable", "user", "usr_nobody", ""},
	{"user set-password", "user", "usr_nobody", "--password-file -"},
	{"user reset-factor", "user", "usr_nobody", "--yes"},
	{"user link", "user", "usr_nobody", ""},
	{"audit erase", "user", "usr_nobody", "--yes"},
	{"client show", "client", "nobody", ""},
	{"client update", "client", "cli_nobody", "--name X"},
	{"client disable", "client", "nobody", ""},
	{"client revoke-tokens", "client", "nobody", "--yes"},
	{"client enable", "client", "nobody", ""},
	{"client delete", "client", "nobody", "--yes"},
	{"client rotate-secret", "client", "nobody", ""},
	{"api show", "api", "nobody", ""},
	{"api update", "api", "nobody", "--audience https://nobody.example.test"},
	{"api delete", "api", "nobody", "--yes"},
	{"role show", "role", "nobody", ""},
	{"role update", "role", "nobody", "--max-grant 8h"},
	{"role delete", "role", "nobody", "--yes"},
	{"scope show", "scope", "nobody", ""},
	{"scope update", "scope", "nobody", "--description x"},
	{"scope delete", "scope", "nobody", "--yes"},
	{"group show", "group", "nobody", ""},
	{"group update", "group", "nobody", "--description x"},
	{"group members", "group", "nobody", ""},
	{"group delete", "group", "nobody", "--yes"},
	{"group add", "group", "nobody", "--group nobody"},
	{"group remove", "group", "nobody", "--group nobody"},
	{"org show", "org", "nobody", ""},
	{"org update", "org", "nobody", "--description x"},
	{"org members", "org", "nobody", ""},
	{"org delete", "org", "nobody", "--yes"},
	{"org add", "group", "nobody", "--group nobody"},
	{"org remove", "group", "nobody", "--group nobody"},
	{"service show", "service", "nobody", ""},
	{"service update", "service", "nobody", "--description x"},
	{"service disable", "service", "nobody", ""},
	{"service enable", "service", "nobody", ""},
	{"service delete", "service", "nobody", "--yes"},
	{"service key create", "service", "nobody", "--name laptop"},
	{"service key list", "service", "nobody", ""},
	{"service key revoke", "servicekey", "key_nobody", ""},
	{"grant show", "grant", "gra_nobody", ""},
	{"grant extend", "grant", "gra_nobody", "--for 1h"},
	{"grant revoke", "grant", "gra_nobody", "--reason over"},
	{"keys revoke", "key", "nobody", "--yes"},
	{"session revoke", "session", "ses_nobody", ""},
}

// Whatever is looked for and is not there is answered alike: one sentence with the
// name that was typed, another with what lists those there are, exit code 1, and JSON for
// who asked for it.
func TestUnknownNamesAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	for _, c := range append(named, []struct{ command, thing, nobody, more string }{
		{"session list --user", "user", "nobody@example.test", ""},
		{"session revoke --user", "user", "nobody@example.test", ""},
		{"grant list --user", "user", "nobody@example.test", ""},
		{"grant list --client", "client", "nobody", ""},
		{"grant create --user", "user", "nobody@example.test", "--permission shop/orders:read --reason x"},
		{"grant create --client", "client", "nobody", "--permission shop/orders:read --reason x"},
		{"grant create --group", "group", "nobody", "--permission shop/orders:read --reason x"},
		{"grant create --service", "service", "nobody", "--permission shop/orders:read --reason x"},
		{"grant create --everyone-in", "org", "nobody", "--permission shop/orders:read --reason x"},
		{"grant list --service", "service", "nobody", ""},
		{"explain --as-service", "service", "nobody", "--do shop/orders:read"},
		{"lock create --user", "user", "nobody@example.test", "--reason x"},
		{"lock create --service", "service", "nobody", "--reason x"},
		{"lock create --client", "client", "nobody", "--reason x"},
		{"lock create --session", "session", "ses_nobody", "--reason x"},
		{"lock lift --session", "lock", "ses_nobody", ""},
		{"lock create --role", "role", "nobody", "--reason x"},
		{"lock create --grant", "grant", "gra_nobody", "--reason x"},
		{"lock lift --role", "lock", "nobody", ""},
		{"lock lift --grant", "lock", "gra_nobody", ""},
		{"grant list --group", "group", "nobody", ""},
		{"grant list --role", "role", "nobody", ""},
		{"grant list --org", "org", "nobody", ""},
		{"explain --as", "user", "nobody@example.test", "--do shop/orders:read"},
		{"explain --as-client", "client", "nobody", "--do shop/orders:read"},
		{"permission list --api", "api", "nobody", ""},
		{"audit list --client", "client", "nobody", ""},
		{"audit list --target", "user", "nobody@example.test", ""},
		{"audit list --actor", "user", "nobody@example.test", ""},
	}...) {
		line := strings.Fields(c.command + " " + c.nobody + " " + c.more)
		code, stdout, stderr := b.try(line...)
		if code != exitFailed || stdout != "" || !strings.HasPrefix(stderr, "gatehouse: There is no such ") ||
			!strings.Contains(stderr, fmt.Sprintf(": %q. ", c.nobody)) || !strings.HasSuffix(stderr, " lists those there are.\n") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("gatehouse %s: exit %d, %q %q", strings.Join(line, " "), code, stdout, stderr)
		}
		code, stdout, stderr = b.try(append(line, "--json")...)
		var answer struct{ Error problem }
		if err := json.Unmarshal([]byte(stderr), &answer); err != nil || code != exitFailed || stdout != "" || answer.Error.Code != c.thing+".not_found" || !strings.HasPrefix(answer.Error.Hint, nouns[c.thing].list) {
			t.Errorf("gatehouse %s --json: exit %d, %q %q: %v", strings.Join(line, " "), code, stdout, stderr, err)
		}
	}
}

// A name with a slip in it is answered with the one that was meant, whatever it is the
// name of, as an argument, a flag, or one of several.
func TestANameWithASlipIsAnsweredWithTheOneThatWasMeant(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	for _, line := range []string{
		"api create --id shop --audience https://shop.example.test --permission orders:read --permission orders:write",
		"role create --id support --permission shop/orders:read", "scope create --name orders.read --permission shop/orders:read",
		"group create --id desk", "org create --id acme", "service create --id nightly",
		"user create --email ada@example.test --no-password",
		"client create --id web --name Web --redirect-uri https://app.example.test/cb",
	} {
		if code, _, stderr := b.try(strings.Fields(line)...); code != exitDone {
			t.Fatalf("gatehouse %s: %s", line, stderr)
		}
	}
	for line, want := range map[string]string{
		"api show shpo":                                      "shop",
		"role show suport":                                   "support",
		"role show auditr":                                   "auditor",
		"scope show orders.raed":                             "orders.read",
		"group show dsek":                                    "desk",
		"org show acne":                                      "acme",
		"service show nightlie":                              "nightly",
		"client show wbe":                                    "web",
		"user show ada@exampel.test":                         "ada@example.test",
		"user show adda@example.test":                        "ada@example.test",
		"user show ada":                                      "ada@example.test",
		"who-can shop/orders:reed":                           "shop/orders:read",
		"who-can orders:write":                               "shop/orders:write",
		"permission list --api sho":                          "shop",
		"audit list --client wep":                            "web",
		"explain --as ada@example.test --do shop/order:read": "shop/orders:read",
		"explain --as ada@example.test --do shop/orders:read --org acne":           "acme",
		"explain --as-service nigthly --do shop/orders:read":                       "nightly",
		"grant create --user ada@example.test --role supprt --reason x":            "support",
		"grant create --user ada@example.test --role administrater --reason x":     "administrator",
		"grant create --group dsk --role support --reason x":                       "desk",
		"grant create --user ada@example.test --role support --org acm --reason x": "acme",
		"lock create --role suppport --reason x":                                   "support",
		"role create --id x --parent supprot":                                      "support",
		"role create --id x --permission shop/orders:raed":                         "shop/orders:read",
		"role update support --add-permission shop/orders:writ":                    "shop/orders:write",
		"scope create --name x --permission shop/orders:reda":                      "shop/orders:read",
		"api update shop --server weeb":                                            "web",
		"client update web --require-role suport":                                  "support",
		"client update web --add-require-group deks":                               "desk",
		"service create --id other --role suport":                                  "support",
	} {
		code, _, stderr := b.try(strings.Fields(line)...)
		if code != exitFailed || !strings.Contains(stderr, fmt.Sprintf("Did you mean %q? \"gatehouse ", want)) {
			t.Errorf("gatehouse %s: exit %d, %s; want %q", line, code, stderr, want)
		}
	}
}

// What cannot be there twice is refused with whose it is.
func TestWhatIsTakenIsToldWithWhoseItIs(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	lines := map[string]string{
		"api create --id shop --audience https://shop.example.test --permission a:b":   `an API "shop"`,
		"role create --id support --permission shop/a:b":                               `a role "support"`,
		"scope create --name orders --permission shop/a:b":                             `a bound scope "orders"`,
		"group create --id desk":                                                       `a group "desk"`,
		"org create --id acme":                                                         `an organisation "acme"`,
		"service create --id nightly":                                                  `a service account "nightly"`,
		"client create --id web --name Web --redirect-uri https://app.example.test/cb": `an application "web"`,
		"user create --email ada@example.test --no-password":                           `It is usr_`,
	}
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		if code, _, stderr := b.try(strings.Fields(line)...); code != exitDone {
			t.Fatalf("gatehouse %s: %s", line, stderr)
		}
	}
	for _, more := range []struct{ line, says string }{
		{"api create --id again --audience https://shop.example.test --permission a:b", `is that of the API "shop"`},
		{"service create --id web", `an application "web"`},
		{"client create --id nightly --name X --redirect-uri https://app.example.test/cb", `a service account "nightly"`},
	} {
		lines[more.line] = more.says
	}
	if code, _, stderr := b.try("api", "create", "--id", "other", "--audience", "https://other.example.test", "--permission", "a:b"); code != exitDone {
		t.Fatal(stderr)
	}
	lines["api update other --audience https://shop.example.test"] = `is that of the API "shop"`
	for line, says := range lines {
		code, _, stderr := b.try(strings.Fields(line)...)
		if code != exitFailed || !strings.Contains(stderr, says) {
			t.Errorf("gatehouse %s: exit %d, %s; want %s", line, code, stderr, says)
		}
	}
}

// Flags that exclude one another are refused in our words, by every command that has
// such.
func TestFlagsThatExcludeOneAnotherAreNamed(t *testing.T) {
	t.Parallel()
	groups := 0
	for _, c := range leaves((&app{}).root()) {
		seen := map[string]bool{}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, group := range f.Annotations[annotation] {
				names := strings.Fields(group)
				if seen[group] {
					continue
				}
				seen[group] = true
				groups++
				line := strings.Fields(name(c))
				for range 2 {
					if c.ValidateArgs(line[len(strings.Fields(name(c))):]) == nil {
						break
					}
					line = append(line, "x")
				}
				for _, n := range names[:2] {
					line = append(line, "--"+n+"="+valueFor(c.Flags().Lookup(n)))
				}
				var stdout, stderr bytes.Buffer
				code := run(t.Context(), line, []string{"GATEHOUSE_DATA_DIR=/nowhere/at/all"}, strings.NewReader(""), &stdout, &stderr)
				want := fmt.Sprintf("gatehouse: --%s and --%s exclude one another: give one of them", names[0], names[1])
				if code != exitUsage || !strings.HasPrefix(stderr.String(), want) {
					t.Errorf("gatehouse %s: exit %d, %s; want %s", strings.Join(line, " "), code, &stderr, want)
				}
			}
		})
	}
	if groups < 20 {
		t.Errorf("only %d groups of flags were found: this test looks for them in the wrong way", groups)
	}
}

func valueFor(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true"
	case "duration":
		return "1h"
	}
	return "x"
}

// A field that a service complains about is told as the flag that was typed: of a list
// that has --add- and --remove- that one, in every command that has them.
func TestAProblemIsToldAsTheFlagThatWasTyped(t *testing.T) {
	t.Parallel()
	lists := 0
	for _, c := range leaves((&app{}).root()) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			list, ok := strings.CutPrefix(f.Name, "add-")
			if !ok {
				return
			}
			lists++
			other := "--add-" + list // what helps, where nothing of the list was typed
			if c.Flags().Lookup(list) != nil {
				other = "--" + list
			}
			for typed, want := range map[string]string{"": other, "--" + list: "--" + list, "--add-" + list: "--add-" + list, "--remove-" + list: "--remove-" + list} {
				fresh, _, err := (&app{}).root().Find(strings.Fields(name(c)))
				if err != nil {
					t.Fatal(err)
				}
				if typed != "" && fresh.Flags().Lookup(strings.TrimPrefix(typed, "--")) == nil {
					continue
				}
				if typed != "" {
					if err := fresh.Flags().Set(strings.TrimPrefix(typed, "--"), "x"); err != nil {
						t.Fatal(err)
					}
				}
				if got, value := asTyped(fresh, func(string) (string, string) { return "--" + list, "x" })("field"); got != want || value != "x" {
					t.Errorf("%s %s x: told as %s %q, want %s", name(c), typed, got, value, want)
				}
			}
		})
	}
	if lists < 14 {
		t.Errorf("only %d lists were found: this test looks for them in the wrong way", lists)
	}
}

// A flag that is wrong is told in our words, and without what a library calls it.
func TestAWrongFlagIsToldInOurWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"grant list --limt 3":           "there is no flag --limt; did you mean --limit?",
		"grant list -x":                 "there is no flag -x",
		"grant list --limit":            "--limit needs a value: at most this number",
		"grant list --limit many":       `--limit "many" is not a whole number`,
		"grant list --ended=perhaps":    `--ended "perhaps" is neither true nor false`,
		"grant extend gra_x --for soon": `--for "soon" is not a duration`,
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(line), []string{"GATEHOUSE_DATA_DIR=/nowhere/at/all"}, strings.NewReader(""), &stdout, &stderr)
		if code != exitUsage || !strings.HasPrefix(stderr.String(), "gatehouse: "+want) {
			t.Errorf("gatehouse %s: exit %d, %s; want %s", line, code, &stderr, want)
		}
	}
}

// Each command that is about one thing is in the table above.
func TestEveryCommandAboutOneThingIsKnownToTheTests(t *testing.T) {
	t.Parallel()
	for _, c := range leaves((&app{}).root()) {
		about := strings.ContainsAny(strings.TrimPrefix(c.Use, c.Name()), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && c.ValidateArgs(nil) != nil
		listed := false
		for _, n := range named {
			listed = listed || n.command == name(c)
		}
		if about != listed && !slices.Contains([]string{"config explain", "setting set", "setting show", "setting unset", "backup", "restore", "who-can", "demo token", "route test", "route explain", "user import"}, name(c)) {
			t.Errorf("%s needs an argument: %t, is in the table: %t", name(c), about, listed)
		}
	}
}

// A slip on the command line costs nothing and says where the help is, in JSON for
// who asked for it, wherever on the line that stands.
func TestEverySlipIsAUsageError(t *testing.T) {
	t.Parallel()
	for _, c := range leaves((&app{}).root()) {
		slips := [][]string{{"--no-such-flag"}}
		if c.ValidateArgs(nil) != nil {
			slips = append(slips, nil)
		}
		if c.ValidateArgs([]string{"a", "b"}) != nil {
			slips = append(slips, []string{"a", "b"})
		}
		for _, slip := range slips {
			for _, asJSON := range []bool{false, true} {
				line := append(strings.Fields(name(c)), slip...)
				if asJSON {
					line = append(line, "--json")
				}
				var stdout, stderr bytes.Buffer
				code := run(t.Context(), line, []string{"GATEHOUSE_DATA_DIR=/nowhere/at/all"}, strings.NewReader(""), &stdout, &stderr)
				if code != exitUsage || stdout.Len() > 0 {
					t.Errorf("gatehouse %s: exit %d, %s", strings.Join(line, " "), code, &stdout)
				}
				hint := fmt.Sprintf("see %q", c.CommandPath()+" --help")
				if !asJSON && (!strings.HasPrefix(stderr.String(), "gatehouse: ") || !strings.Contains(stderr.String(), hint)) {
					t.Errorf("gatehouse %s: %s", strings.Join(line, " "), &stderr)
				}
				var answer struct{ Error problem }
				if err := json.Unmarshal(stderr.Bytes(), &answer); asJSON && (err != nil || answer.Error.Code != "usage") {
					t.Errorf("gatehouse %s: %s is not JSON of a usage error: %v", strings.Join(line, " "), &stderr, err)
				}
			}
		}
	}
}

// In the wrong folder each command that needs a house says so alike.
func TestEveryCommandSaysWhereItLookedForAHouse(t *testing.T) {
	t.Parallel()
	without := []string{"serve", "demo", "migrate up", "config check", "config show", "config explain", "healthcheck", "version", "restore", "doctor", "token decode", "route list", "route test", "route explain"}
	more := map[string]string{
		"apply":        "-f -",
		"backup":       "/nowhere/at/all",
		"audit prove":  "evt_nothing",
		"demo token":   "ada@example.test",
		"api create":   "--id shop --audience https://shop.example.test --permission orders:read",
		"group create": "--id desk", "org create": "--id acme", "service create": "--id ops", "lock create": "--role support --reason x", "lock lift": "--role support",
		"role create": "--id support --permission shop/orders:read", "scope create": "--name orders.read --permission shop/orders:read", "who-can": "shop/orders:read",
		"grant create": "--user a@example.test --role support --reason x", "explain": "--as a@example.test --do shop/orders:read",
		"user create": "--email a@example.test --no-password", "client create": "--name X --redirect-uri https://app.example.test/cb",
		"route replay": "--from x",
		"setting set":  "session.idle 1h", "setting show": "session.idle", "setting unset": "session.idle",
		"user link": "usr_nobody", "user set-password": "usr_nobody --password-file -", "user import": "- --format ndjson",
	}
	for _, c := range leaves((&app{}).root()) {
		if slices.Contains(without, name(c)) {
			continue
		}
		line := name(c) + " " + more[name(c)]
		for _, n := range named {
			if n.command == name(c) {
				line = strings.Join([]string{n.command, n.nobody, n.more}, " ")
			}
		}
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append(strings.Fields(line), "--json"), []string{"GATEHOUSE_DATA_DIR=/nowhere/at/all"}, strings.NewReader("a long enough sentence"), &stdout, &stderr)
		var answer struct{ Error problem }
		if err := json.Unmarshal(stderr.Bytes(), &answer); err != nil || code != exitFailed || answer.Error.Code != "store.not_found" || stdout.Len() > 0 {
			t.Errorf("gatehouse %s: exit %d, %s %s", line, code, &stdout, &stderr)
		}
	}
}

// A service complains about fields; who typed flags is told of flags. So each
// field that oauth's rules name has one.
func TestEveryFieldOfAClientIsToldAsAFlag(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../oauth/rules.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	flags := (&app{}).clientCreate().Flags()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"add", "check", "list", "within"}, method.Sel.Name) {
			return true
		}
		lit, ok := call.Args[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		fields++
		field, _ := strconv.Unquote(lit.Value)
		if flag := clientFlagOf[field]; flag == "" || flags.Lookup(strings.TrimPrefix(flag, "--")) == nil {
			t.Errorf("the field %s is told as %q, which is no flag", field, flag)
		}
		return true
	})
	if fields < 15 {
		t.Fatalf("only %d fields were found: this test looks for them in the wrong way", fields)
	}
}

func TestProblemsAreToldInTheWordsThatWereTyped(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	claims := t.TempDir() + "/claims.json"
	writeFile(t, claims, `{"birthdate": "soon", "address": {"country": "a\u0007b"}}`)
	for line, want := range map[string]string{
		"user create --email nonsense --no-password":                                                                                   "  --email: is not an email address\n",
		"user create --email a@example.test --no-password --claims-file " + claims:                                                     "  --claims-file \"birthdate\": is not a date",
		"client create --id usr_x --name X --redirect-uri https://app.example.test/cb":                                                 "  --id: must not begin",
		"client create --name X --redirect-uri https://a.example.test/cb --redirect-uri ftp://b":                                       "  --redirect-uri \"ftp://b\": ",
		"client create --name X --redirect-uri https://a.example.test/cb --post-logout-redirect-uri http://b.test":                     "  --post-logout-redirect-uri \"http://b.test\": must be https",
		"client create --name X --grant client_credentials --audience a#b":                                                             "  --audience \"a#b\": ",
		"client create --name X --redirect-uri https://a.example.test/cb --auth-method magic":                                          "  --auth-method: must be ",
		"client create --name X --redirect-uri https://a.example.test/cb --access-token-ttl 1s":                                        "  --access-token-ttl: must lie between",
		"client create --name X --redirect-uri https://a.example.test/cb --refresh-idle 20d --refresh-absolute 10d":                    "  --refresh-idle: must not be longer than the absolute lifetime, which is 10d\n",
		"client create --name X --redirect-uri https://a.example.test/cb --home-url http://b.test":                                     "  --home-url: must be https",
		"client create --name X --redirect-uri https://a.example.test/cb --id-token-alg none":                                          "  --id-token-alg: must be RS256, ES256 or EdDSA\n",
		"client create --name X --redirect-uri https://a.example.test/cb --grant authorization_code --grant implicit --refresh static": "  --grant \"implicit\": must be ",
		"client create --name X": "  --redirect-uri: must name at least one for authorization_code\n",
	} {
		code, _, stderr := b.try(strings.Fields(line)...)
		if code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("gatehouse %s: exit %d, %s; want %q", line, code, stderr, want)
		}
	}
}
