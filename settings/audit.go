package settings

import (
	"context"

	"gatehouse/audit"
)

// KindSetting is what events of this package are about; the ID is the key.
const KindSetting audit.Kind = "setting"

// What is recorded of settings; Audited explains each.
const (
	ActionSet   audit.Action = "setting.set"
	ActionUnset audit.Action = "setting.unset"
)

// Audited explains what is recorded of settings.
var Audited = audit.Catalogue{
	{Action: ActionSet, When: "Somebody changed, while Gatehouse ran, what of the configuration may be changed so", Targets: []audit.Kind{KindSetting}, Before: "the value, if one was stored", After: "the value"},
	{Action: ActionUnset, When: "A setting has its default again", Targets: []audit.Kind{KindSetting}, Before: "the value"},
}

func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, was, is Setting) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindSetting, ID: was.Key}}
	if was.Rev != None {
		e.Before = audit.Doc(map[string]any{"value": was.Value})
	}
	if is.Key != "" {
		e.After = audit.Doc(map[string]any{"value": is.Value})
	}
	return s.Audit.Record(ctx, e)
}
