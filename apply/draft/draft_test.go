package draft

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/oauth"
)

// passed are the methods that a draft leaves to the store, and why it may. One that
// writes is refused there: a draft is read within a view.
var passed = map[string]string{
	"Versions": "of the state that the draft was read in",

	"ChangesAfter": followers, "LossesAfter": followers, "ChangedSince": followers, "WentBack": followers,
	"GrantsOfKind": snapshots, "DisabledUsers": snapshots, "DisabledClients": snapshots, "LivingServiceKeys": snapshots,
	"GrantsBefore": "of what is over, for who lists it", "GrantsBy": "for who lists them", "GrantsNamed": "for who lists them", "ClientsNamed": "for who lists them",

	"ServiceKey": keys, "ServiceKeysOf": keys, "InsertServiceKey": keys, "RevokeServiceKey": keys, "DropServiceKeys": keys, "UseServiceKeys": keys,
	"PersonalTokensOf": keys, "DropPersonalTokens": keys,
	"MembersOfKind": "for who lists them",
	"PutLock":       "no set has locks", "DropEndedLocks": "no set has locks",
}

const (
	followers = "followers ask it, and a draft has none"
	snapshots = "snapshots are made of it, and a draft has none"
	keys      = "no set has keys"
)

// A question that a draft does not answer itself would be answered by the house as it
// was. Each one is answered here, or somebody said why not.
func TestADraftAnswersEachQuestion(t *testing.T) {
	t.Parallel()
	for _, part := range []struct {
		receiver string
		store    reflect.Type
		only     func(name string) bool
	}{
		{"Policy", reflect.TypeFor[access.Store](), func(string) bool { return true }},
		{"Clients", reflect.TypeFor[oauth.Store](), func(name string) bool { return strings.Contains(name, "Client") }},
	} {
		own := methodsOf(t, part.receiver)
		for i := range part.store.NumMethod() {
			name := part.store.Method(i).Name
			if why := passed[name]; part.only(name) && own[name] == (why != "") {
				t.Errorf("%s.%s: is it answered by the draft (%v), or why not (%q)?", part.receiver, name, own[name], why)
			}
		}
	}
}

func methodsOf(t *testing.T, receiver string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				if of, ok := fn.Recv.List[0].Type.(*ast.Ident); ok && of.Name == receiver {
					found[fn.Name.Name] = true
				}
			}
		}
	}
	return found
}
