package web

import (
	"fmt"
	"net/http"
	"time"
)

// Quota is how many requests somebody may send, as answers tell it: Burst at once, and
// one more in each Every.
type Quota struct {
	Name  string
	Burst int
	Every time.Duration
}

// Tell says in the headers of an answer how many requests are left to somebody who has the
// whole burst again in whole (draft-ietf-httpapi-ratelimit-headers-10). What was told there
// of other quotas stays.
func (q Quota) Tell(h http.Header, whole time.Duration) {
	reach := time.Duration(q.Burst) * q.Every
	left := max(0, (reach-whole)/q.Every)
	listed(h, "RateLimit-Policy", fmt.Sprintf(`"%s";q=%d;w=%d`, q.Name, q.Burst, max(1, seconds(reach))))
	listed(h, "RateLimit", fmt.Sprintf(`"%s";r=%d;t=%d`, q.Name, left, seconds(whole)))
}

// listed puts an item at the end of a list in a header (RFC 9651 section 3.1).
func listed(h http.Header, name, item string) {
	if before := h.Get(name); before != "" {
		item = before + ", " + item
	}
	h.Set(name, item)
}

// seconds rounds up: whoever comes back after so many comes late enough.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
