package admin

import (
	"errors"
	"strings"

	"gatehouse/fault"
)

// atField is a fault without a field as one of a member.
func atField(err error, name string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) > 0 {
		return err
	}
	return &fault.Error{Kind: f.Kind, Code: f.Code, Detail: f.Detail, Fields: []fault.Field{{Name: name, Problem: f.Detail}}, Err: err}
}

// belowField is a fault with its fields as those of one of several things.
func belowField(err error, name string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	told := *f
	told.Fields, told.Err = nil, err
	for _, one := range f.Fields {
		told.Fields = append(told.Fields, fault.Field{Name: strings.TrimSuffix(name+"."+one.Name, "."), Problem: one.Problem})
	}
	return &told
}
