package apply

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestObjectsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	no := false
	for _, want := range []Object{
		{Kind: Group, ID: "desk", Spec: &GroupSpec{"Desk"}},
		{Kind: Client, ID: "till", Spec: &ClientSpec{Name: "Till", Consent: &no, Scopes: []string{}, Roles: ListingSpec{Claim: "roles"}}},
		{Kind: API, ID: "shop", Spec: &APISpec{Audience: "a", Permissions: []PermissionSpec{{Permission: "a:b", Requires: RequirementSpec{ACR: "aal2"}}}, Owners: map[string]string{"a": "b"}}},
		{Kind: Membership, Spec: &MembershipSpec{Group: "desk", Member: SubjectSpec{User: "ada@example.test"}}},
	} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Object
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
}

func TestObjectsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"apiVersion":"gatehouse/v2","kind":"Group","spec":{}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Rolle","spec":{}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Group","spec":{"Description":"x"}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Group","metadata":{"ID":"x"},"spec":{}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Client","spec":{"roles":{"Claim":"x"}}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Role","spec":{"permissions":"x"}}`,
		`{"apiVersion":"gatehouse/v1","kind":"Group","spec":{},"more":1}`,
	} {
		var o Object
		if err := json.Unmarshal([]byte(text), &o); err == nil {
			t.Errorf("%s was read as %+v", text, o)
		}
	}
}

// The name of a grant is the grant.
func TestAGrantIsKnownByItsName(t *testing.T) {
	t.Parallel()
	if one, again := GrantID("one"), GrantID("one"); one != again || one == GrantID("two") {
		t.Error("the same name must be the same grant, and no other one")
	}
	if id := GrantID("one"); GrantID(string(id)) != id {
		t.Errorf("the id of a grant is its name too: %s became %s", id, GrantID(string(id)))
	}
}
