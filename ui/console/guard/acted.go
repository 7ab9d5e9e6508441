package guard

import (
	"strings"

	"gatehouse/audit"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// Acted is who did something, where that is no person whose name may be told.
func Acted(say *words.Catalogue, a wire.Actor) string {
	if a.Kind == audit.Nobody {
		return say.ConsoleAudit.Nobody
	}
	return strings.TrimSpace(say.ConsoleAudit.Kinds[string(a.Kind)] + " " + a.ID)
}

// ActedBy is Acted of an actor as what was given or locked notes them: "console:root".
func ActedBy(say *words.Catalogue, noted string) string {
	kind, id, _ := strings.Cut(noted, ":")
	if kind == string(audit.Nobody) {
		return say.ConsoleAudit.Nobody
	}
	return strings.TrimSpace(say.ConsoleAudit.Kinds[kind] + " " + id)
}
