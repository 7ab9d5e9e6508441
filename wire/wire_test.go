package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
)

var write = flag.Bool("write", false, "write the golden files again")

// shapes are all shapes by name, each made of a domain value whose every field is
// set, and the ones that have little to say.
func shapes() map[string]any {
	client := filled[oauth.Client]()
	client.JWKS = `{"keys":[]}`
	key := filled[keys.Key]()
	key.Public = `{"kty":"EC"}`
	signedIn := filled[session.Session]()
	living := proof.List{
		{Method: proof.Password, At: elsewhere, Factor: "fac_password", Source: proof.ByPassword},
		{Method: proof.OTP, At: elsewhere.Add(time.Minute), Factor: "fac_phone", Source: proof.ByRecoveryCode},
	}
	event := filled[audit.Event]()
	event.Before, event.After = json.RawMessage(`{"name":"was"}`), json.RawMessage(`{"name":"is"}`)
	return map[string]any{
		"event":             OfEvent(event),
		"event-empty":       OfEvent(audit.Event{}),
		"user":              OfUser(filled[identity.User]()),
		"user-empty":        OfUser(identity.User{}),
		"user-detail":       UserDetail{User: OfUser(filled[identity.User]()), SecondFactor: true, HasPassword: true, RecoveryCodesLeft: 10},
		"client":            OfClient(client),
		"client-empty":      OfClient(oauth.Client{}),
		"new-client-secret": NewClientSecret{Client: OfClient(oauth.Client{}), Secret: "shown once"},
		"new-client":        NewClient{NewClientSecret: NewClientSecret{Client: OfClient(oauth.Client{}), Secret: "shown once"}, Issuer: "https://id.example.test", Discovery: "https://id.example.test/.well-known/openid-configuration"},
		"session":           OfSession(signedIn, living),
		"session-empty":     OfSession(session.Session{}, nil),
		"key":               OfKey(key),
		"key-empty":         OfKey(keys.Key{}),
	}
}

// filled returns a T whose every field holds something: texts their field's name,
// times an hour in another zone.
func filled[T any]() T {
	var v T
	fill(reflect.ValueOf(&v).Elem(), "")
	return v
}

var elsewhere = time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("elsewhere", 2*60*60))

func fill(v reflect.Value, name string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(elsewhere))
	case v.Type() == reflect.TypeFor[time.Duration]():
		v.SetInt(int64(90 * time.Minute))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte(secretly(name)))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), name)
		fill(v.Index(1), name)
	case v.Kind() == reflect.String:
		v.SetString(secretly(name))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(1)
	}
}

// hush stands in every domain field that nobody may read.
const hush = "hush-hush"

func secretly(name string) string {
	for _, s := range []string{"Hash", "MAC", "Sealed"} {
		if strings.Contains(name, s) {
			return hush
		}
	}
	return name
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Scripts read these. Run "go test ./wire -write" after a change that is meant.
func TestShapesAreAsPromised(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		file := filepath.Join("testdata", name+".json")
		got := encode(t, shape)
		if *write {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNoShapeHoldsASecret(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		if b := encode(t, shape); bytes.Contains(b, []byte(hush)) {
			t.Errorf("%s shows what is kept for comparing or is sealed:\n%s", name, b)
		}
		for _, member := range members(reflect.TypeOf(shape)) {
			if secret(member) && !(member == "client_secret" && (name == "new-client-secret" || name == "new-client")) {
				t.Errorf("%s has a member %s", name, member)
			}
		}
	}
}

// secret reports whether a member of that name must not be there. Times and counts
// that speak of a secret may.
func secret(member string) bool {
	switch member {
	case "recovery_codes_left", "has_password", "password_link_expires_at", "secrets", "token_endpoint_auth_method", "access_token_ttl", "access_token_type", "id_token_claims",
		"id_token_signed_response_alg", "access_token_signed_response_alg", "postal_code":
		return false
	}
	for _, word := range []string{"secret", "password", "hash", "mac", "sealed", "private", "token", "code", "seed"} {
		if strings.Contains(member, word) {
			return true
		}
	}
	return false
}

// members returns the JSON names of all fields below t.
func members(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
		names = append(names, members(f.Type)...)
	}
	return names
}

func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		if b := encode(t, shape); bytes.Contains(b, []byte("+02:00")) {
			t.Errorf("%s has a time in another zone:\n%s", name, b)
		}
	}
}

func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		if b := encode(t, shape); bytes.Contains(b, []byte("null")) {
			t.Errorf("%s:\n%s", name, b)
		}
	}
}

func TestClaimsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, c := range []identity.Claims{{}, filled[identity.Claims]()} {
		if diff := cmp.Diff(c, OfClaims(c).Identity()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
