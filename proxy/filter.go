package proxy

import (
	"encoding/json"
	"fmt"

	"gatehouse.example/verify/filter"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
)

// maxFilter bounds a filter in an assertion, in bytes: the assertion with it has to fit a
// header, of which servers take 8 KiB.
const maxFilter = 4 << 10

// listed decides about a list, with the filter that its upstream narrows it by.
func (p *passage) listed(asked caller.Asked) (access.Decision, error) {
	f, err := p.caller.Filter(asked)
	if err != nil {
		return access.Decision{}, err
	}
	d, text, err := narrow(&f)
	p.decision.filter = text
	if err == nil && d.Outcome == access.Refused {
		return p.none(asked)
	}
	return d, err
}

// narrow is what a filter comes to for a list: the decision, and what its upstream narrows
// the list by, "" where that is not for it to do.
func narrow(f *access.Filter) (d access.Decision, text string, err error) {
	d = access.Decision{Outcome: access.Allowed, Reason: access.Granted, Until: f.Until, Version: f.Version}
	switch {
	case f.Op == filter.All:
	case f.Op != filter.None:
		d.Reason = access.ResourceUnknown // it depends
		text, err = written(f.Filter)
	case f.Need != (access.Requirement{}):
		d.Outcome, d.Reason, d.Need = access.Challenged, access.ProofInsufficient, f.Need
	default:
		d.Outcome, d.Reason = access.Refused, access.NoGrant
	}
	return d, text, err
}

// varies reports whether the decision is another one for another resource, or nobody can
// tell. A decision that knows nothing of it does not say so: a condition may ask whether
// there is an attribute, and be told that there is none.
func (p *passage) varies(asked caller.Asked) bool {
	f, err := p.caller.Filter(asked)
	if err != nil {
		return true
	}
	return isMixed(leftFor(f.Filter, asked.Resource.ID))
}

// leftFor is what is left of a filter for a thing of which the id is known.
func leftFor(f filter.Filter, id string) filter.Filter {
	switch {
	case id == "":
		return f
	case f.Op == filter.And || f.Op == filter.Or:
		of := make([]filter.Filter, len(f.Of))
		for i := range f.Of {
			of[i] = leftFor(f.Of[i], id)
		}
		if f.Op == filter.And {
			return filter.AllOf(of...)
		}
		return filter.AnyOf(of...)
	case f.Attribute != "id":
		return f
	case f.Match(map[string]any{"id": id}):
		return filter.Everything
	}
	return filter.Nothing
}

// none is why somebody may have nothing of a list.
func (p *passage) none(asked caller.Asked) (access.Decision, error) {
	d, err := p.caller.Decide(asked)
	if d.Outcome != access.Refused { // only of what has none of the attributes that are asked for
		d.Outcome, d.Reason, d.Grant = access.Refused, access.NoGrant, ""
	}
	return d, err
}

func written(f filter.Filter) (string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("write the filter of a list: %w", err)
	}
	if len(text) > maxFilter {
		return "", fault.New(fault.Invalid, "filter.too_large", fmt.Sprintf("The filter has %d bytes, and an assertion takes %d.", len(text), maxFilter))
	}
	return string(text), nil
}

// unfiltered is why a list cannot be narrowed to what its caller may have, nil where err
// is something else. That is no fault of theirs, and they are not told what it depends on.
func unfiltered(err error) error {
	switch fault.CodeOf(err) {
	case "filter.untranslatable", "filter.too_large", "evaluation.costly":
		return fault.Wrap(err, fault.Unavailable, "gate.filter", "What you may see of this list cannot be told to the application behind the gate.")
	}
	return nil
}
