package saved

import (
	"context"

	"gatehouse/audit"
	"gatehouse/id"
)

// KindFilter is what events of this package are about.
const KindFilter audit.Kind = "filter"

// What is recorded of filters; Audited explains each.
const (
	ActionSave   audit.Action = "filter.save"
	ActionDelete audit.Action = "filter.delete"
)

// Audited explains what is recorded of filters. What one is called, and by what it narrows, is
// theirs who keep it.
var Audited = audit.Catalogue{
	{Action: ActionSave, When: "Somebody kept a filter of a list in the console for themselves", Targets: []audit.Kind{KindFilter}, After: "the list"},
	{Action: ActionDelete, When: "Somebody deleted a filter of theirs", Targets: []audit.Kind{KindFilter}},
}

func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, filter id.Filter, list string) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindFilter, ID: string(filter)}}
	if list != "" {
		e.After = audit.Doc(map[string]any{"list": list})
	}
	return s.Audit.Record(ctx, e)
}
