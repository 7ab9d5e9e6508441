package gate

import (
	"strings"
	"time"

	"gatehouse/setting"
)

// Stale is what a route does while nobody can know what the policy is now. The zero Stale
// asks once, for a moment, and then refuses.
type Stale struct {
	Strict bool          // does not ask: what is older than a second is refused at once
	Serve  time.Duration // decides by what is known up to that age
}

// maxServe bounds for how long a route may go by what was known.
const maxServe = time.Minute

func (c *compiler) stale(text string) (s Stale) {
	age, serves := strings.CutPrefix(text, "serve:")
	switch {
	case text == "" || text == "ask":
	case text == "strict":
		s.Strict = true
	case serves:
		d, err := setting.ParseDuration(age)
		if err != nil || d <= time.Second || d > maxServe {
			c.problem("spec.on_stale", "must serve for more than a second and up to %s, such as serve:30s", setting.FormatDuration(maxServe))
		}
		s.Serve = d
	default:
		c.problem("spec.on_stale", "must be ask, strict, or serve: and a duration")
	}
	return s
}
