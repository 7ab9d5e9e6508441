package gate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Per is by what the requests of a route are counted.
type Per string

// What they may be counted by.
const (
	PerAddress Per = "ip"     // the visitor's address, in IPv6 its /64 network
	PerSubject Per = "sub"    // who calls: a person, a service account or an application
	PerClient  Per = "client" // the application that the token was given to
	PerKey     Per = "key"    // the key or personal token that came, or else who calls
)

var pers = []Per{PerAddress, PerSubject, PerClient, PerKey}

// Rate is how many requests a route takes of each of those that it counts: Burst at once,
// and one more in each Every.
type Rate struct {
	Per   Per
	Burst int
	Every time.Duration
}

// RateSpec is what a file says of a Rate.
type RateSpec struct {
	Per   string `json:"per,omitempty"`   // ip, sub, client or key
	Limit string `json:"limit,omitempty"` // such as 50/s, 300/m or 10/h
	Burst int    `json:"burst,omitempty"` // at once; default: the number of the limit
}

// maxRate bounds how many requests a limit or a burst may be.
const maxRate = 1_000_000

var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

func (c *compiler) rate(r *Route, spec *RateSpec) {
	if *spec == (RateSpec{}) {
		return
	}
	rate := &Rate{Per: Per(spec.Per), Burst: spec.Burst}
	r.Rate = rate
	switch {
	case !slices.Contains(pers, rate.Per):
		c.problem("spec.limits.rate.per", "must be ip, sub, client or key")
	case r.Public && rate.Per != PerAddress:
		c.problem("spec.limits.rate.per", "must be ip; spec.public is true, and nobody is asked who they are")
	}
	n, unit, err := parseRate(spec.Limit)
	if err != nil {
		c.problem("spec.limits.rate.limit", "must be a number up to %d and a unit, such as 50/s, 300/m or 10/h", maxRate)
		return
	}
	rate.Every = (unit + time.Duration(n) - 1) / time.Duration(n)
	if rate.Burst == 0 {
		rate.Burst = n
	}
	if rate.Burst < 1 || rate.Burst > maxRate {
		c.problem("spec.limits.rate.burst", "must be between 1 and %d", maxRate)
	}
}

// parseRate reads a number and a unit of time.
func parseRate(text string) (n int, unit time.Duration, err error) {
	number, name, _ := strings.Cut(text, "/")
	unit, ok := units[name]
	n, err = strconv.Atoi(number)
	if err != nil || !ok || n < 1 || n > maxRate || strconv.Itoa(n) != number {
		return 0, 0, fmt.Errorf("%q is no rate", text)
	}
	return n, unit, nil
}
