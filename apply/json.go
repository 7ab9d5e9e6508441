package apply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// document is an Object as programs send it: the same names as in files.
type document struct {
	APIVersion string          `json:"apiVersion"`
	Kind       Kind            `json:"kind"`
	Metadata   *metadata       `json:"metadata,omitempty"`
	Spec       json.RawMessage `json:"spec"`
}

type metadata struct {
	ID string `json:"id"`
}

// MarshalJSON writes the object as UnmarshalJSON reads it.
func (o Object) MarshalJSON() ([]byte, error) {
	d := document{APIVersion: Version, Kind: o.Kind}
	if o.ID != "" {
		d.Metadata = &metadata{o.ID}
	}
	var err error
	if d.Spec, err = json.Marshal(o.Spec); err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

// UnmarshalJSON reads an object strictly: each key must be known, in these letters.
func (o *Object) UnmarshalJSON(text []byte) error {
	var d document
	if err := strictly(text, &d); err != nil {
		return err
	}
	if d.APIVersion != Version {
		return errors.New("apiVersion must be " + Version)
	}
	spec := NewSpec(d.Kind)
	if spec == nil {
		return fmt.Errorf("kind must be one of %v", Kinds)
	}
	if len(d.Spec) == 0 {
		d.Spec = json.RawMessage("{}")
	}
	if err := strictly(d.Spec, spec); err != nil {
		return err
	}
	o.Kind, o.ID, o.Spec = d.Kind, "", spec
	if d.Metadata != nil {
		o.ID = d.Metadata.ID
	}
	return nil
}

// strictly reads text into what v points to. encoding/json would take keys in any
// letters; here they are what they are.
func strictly(text []byte, v any) error {
	if err := exact(text, reflect.TypeOf(v).Elem()); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// exact refuses keys of objects that no field of a struct has, in whatever letters.
func exact(text []byte, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
	case t.Kind() == reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(text, &items) != nil {
			return nil // whoever reads it says so
		}
		for _, one := range items {
			if err := exact(one, t.Elem()); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil {
			return nil
		}
		for name, value := range members {
			f, ok := fieldOf(t, name)
			if !ok {
				return fmt.Errorf("there is no key %q", short(name))
			}
			if err := exact(value, f.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// Request is a set as programs send it, with what shall be done with it.
type Request struct {
	Set     string   `json:"set"`
	Objects []Object `json:"objects"`
	Prune   bool     `json:"prune,omitempty"`
	Adopt   bool     `json:"adopt,omitempty"`
	Plan    bool     `json:"plan,omitempty"`   // nothing is done
	Digest  string   `json:"digest,omitempty"` // of the plan that somebody agreed to
}
