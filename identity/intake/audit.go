package intake

import (
	"context"

	"gatehouse/audit"
)

// KindImport is what events of this package are about; the ID is an id.Import.
const KindImport audit.Kind = "import"

// What is recorded of imports; Audited explains each. Of each person who is made
// identity.ActionUserCreate is recorded besides.
const (
	ActionBegin   audit.Action = "import.begin"
	ActionStop    audit.Action = "import.stop"
	ActionEnd     audit.Action = "import.end"
	ActionDiscard audit.Action = "import.discard"
)

// Why Gatehouse stopped an import, or forgot it.
const (
	ReasonRight audit.Reason = "right_ended" // who began it may make people no more
	ReasonRows  audit.Reason = "rows_lost"   // rows that nobody had dealt with are gone
	ReasonRoom  audit.Reason = "room"        // another one took its place
)

// Audited explains what is recorded of imports.
var Audited = audit.Catalogue{
	{Action: ActionBegin, When: "Somebody began to take in people by a file", Targets: []audit.Kind{KindImport}, After: "how many rows there are, and what they come to"},
	{Action: ActionStop, When: "An import was stopped; by Gatehouse, where who began it may make people no more, or rows of it are gone", Targets: []audit.Kind{KindImport}, After: "how far it came"},
	{Action: ActionEnd, When: "An import is done", Targets: []audit.Kind{KindImport}, After: "what it came to"},
	{Action: ActionDiscard, When: "An import that did not run was forgotten, with its report, by somebody, or by Gatehouse to make room for another one; who was made stays", Targets: []audit.Kind{KindImport}, Before: "what it had come to"},
}

func (s *Service) record(ctx context.Context, by audit.Actor, action audit.Action, im *Import, why audit.Reason) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindImport, ID: string(im.ID)}, Reason: why}
	tally := audit.Doc(map[string]any{"rows": im.Total, "done": im.Done, "made": im.Made, "known": im.Known, "wrong": im.Wrong})
	if e.After = tally; action == ActionDiscard {
		e.Before, e.After = tally, nil
	}
	return s.Audit.Record(ctx, e)
}
