package proxy

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"gatehouse/id"
)

// contain is deferred by what runs beside the requests of a server, which looks after those
// alone: what breaks there stands in the log and is made good by then, and the process goes on.
func contain(log *slog.Logger, request id.Request, then func()) {
	if broken := recover(); broken != nil {
		logBroken(log, request, broken)
		then()
	}
}

func logBroken(log *slog.Logger, request id.Request, broken any) {
	log.Error("the gate panicked", "request_id", string(request), "panic", broken, "stack", string(debug.Stack()))
}

// panicked answers a request over which something of ours broke: that one, and no other. It
// returns what the server is to panic with, nil for nothing: of an answer that has begun nobody
// is to take a part for the whole.
func (p *passage) panicked(broken any) any {
	logBroken(p.door.Log, p.info.ID, broken)
	switch {
	case p.status.code == 0:
		http.Error(&p.status, "Something went wrong on our side.", http.StatusInternalServerError)
	case p.edge == nil:
		return http.ErrAbortHandler
	}
	p.permitted = false // another proxy gets a whole answer, and it is no
	return nil
}
