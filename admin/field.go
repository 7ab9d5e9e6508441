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
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		return fault.Field{Name: strings.TrimSuffix(name+"."+f.Name, "."), Problem: f.Problem}
	})
}
