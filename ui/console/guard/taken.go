package guard

import (
	"errors"
	"slices"
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

// Together is one refusal with what several say is wrong, so that a form hears all of it at once. What
// is wrong with no field, or is no fault, is said alone.
func Together(all ...error) error {
	var told *fault.Error
	for _, err := range all {
		f, ok := errors.AsType[*fault.Error](err)
		switch {
		case err == nil:
		case !ok || len(f.Fields) == 0:
			return err
		case told == nil:
			one := *f
			one.Fields = slices.Clone(f.Fields)
			told = &one
		default:
			told.Fields = append(told.Fields, f.Fields...)
		}
	}
	if told == nil {
		return nil
	}
	return told
}
