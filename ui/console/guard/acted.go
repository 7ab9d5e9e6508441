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
