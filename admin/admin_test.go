package admin_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/admin"
	"gatehouse/wire"
)

// The document is a promise to programs: what changes it is seen in review, and is the
// same for every version and every house.
func TestTheDocumentIsTheOneThatIsCommitted(t *testing.T) {
	t.Parallel()
	got, err := admin.Document()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("admin/openapi.json is not what the routes come to: run make generate")
	}
	if !json.Valid(got) {
		t.Error("it is no JSON")
	}
}

// looksSecret finds members that are called as secrets are.
var looksSecret = regexp.MustCompile(`(?i)(secret|password|passwd|hash|hmac|\bmac\b|sealed|private|token|^key$)`)

// harmless are members of such a name that hold none.
var harmless = map[string]bool{
	"token_endpoint_auth_method": true, "access_token_ttl": true, "access_token_signed_response_alg": true,
	"id_token_signed_response_alg": true, "access_token_type": true, "id_token_claims": true, "secrets": true,
	// The id of a key, the public key of the audit log, and hashes of its tree.
	"Actor.key": true, "Verdict.key": true, "Verdict.sealed": true, "Verdict.kept_sealed": true, "SealState.sealed": true, "EventProof.key": true, "EventProof.hashes": true, "ConsistencyProof.key": true, "ConsistencyProof.hashes": true,
	// Whether somebody has one.
	"ListedUser.has_password": true, "UserDetail.has_password": true, "UserDetail.password_link_expires_at": true,
	// The name of a file, and whether an answer is secret.
	"Gate.hash":   true, // of the routes
	"TLSSpec.key": true, "ResponseSpec.secret": true,
	// Which secrets and tokens end soon, by their ids.
	"Attention.ending_client_secrets": true, "Attention.ending_personal_tokens": true, "EndingSecret.secret_id": true,
	// The name of a file, and the digest of what is random (docs/gate.md): it leads nobody back to it.
	"EdgeSpec.secret_file": true, "EdgeSpec.secret_sha256": true,
}

// C12: what is answered is a shape that was written for it, and no member of it holds a
// secret, but for one that was just made and says so.
func TestAnswersHoldNoSecrets(t *testing.T) {
	t.Parallel()
	for _, rt := range routes(t) {
		shows := 0
		walk(t, rt.ID, rt.Answer(), map[reflect.Type]bool{}, func(in, name string, of reflect.Type) {
			if of == reflect.TypeFor[wire.Secret]() {
				shows++
				return
			}
			if looksSecret.MatchString(name) && !harmless[name] && !harmless[in+"."+name] {
				t.Errorf("%s answers with %q, which sounds like a secret", rt.ID, name)
			}
		})
		if (shows > 0) != rt.Secret {
			t.Errorf("%s shows %d secrets, and its route says Secret: %v", rt.ID, shows, rt.Secret)
		}
	}
}

// walk calls f for each member below of, by its struct and its JSON name, and holds all structs to be
// shapes.
func walk(t *testing.T, route string, of reflect.Type, seen map[reflect.Type]bool, f func(in, name string, of reflect.Type)) {
	t.Helper()
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || seen[of] {
		return
	}
	seen[of] = true
	// What a file says of a route is a shape too: the API takes and gives the same.
	spec := of.PkgPath() == "gatehouse/gate" && strings.HasSuffix(of.Name(), "Spec")
	if path := of.PkgPath(); path != "gatehouse/wire" && path != "gatehouse/admin" && !spec {
		t.Errorf("%s answers with %s, which is no shape of wire or admin", route, of)
	}
	for i := range of.NumField() {
		m := of.Field(i)
		if !m.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(m.Tag.Get("json"), ",")
		if name != "-" {
			if !m.Anonymous {
				f(of.Name(), name, m.Type)
			}
			walk(t, route, m.Type, seen, f)
		}
	}
}

func routes(t *testing.T) []*admin.Route {
	t.Helper()
	all := admin.Table()
	if len(all) < 15 {
		t.Fatalf("there are %d routes", len(all))
	}
	return all
}

// Whoever adds a route says what it needs and what it is called.
func TestEveryRouteSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, rt := range routes(t) {
		resource, action, ok := strings.Cut(rt.Permission, ":")
		if !ok || resource == "" || action == "" || rt.Summary == "" || rt.ID == "" || ids[rt.ID] {
			t.Errorf("%s %s is %q, needs %q and says %q", rt.Method, rt.Path, rt.ID, rt.Permission, rt.Summary)
		}
		ids[rt.ID] = true
		begun := rt.Permission == "audit:verify" // whoever may have the log verified begins that, too
		if reads := slices.Contains([]string{"read", "export", "verify"}, action); rt.Changes() == reads && !begun {
			t.Errorf("%s %s needs %s", rt.Method, rt.Path, rt.Permission)
		}
	}
}

// What is read may be asked for in part; what was changed is answered whole, by every route.
func TestOnlyWhatIsReadIsAnsweredInPart(t *testing.T) {
	t.Parallel()
	text, err := admin.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct{ Parameters []struct{ Name string } }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	reads := 0
	for path, methods := range document.Paths {
		for method, operation := range methods {
			partial := false
			for _, p := range operation.Parameters {
				partial = partial || p.Name == "fields"
			}
			switch {
			case partial && method != "get":
				t.Errorf("%s %s takes fields", method, path)
			case partial:
				reads++
			}
		}
	}
	if reads < 30 {
		t.Errorf("only %d reads are answered in part", reads)
	}
}
