package guard

import (
	"errors"
	"slices"

	"gatehouse/fault"
)

// Together is one refusal with what several say is wrong, so that a form hears all of it at once. What
// is wrong with no field, or is no refusal of an input, is said alone.
func Together(all ...error) error {
	var told *fault.Error
	for _, err := range all {
		if err == nil {
			continue
		}
		f, ok := errors.AsType[*fault.Error](err)
		switch {
		case !ok || f.Kind != fault.Invalid || len(f.Fields) == 0:
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
