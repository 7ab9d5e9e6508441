// Package archtest holds the dependency rule of docs/architecture.md as tests:
// who may import whom, and which package alone knows a heavy library.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "gatehouse"

// floors says on which floor a package lives; a package's own sub-packages are
// part of it. A package imports lower floors only.
var floors = map[string]int{
	"clock": 0, "fault": 0, "id": 0, "setting": 0, "migrations": 0, "follow": 0, "shell": 0,
	"secret": 1, "audit": 1, "proof": 1, "picture": 1, "docs": 1, "deploy": 1,
	"identity": 2, "session": 2, "flow": 2, "oauth": 2, "keys": 2, "web": 2, "access": 2, "gate": 2, "settings": 2, "saved": 2,
	"store": 3, "ephemeral": 3, "wire": 3, "caller": 3, "apply": 3,
	"provider": 4, "pdp": 4, "admin": 4, "proxy": 4,
	"ui":     5, // its console asks admin
	"config": 6,
	"house":  7,
	"server": 8, "doctor": 8,
	"demo": 9, "cmd": 10,
}

// isDoor reports whether a package is one of those that answer requests.
func isDoor(path string) bool { return floors[top(path)] == 4 || top(path) == "ui" }

// apart are packages outside the floors, with what they may import of ours.
var apart = map[string]string{
	"internal":    "tests may see everything",
	"third_party": "a module of its own",
}

// houses may not see HTTP or SQL: cookies and headers stop at the doors, rows
// at the store.
var houses = []string{"identity", "session", "flow", "oauth", "keys", "audit", "proof", "clock", "fault", "id", "secret", "setting", "follow", "shell", "picture", "access", "gate", "settings", "saved"}

// alone says which of our packages may import a library, and why nobody else.
var alone = []struct {
	library string
	owners  []string
	reason  string
}{
	{"github.com/ory/fosite", []string{"provider/internal"}, "another engine must be one package's work"},
	{"github.com/jackc/pgx/v5", []string{"store"}, "SQL stays in the store"},
	{"modernc.org/sqlite", []string{"store", "demo/shopapi"}, "SQL stays in the store; the demo's API is an application with a database of its own"},
	{"database/sql", []string{"store", "demo/shopapi"}, "SQL stays in the store"},
	{"github.com/pressly/goose/v3", []string{"store"}, "SQL stays in the store"},
	{"github.com/redis/go-redis/v9", []string{"ephemeral"}, "what may be forgotten is one package's business"},
	{"cel.dev/cel-go", []string{"access"}, "conditions are asked in one place"},
	{"github.com/danielgtaylor/huma/v2", []string{"admin"}, "how an API is described is one door's business"},
	{"github.com/a-h/templ", []string{"ui", "demo"}, "pages stay in the people's door, and the demo's application has its own"},
	{"github.com/goccy/go-yaml", []string{"config"}, "configuration is read in one place"},
	{"github.com/spf13/cobra", []string{"cmd"}, "commands stay in the binary"},
	{"github.com/gorilla/sessions", []string{"web"}, "cookies are written in one place"},
	{"github.com/prometheus/client_golang", []string{"web", "server"}, "figures have one registry"},
	{"github.com/pquerna/otp", []string{"identity", "demo"}, "codes are checked in one place"},
	{"golang.org/x/oauth2", []string{"upstream", "demo", "ui/console"}, "only those who are clients of a provider"},
	{"net/http/httputil", []string{"proxy"}, "only the gate forwards"},
	{"github.com/coder/websocket", []string{"demo/shopapi"}, "the gate looks at frames itself, and no further than where they end"},
	{"google.golang.org/grpc", []string{"proxy/envoy"}, "gRPC is for Envoy alone"},
	{"github.com/envoyproxy/go-control-plane", []string{"proxy/envoy"}, "how Envoy speaks is one package's business"},
	{"text/template", nil, "a template finds methods by name, so the linker keeps all of them (decision 0024)"},
	{"html/template", nil, "a template finds methods by name, so the linker keeps all of them (decision 0024)"},
}

// planned are owners that are yet to come: sign-in by another provider.
var planned = []string{"upstream"}

func TestOwnersOfLibrariesAreThere(t *testing.T) {
	there := map[string]bool{}
	for _, p := range list(t) {
		for path := strings.TrimPrefix(p.ImportPath, module+"/"); path != "."; path = filepath.Dir(path) {
			there[path] = true
		}
	}
	for _, rule := range alone {
		for _, owner := range rule.owners {
			if !there[owner] && !slices.Contains(planned, owner) {
				t.Errorf("%s is for %s, which is not there and not planned", rule.library, owner)
			}
		}
	}
	for _, owner := range planned {
		if there[owner] {
			t.Errorf("%s is there: it is planned no longer", owner)
		}
	}
}

type pkg struct {
	ImportPath string
	Dir        string
	Doc        string
	Imports    []string
}

// top returns the first element of a path of ours, "" for others.
func top(path string) string {
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}

func list(t *testing.T) []pkg { return listed(t, module) }

// listed returns the packages of a module.
func listed(t *testing.T, module string) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports", module+"/...").Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestPackagesImportLowerFloorsOnly(t *testing.T) {
	for _, p := range list(t) {
		from := top(p.ImportPath)
		if _, free := apart[from]; free {
			continue
		}
		floor, known := floors[from]
		if !known {
			t.Errorf("%s has no floor: add it to archtest and docs/architecture.md", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			to := top(i)
			if to == "" || to == from {
				continue
			}
			if below, ok := floors[to]; !ok || below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): a package imports lower floors only", p.ImportPath, floor, i, below)
			}
		}
	}
}

func TestDoorsSeeNoStorage(t *testing.T) {
	for _, p := range list(t) {
		if !isDoor(p.ImportPath) {
			continue
		}
		for _, i := range p.Imports {
			if to := top(i); to == "store" || to == "ephemeral" {
				t.Errorf("%s imports %s: doors see storage through interfaces of their own", p.ImportPath, i)
			}
		}
	}
}

// The guard of what is handed on lets pass who acts as the operator or as the house
// itself (package access). Nobody does so who came through a door.
func TestNobodyComesThroughADoorAsTheOperator(t *testing.T) {
	for _, p := range list(t) {
		if !isDoor(p.ImportPath) && top(p.ImportPath) != "web" {
			continue
		}
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"audit.Console", "audit.House", "audit.ActorKind("} {
				if !strings.HasSuffix(f, "_test.go") && bytes.Contains(content, []byte(word)) {
					t.Errorf("%s names %s: whoever comes through a door is themselves", f, word)
				}
			}
		}
	}
}

func TestTheHouseKnowsNeitherHTTPNorSQL(t *testing.T) {
	for _, p := range list(t) {
		for _, h := range houses {
			if top(p.ImportPath) != h {
				continue
			}
			for _, i := range p.Imports {
				if i == "net/http" || i == "database/sql" {
					t.Errorf("%s imports %s: that belongs to the doors and the store", p.ImportPath, i)
				}
			}
		}
	}
}

func TestHeavyLibrariesHaveOneImporter(t *testing.T) {
	for _, p := range list(t) {
		from := top(p.ImportPath)
		if _, free := apart[from]; free {
			continue
		}
		for _, i := range p.Imports {
			for _, rule := range alone {
				if (i == rule.library || strings.HasPrefix(i, rule.library+"/")) && !ownedBy(rule.owners, p.ImportPath) {
					t.Errorf("%s imports %s, which is for %v alone: %s", p.ImportPath, i, rule.owners, rule.reason)
				}
			}
		}
	}
}

// What we give to people is built without gRPC's page of traces, whose templates keep all
// methods in the binary (decision 0024).
func TestTheBinaryIsBuiltWithoutTheTracesOfGRPC(t *testing.T) {
	const tag = "-tags=grpcnotrace"
	out, err := exec.Command("go", "list", "-deps", tag, module+"/cmd/gatehouse").Output()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(strings.Split(string(out), "\n"), "golang.org/x/net/trace") {
		t.Errorf("%s leaves golang.org/x/net/trace in", tag)
	}
	for _, file := range []string{"../../Makefile", "../../Dockerfile"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("grpcnotrace")) {
			t.Errorf("%s builds without the tag", file)
		}
	}
}

// What other people's programs import brings them the standard library, JOSE where tokens
// are checked, and nothing of the server; and the server does not need it: only the shop of the demo does, and what
// a filter is has one definition for those who write it and who apply it (decision 0056).
func TestModulesForOthersStandByThemselves(t *testing.T) {
	under := func(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
	for own, also := range map[string]string{"gatehouse.example/verify": "github.com/go-jose/go-jose/v4", "gatehouse.example/client": ""} {
		found := listed(t, own)
		for _, p := range found {
			for _, i := range p.Imports {
				first, _, _ := strings.Cut(i, "/")
				if standard := !strings.Contains(first, ".") && first != module; !standard && !under(i, own) && (also == "" || !under(i, also)) {
					t.Errorf("%s imports %s: whoever imports it would get that, too", p.ImportPath, i)
				}
			}
		}
		if len(found) == 0 {
			t.Error("there is no package of the module " + own)
		}
		for _, p := range list(t) {
			for _, i := range p.Imports {
				shop := p.ImportPath == module+"/demo/shopapi" // an application as other people's are
				if under(i, own) && !shop && i != "gatehouse.example/verify/filter" {
					t.Errorf("%s imports %s, which is for tests here", p.ImportPath, i)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range list(t) {
		name := p.ImportPath[strings.LastIndex(p.ImportPath, "/")+1:]
		if strings.HasPrefix(p.ImportPath, module+"/cmd/") || len(p.Imports) == 0 && p.Doc == "" && top(p.ImportPath) == "internal" {
			continue // the command says it in its help; test-only packages in their files
		}
		if !strings.HasPrefix(p.Doc, "Package "+name+" ") && !strings.HasPrefix(p.Doc, "Command ") && !saysSo(t, p.Dir, name) {
			t.Errorf("%s does not begin its documentation with \"Package %s …\"", p.ImportPath, name)
		}
	}
}

// saysSo looks into the files themselves: in a package of templ's the first file
// by name is generated, and go list takes its header for the documentation.
func saysSo(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(content, []byte("// Package "+name+" ")) {
			return true
		}
	}
	return false
}

// ownedBy reports whether one of the owners is the package or holds it.
func ownedBy(owners []string, path string) bool {
	for _, owner := range owners {
		if path == module+"/"+owner || strings.HasPrefix(path, module+"/"+owner+"/") {
			return true
		}
	}
	return false
}

// Values cross into the kernel and come back: provider itself has no
// declaration, exported or not, that a change of library would touch.
func TestTheProtocolLibraryStaysBehindItsDoor(t *testing.T) {
	out, err := exec.Command("go", "doc", "-all", "-u", module+"/provider").CombinedOutput()
	if err != nil {
		t.Fatalf("go doc: %v\n%s", err, out)
	}
	if strings.Contains(string(out), "fosite") {
		t.Error("a declaration of provider names fosite")
	}
}
