package guard

import (
	"errors"
	"strings"

	"gatehouse/fault"
)

// Taken says at the field of a name that something of this name is there already, where the
// API says that of no field.
func Taken(err error, field string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !strings.HasSuffix(f.Code, ".exists") || len(f.Fields) > 0 {
		return err
	}
	told := *f
	told.Fields, told.Err = []fault.Field{{Name: field, Problem: "is taken"}}, err
	return &told
}
