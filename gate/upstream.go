package gate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TLSSpec is how an upstream is known, and known to it, where its targets are https. The
// files are in PEM and are read again when they change.
type TLSSpec struct {
	CA         string `json:"ca,omitempty"`          // the file of those who may have issued its certificate; default: those of the machine
	Cert       string `json:"cert,omitempty"`        // the file of the certificate that it is shown
	Key        string `json:"key,omitempty"`         // and of its key
	ServerName string `json:"server_name,omitempty"` // the name in its certificate; default: the host of the target
}

// HealthSpec is how targets that are not well are found.
type HealthSpec struct {
	Path      string      `json:"path,omitempty"`      // asked of each target; left out: nothing is
	Interval  string      `json:"interval,omitempty"`  // default: 5s
	Timeout   string      `json:"timeout,omitempty"`   // default: 1s
	Unhealthy int         `json:"unhealthy,omitempty"` // bad answers in a row until it gets no requests; default: 2
	Healthy   int         `json:"healthy,omitempty"`   // good ones until it does again; default: 2
	Passive   PassiveSpec `json:"passive,omitzero"`
}

// PassiveSpec takes a target out for how it answers requests, where there are others.
type PassiveSpec struct {
	Failures int    `json:"failures,omitempty"` // answers of 5xx, or none, in a row; default: 3
	Eject    string `json:"eject,omitempty"`    // for how long; default: 30s
}

// TimeoutsSpec bounds the parts of a request to an upstream. The whole is the route's.
type TimeoutsSpec struct {
	Connect string `json:"connect,omitempty"` // default: 2s
	Header  string `json:"header,omitempty"`  // until the answer begins; default: the route's
}

// RetrySpec is when a request is sent once more, to another target if there is one: one
// without a body, before anything was answered.
type RetrySpec struct {
	Attempts int      `json:"attempts,omitempty"` // in all; default: 2 where there are several targets, else 1
	Methods  []string `json:"methods,omitempty"`  // default: GET and HEAD
	When     []string `json:"when,omitempty"`     // connect, reset, "502", "503" and "504"; default: connect
	Budget   string   `json:"budget,omitempty"`   // of all requests; default: 10%
}

// TLS is a TLSSpec.
type TLS = TLSSpec

// Health is how targets that are not well are found.
type Health struct {
	Path               string // "": nothing is asked
	Interval, Timeout  time.Duration
	Unhealthy, Healthy int
	Failures           int
	Eject              time.Duration
}

// Retry is when a request is sent once more.
type Retry struct {
	Attempts       int
	Methods        []string
	Connect, Reset bool
	Statuses       []int
	Budget         int // in percent of all requests
}

// The bounds of what an upstream says of itself.
const (
	maxAttempts   = 5
	maxThreshold  = 100
	maxBudget     = 100
	maxInterval   = time.Hour
	defaultBudget = 10
)

var (
	idempotent   = []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} // RFC 9110 section 9.2.2
	retryReasons = []string{"connect", "reset", "502", "503", "504"}
)

// manages reads how an upstream is reached, and fills in the defaults.
func (c *compiler) manages(u *Upstream, spec *UpstreamSpec) {
	u.TLS, u.Connect = spec.TLS, c.duration("spec.timeouts.connect", spec.Timeouts.Connect, 2*time.Second, time.Minute)
	u.Header = c.duration("spec.timeouts.header", spec.Timeouts.Header, 0, maxTimeout)
	secure := slices.ContainsFunc(u.Targets, func(t Target) bool { return t.Scheme == "https" })
	switch {
	case spec.TLS != (TLSSpec{}) && !secure:
		c.problem("spec.tls", "is there, and no target is https")
	case (spec.TLS.Cert == "") != (spec.TLS.Key == ""):
		c.problem("spec.tls", "has one of cert and key; they belong together")
	}
	c.health(u, &spec.Health)
	c.retry(u, &spec.Retry)
	text, err := json.Marshal(spec)
	if err != nil {
		c.problem("spec", "cannot be written: %s", err)
	}
	u.Text = u.ID + " " + string(text)
}

func (c *compiler) health(u *Upstream, spec *HealthSpec) {
	h := &u.Health
	h.Path = spec.Path
	if _, err := ParsePath(spec.Path); spec.Path != "" && err != nil {
		c.problem("spec.health.path", "must be a path such as /healthz, in its one spelling and without a query")
	}
	if spec.Path == "" && (spec.Interval != "" || spec.Timeout != "" || spec.Unhealthy != 0 || spec.Healthy != 0) {
		c.problem("spec.health.path", "is missing; nothing is asked of the targets without it")
	}
	h.Interval = c.duration("spec.health.interval", spec.Interval, 5*time.Second, maxInterval)
	h.Timeout = c.duration("spec.health.timeout", spec.Timeout, time.Second, time.Minute)
	h.Unhealthy = c.threshold("spec.health.unhealthy", spec.Unhealthy, 2)
	h.Healthy = c.threshold("spec.health.healthy", spec.Healthy, 2)
	h.Failures = c.threshold("spec.health.passive.failures", spec.Passive.Failures, 3)
	h.Eject = c.duration("spec.health.passive.eject", spec.Passive.Eject, 30*time.Second, maxInterval)
}

func (c *compiler) threshold(field string, n, usual int) int {
	if n == 0 {
		return usual
	}
	if n < 1 || n > maxThreshold {
		c.problem(field, "must be between 1 and %d", maxThreshold)
	}
	return n
}

func (c *compiler) retry(u *Upstream, spec *RetrySpec) {
	r := &u.Retry
	*r = Retry{Attempts: spec.Attempts, Methods: spec.Methods, Budget: defaultBudget}
	if spec.Attempts == 0 {
		r.Attempts = max(1, min(2, len(u.Targets)))
	}
	if r.Attempts < 1 || r.Attempts > maxAttempts {
		c.problem("spec.retry.attempts", "must be between 1 and %d", maxAttempts)
	}
	if len(spec.Methods) == 0 {
		r.Methods = []string{"GET", "HEAD"}
	}
	for i, m := range spec.Methods {
		if !slices.Contains(idempotent, m) {
			c.problem(fmt.Sprintf("spec.retry.methods[%d]", i), "must be one of %s, which may be sent twice", strings.Join(idempotent, ", "))
		}
	}
	r.Connect = len(spec.When) == 0
	for i, when := range spec.When {
		if !slices.Contains(retryReasons, when) {
			c.problem(fmt.Sprintf("spec.retry.when[%d]", i), "must be one of %s", strings.Join(retryReasons, ", "))
		}
		r.Connect, r.Reset = r.Connect || when == "connect", r.Reset || when == "reset"
		if status, err := strconv.Atoi(when); err == nil {
			r.Statuses = append(r.Statuses, status)
		}
	}
	if spec.Budget != "" {
		number, percent := strings.CutSuffix(spec.Budget, "%")
		n, err := strconv.Atoi(number)
		if r.Budget = n; !percent || err != nil || n < 1 || n > maxBudget || strconv.Itoa(n) != number {
			c.problem("spec.retry.budget", "must be between 1%% and %d%%", maxBudget)
		}
	}
}
