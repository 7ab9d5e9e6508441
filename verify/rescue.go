package verify

import (
	"log/slog"
	"runtime/debug"
)

// rescue is deferred by what runs beside the requests of a server, which looks after those alone:
// what breaks there would end the whole program. It stands in the log, and nobody knows what was
// asked for.
func rescue(log *slog.Logger, err *error) {
	if broken := recover(); broken != nil {
		log.Error("what asks the issuer panicked", "event", "panicked", "panic", broken, "stack", string(debug.Stack()))
		*err = unavailable("what asks the issuer broke", nil)
	}
}
