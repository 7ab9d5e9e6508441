package admin

import (
	"net/http"
	"sync"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// LastingLife is how long a Lasting request may take.
const LastingLife = 15 * time.Minute

// How many Heavy and Lasting requests a process answers at once, and for one caller.
const (
	maxHeavy   = 4
	maxHeavyOf = 2
)

// turns counts the Heavy and Lasting requests under way.
type turns struct {
	mu  sync.Mutex
	of  map[access.Subject]int
	all int
}

// take counts one of a caller; end it by calling leave.
func (t *turns) take(who access.Subject) (leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all >= maxHeavy || t.of[who] >= maxHeavyOf {
		return nil, &fault.Error{Kind: fault.TooMany, Code: "request.busy", Detail: "Too many requests that read much are under way.", RetryAfter: 10 * time.Second}
	}
	if t.of == nil {
		t.of = map[access.Subject]int{}
	}
	t.all++
	t.of[who]++
	return func() { t.leave(who) }, nil
}

func (t *turns) leave(who access.Subject) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all--
	if t.of[who]--; t.of[who] == 0 {
		delete(t.of, who)
	}
}

// patient takes the deadlines of requests that are answered at once from one that lasts.
func patient(w http.ResponseWriter) {
	to := http.NewResponseController(w)
	_ = to.SetReadDeadline(time.Time{})
	_ = to.SetWriteDeadline(time.Now().Add(LastingLife + writeBound))
}
