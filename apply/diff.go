package apply

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// diff returns how two specifications of one kind differ, field by field in the order of
// their names; one of them may be nil.
func diff(before, after any) (all []FieldChange) {
	was, is := structOf(before), structOf(after)
	if !was.IsValid() && !is.IsValid() {
		return nil
	}
	one := is
	if !one.IsValid() {
		one = was
	}
	for _, f := range fieldsIn(one.Type()) {
		if was.IsValid() && is.IsValid() && reflect.DeepEqual(was.Field(f.index).Interface(), is.Field(f.index).Interface()) {
			continue
		}
		if b, a := f.of(was), f.of(is); string(b) != string(a) {
			all = append(all, FieldChange{f.name, b, a})
		}
	}
	return all
}

// structOf is what a specification points to, invalid for none.
func structOf(spec any) reflect.Value {
	if spec == nil {
		return reflect.Value{}
	}
	return reflect.ValueOf(spec).Elem()
}

// specField is a field of a specification as files have it.
type specField struct {
	name, option string
	index        int
}

// of is a field in JSON, nil where it is left out.
func (f specField) of(spec reflect.Value) json.RawMessage {
	if !spec.IsValid() {
		return nil
	}
	v := spec.Field(f.index)
	if f.option != "" && v.IsZero() || f.option == "omitempty" && (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
		return nil
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		panic("apply: " + err.Error()) // specifications are texts, numbers and lists
	}
	return b
}

var fieldsOfTypes sync.Map // reflect.Type → []specField

// fieldsIn are the fields of a specification in the order of their names.
func fieldsIn(t reflect.Type) []specField {
	if all, ok := fieldsOfTypes.Load(t); ok {
		return all.([]specField)
	}
	var all []specField
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all = append(all, specField{name, option, i})
	}
	slices.SortFunc(all, func(a, b specField) int { return strings.Compare(a.name, b.name) })
	fieldsOfTypes.Store(t, all)
	return all
}
