package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"gatehouse/fault"
)

// Whoever calls fields otherwise keeps the rest of a fault, and the cause; what has no fields stays.
func TestFieldsAreRenamedAndTheCauseStays(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	was := &fault.Error{Kind: fault.Invalid, Code: "a.invalid", Detail: "No.", Fields: []fault.Field{{Name: "a", Problem: "is odd"}, {Name: "b", Problem: "is even"}}, Err: cause}
	upper := func(f fault.Field) fault.Field {
		if f.Name == "a" {
			f.Name = "A"
		}
		return f
	}
	for name, err := range map[string]error{"a fault": was, "a fault within": fmt.Errorf("doing: %w", was)} {
		got, ok := errors.AsType[*fault.Error](fault.Renamed(err, upper))
		if !ok || got.Kind != was.Kind || got.Code != was.Code || got.Detail != was.Detail || fmt.Sprint(got.Fields) != "[{A is odd} {b is even}]" || !errors.Is(got, cause) || !errors.Is(got, err) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if was.Fields[0].Name != "a" {
		t.Errorf("the fault itself is another now: %v", was)
	}
	plain, bare := errors.New("plain"), fault.Missing("thing")
	if got := fault.Renamed(plain, upper); got != plain {
		t.Errorf("of what is no fault came %v", got)
	}
	if got := fault.Renamed(bare, upper); got != error(bare) {
		t.Errorf("of a fault without fields came %v", got)
	}
	if got := fault.Renamed(nil, upper); got != nil {
		t.Errorf("of nothing came %v", got)
	}
}
