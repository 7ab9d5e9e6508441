package apply

import (
	"encoding/json"
	"reflect"
	"testing"
)

// What differs is told field by field, as files say it: what is left out is none, and an
// empty list is one where it means something.
func TestAFieldDiffersWhereFilesWouldSayItDifferently(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for what, c := range map[string]struct {
		before, after any
		want          string
	}{
		"nothing":                       {&GroupSpec{"x"}, &GroupSpec{"x"}, `null`},
		"none at all":                   {nil, nil, `null`},
		"what is made":                  {nil, &GroupSpec{"x"}, `[{"name":"description","before":null,"after":"x"}]`},
		"what is made of nothing":       {nil, &GroupSpec{}, `null`},
		"what goes":                     {&GroupSpec{"x"}, nil, `[{"name":"description","before":"x","after":null}]`},
		"what is left out":              {&GroupSpec{"x"}, &GroupSpec{}, `[{"name":"description","before":"x","after":null}]`},
		"an empty list that is none":    {&RoleSpec{Parents: []string{}}, &RoleSpec{}, `null`},
		"an empty list that says it":    {&ClientSpec{Scopes: []string{}}, &ClientSpec{}, `[{"name":"scopes","before":[],"after":null}]`},
		"a no that says it":             {&ClientSpec{Disabled: &no}, &ClientSpec{}, `[{"name":"disabled","before":false,"after":null}]`},
		"another yes":                   {&ClientSpec{Disabled: &yes}, &ClientSpec{Disabled: func() *bool { b := true; return &b }()}, `null`},
		"within another":                {&GrantSpec{Requires: RequirementSpec{ACR: "aal2"}}, &GrantSpec{}, `[{"name":"requires","before":{"acr":"aal2"},"after":null}]`},
		"several, in order of the name": {&GrantSpec{Role: "a", Reason: "b"}, &GrantSpec{Role: "b", Reason: "c"}, `[{"name":"reason","before":"b","after":"c"},{"name":"role","before":"a","after":"b"}]`},
	} {
		got, err := json.Marshal(diff(c.before, c.after))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s and %v, want %s", what, got, err, c.want)
		}
	}
}

// A field is in JSON what encoding/json makes of it, for each kind.
func TestADifferenceIsWrittenAsTheWholeWouldBe(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds {
		spec := reflect.ValueOf(NewSpec(kind)).Elem()
		fill(spec)
		whole := map[string]json.RawMessage{}
		text, err := json.Marshal(spec.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &whole); err != nil {
			t.Fatal(err)
		}
		got := diff(nil, spec.Addr().Interface())
		if len(got) != len(whole) {
			t.Errorf("%s: %d fields, want %d", kind, len(got), len(whole))
		}
		for _, f := range got {
			if string(f.After) != string(whole[f.Name]) {
				t.Errorf("%s.%s: got %s, want %s", kind, f.Name, f.After, whole[f.Name])
			}
		}
	}
}

// fill lets no field of a specification be left out.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("<a & b>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("orders"), reflect.ValueOf("owner_id"))
	default:
		panic("apply: a field of another kind: " + v.Type().String())
	}
}
