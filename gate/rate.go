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
	// Name is that of the limit, as answers tell it: the id of the route where it is the only
	// one. No two limits have the same, so that each is counted apart.
	Name  string
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

// Bounds of what counts.
const (
	maxRate  = 1_000_000 // requests or messages of a limit or a burst
	maxRates = 8         // limits of a route: each is asked about a request
)

var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// rates reads the limits of a route.
func (c *compiler) rates(r *Route, list []RateSpec) {
	if len(list) > maxRates {
		c.problem("spec.limits.rate", "has more than %d limits", maxRates)
		return
	}
	for i, spec := range list {
		if slices.Contains(list[:i], spec) {
			c.problem(index("spec.limits.rate", i), "is there twice")
		}
		r.Rates = append(r.Rates, c.rate(r, index("spec.limits.rate", i), &spec))
	}
	for i := range r.Rates {
		r.Rates[i].Name = nameOfRate(r, i)
	}
}

// nameOfRate tells the limits of a route apart: by what each counts, and by numbers those
// that count the same.
func nameOfRate(r *Route, i int) string {
	if len(r.Rates) == 1 {
		return r.ID
	}
	same := 0
	for _, before := range r.Rates[:i] {
		if before.Per == r.Rates[i].Per {
			same++
		}
	}
	name := r.ID + "/" + string(r.Rates[i].Per) // ids have no slash
	if same > 0 {
		name += "/" + strconv.Itoa(same+1)
	}
	return name
}

func (c *compiler) rate(r *Route, field string, spec *RateSpec) Rate {
	rate := Rate{Per: Per(spec.Per)}
	switch {
	case !slices.Contains(pers, rate.Per):
		c.problem(field+".per", "must be ip, sub, client or key")
	case r.Public && rate.Per != PerAddress:
		c.problem(field+".per", "must be ip; spec.public is true, and nobody is asked who they are")
	}
	rate.Burst, rate.Every = c.pace(field, spec.Limit, spec.Burst)
	return rate
}

// pace reads how many there may be at once, and in which time one more.
func (c *compiler) pace(field, limit string, burst int) (int, time.Duration) {
	n, unit, err := parseRate(limit)
	if err != nil {
		c.problem(field+".limit", "must be a number up to %d and a unit, such as 50/s, 300/m or 10/h", maxRate)
		return 0, 0
	}
	if burst == 0 {
		burst = n
	}
	if burst < 1 || burst > maxRate {
		c.problem(field+".burst", "must be between 1 and %d", maxRate)
	}
	return burst, (unit + time.Duration(n) - 1) / time.Duration(n)
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
