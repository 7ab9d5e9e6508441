package server

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gatehouse/ephemeral"
	"gatehouse/house"
	"gatehouse/pdp"
)

// Metrics are the counters of one server; label values come from closed sets,
// and none names a person, a session or a client.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	issued   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	decided  *prometheus.CounterVec
	passed   *prometheus.CounterVec // by the gate
	judged   *prometheus.CounterVec // at the gate
	through  *prometheus.HistogramVec
	sent     *prometheus.CounterVec // to upstreams of the gate
	targets  *prometheus.GaugeVec
	lasting  *prometheus.GaugeVec   // streams of the gate
	parted   *prometheus.CounterVec // that ended

	known series[answeredBy, answers]
	gate  struct {
		served  series[answeredBy, answers]
		decided series[[2]string, prometheus.Counter]
		sent    series[[2]string, prometheus.Counter]
	}

	kept *house.GateCounts // of what the gate decides, for the statistics; nil: nobody keeps it
}

// newMetrics returns fresh counters in a registry of their own. version is what
// runs; empty: what the build information says.
func newMetrics(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.ofHouse()
	m.ofGate()
	m.registry.MustRegister(built(version), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// built is a gauge that says what runs.
func built(version string) prometheus.Collector {
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "gatehouse_build_info", Help: "1, labelled with what was built."}, []string{"version", "go"})
	if info, ok := debug.ReadBuildInfo(); ok && version == "" {
		version = info.Main.Version
	}
	build.WithLabelValues(version, runtime.Version()).Set(1)
	return build
}

// seconds are the bounds within which times of requests are counted.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// ofHouse makes what counts at the doors of the house.
func (m *Metrics) ofHouse() {
	m.requests = m.counter("gatehouse_http_requests_total", "Requests answered, by route, method and status.", "route", "method", "code")
	m.took = m.times("gatehouse_http_request_duration_seconds", "Time from the first byte of a request to the end of its answer.")
	m.issued = m.counter("gatehouse_tokens_issued_total", "Successful token responses, by grant type.", "grant_type")
	m.refused = m.counter("gatehouse_token_errors_total", "Refused token requests, by grant type and error code.", "grant_type", "error")
	m.decided = m.counter("gatehouse_decisions_total", "Decisions that programs asked for, by outcome: allow, deny, challenge, error, filter (for many resources at once).", "outcome")
}

// ofGate makes what counts at the gate.
func (m *Metrics) ofGate() {
	m.passed = m.counter("gatehouse_gate_requests_total", "Requests answered at the gate, by route (empty: none), method and status.", "route", "method", "code")
	m.judged = m.counter("gatehouse_gate_decisions_total", "Decisions at the gate, by route and outcome: allow, deny, challenge, unknown (nobody was known), limited, error.", "route", "outcome")
	m.through = m.times("gatehouse_gate_request_duration_seconds", "Time from the first byte of a request at the gate to the end of its answer, by route.")
	m.sent = m.counter("gatehouse_gate_upstream_requests_total", "Requests that the gate sent to an upstream, by what became of them: answered, failed (5xx), slow, lost, gone (the visitor), and those that were sent once more (retried).", "upstream", "outcome")
	m.targets = m.gauge("gatehouse_gate_upstream_targets", "Targets of an upstream by whether they get requests (well) or are left out (out).", "upstream", "state")
	m.lasting = m.gauge("gatehouse_gate_streams", "Connections through the gate that last, by kind: websocket, sse, grpc.", "kind")
	m.parted = m.counter("gatehouse_gate_streams_ended_total", "Connections through the gate that lasted and ended, by route and why: done, refused (the right was over), unknown (nobody knew), route, lifetime, idle, size, rate (of messages), broken, closing.", "route", "why")
	for _, kind := range []string{"websocket", "sse", "grpc"} {
		m.lasting.WithLabelValues(kind)
	}
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	return registered(m, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return registered(m, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))
}

// times counts how long the requests of a route took.
func (m *Metrics) times(name, help string) *prometheus.HistogramVec {
	return registered(m, prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, []string{"route"}))
}

func registered[C prometheus.Collector](m *Metrics, c C) C {
	m.registry.MustRegister(c)
	return c
}

// answeredBy names the series that an answer counts in.
type answeredBy struct {
	route, method string
	status        int
}

// answers are the two series that an answer counts in.
type answers struct {
	number prometheus.Counter
	took   prometheus.Observer
}

func (a answers) count(took time.Duration) {
	a.number.Inc()
	a.took.Observe(took.Seconds())
}

// observe counts one request.
func (m *Metrics) observe(route, method string, status int, took time.Duration) {
	m.known.of(answeredBy{route, method, status}, func() answers {
		return answers{m.requests.WithLabelValues(route, method, strconv.Itoa(status)), m.took.WithLabelValues(route)}
	}).count(took)
}

// TokenIssued implements provider.Metrics.
func (m *Metrics) TokenIssued(grant string) { m.issued.WithLabelValues(grant).Inc() }

// TokenRefused implements provider.Metrics.
func (m *Metrics) TokenRefused(grant, code string) { m.refused.WithLabelValues(grant, code).Inc() }

// GateDecided implements proxy.Metrics.
func (m *Metrics) GateDecided(route, outcome string) {
	m.gate.decided.of([2]string{route, outcome}, func() prometheus.Counter { return m.judged.WithLabelValues(route, outcome) }).Inc()
	if m.kept != nil {
		m.kept.Decided(route, outcome)
	}
}

// GateServed implements proxy.Metrics.
func (m *Metrics) GateServed(route, method string, status int, took time.Duration) {
	m.gate.served.of(answeredBy{route, method, status}, func() answers {
		return answers{m.passed.WithLabelValues(route, method, strconv.Itoa(status)), m.through.WithLabelValues(route)}
	}).count(took)
}

// GateUpstream implements proxy.Metrics.
func (m *Metrics) GateUpstream(upstream, outcome string) {
	m.gate.sent.of([2]string{upstream, outcome}, func() prometheus.Counter { return m.sent.WithLabelValues(upstream, outcome) }).Inc()
}

// GateTargets implements proxy.Metrics.
func (m *Metrics) GateTargets(upstream string, well, out int) {
	m.targets.WithLabelValues(upstream, "well").Set(float64(well))
	m.targets.WithLabelValues(upstream, "out").Set(float64(out))
}

// GateStreamOpened implements proxy.Metrics.
func (m *Metrics) GateStreamOpened(kind string) { m.lasting.WithLabelValues(kind).Inc() }

// GateStreamEnded implements proxy.Metrics.
func (m *Metrics) GateStreamEnded(kind, route, why string) {
	m.lasting.WithLabelValues(kind).Dec()
	m.parted.WithLabelValues(route, why).Inc()
}

// GateTargetsGone implements proxy.Metrics.
func (m *Metrics) GateTargetsGone(upstream string) {
	m.targets.DeletePartialMatch(prometheus.Labels{"upstream": upstream})
}

// Decided implements pdp.Metrics.
func (m *Metrics) Decided(outcome string) { m.decided.WithLabelValues(outcome).Inc() }

// watch adds what is read of h when somebody asks. What a room has to say is a
// row here.
func (m *Metrics) watch(h *house.House, feed *pdp.Feed) {
	hasher := h.Identity.Hasher
	rows := []reader{
		{"gatehouse_revocations_loading", "1 while not all revocations of before the start are in memory, and the database is asked about each token.", func() float64 { return one(h.Registry.Loading(time.Now())) }},
		{"gatehouse_snapshot_age_seconds", "Time since clients and revocations were last read from the database.", func() float64 { return h.Registry.Age().Seconds() }},
		{"gatehouse_policy_age_seconds", "Time since the policy (who may do what) was last read from the database.", func() float64 { return h.Policy.Age().Seconds() }},
		{"gatehouse_policy_version", "The version of the policy that is in memory.", func() float64 { return float64(h.Policy.Figures().Version) }},
		{"gatehouse_policy_principals", "People, services and clients of whom the policy in memory says something.", func() float64 { return float64(h.Policy.Figures().Principals) }},
		{"gatehouse_policy_load_seconds", "How long the last whole load of the policy took.", func() float64 { return h.Policy.Figures().Load.Seconds() }},
		{"gatehouse_feed_listeners", "Connections of resource servers that hear what was taken back.", func() float64 { return float64(feed.Listeners()) }},
		{"gatehouse_folder_refused", "1 while the files of apply.folder cannot be applied, in the process that tries.", func() float64 { return one(h.Folder.Problem() != "") }},
		{"gatehouse_gate_routes_refused", "1 while the files of gate.routes cannot be used, and the routes before them stay.", func() float64 { return one(h.Routes.Problem() != "") }},
		{"gatehouse_gate_decisions_dropped_total", "Decisions at the gate that were not written to gate.decisions.file, because there was no room for them.", func() float64 { return float64(h.Decisions.Dropped()) }},
		{"gatehouse_audit_refusals_waiting", "Refusals that are to be recorded in the audit log as soon as the database can take them.", func() float64 { return float64(h.Refusals.Waiting()) }},
		{"gatehouse_audit_refusals_lost_total", "Refusals that could not be recorded in the audit log.", func() float64 { return float64(h.Refusals.Lost()) }},
		{"gatehouse_audit_disturbed", "1 while this process sees what Gatehouse did not write in the tables of the audit log.", func() float64 { return one(len(h.Disturbed()) > 0) }},
		{"gatehouse_clock_doubted", "1 while the clocks do not agree: nothing is removed for its age and no key is rotated.", func() float64 { return one(h.Clock.Doubt() != nil) }},
		{"gatehouse_clock_skipped_beats_total", "Beats of the background that were skipped because the clocks did not agree.", func() float64 { return float64(h.Clock.Refused()) }},
		{"gatehouse_password_slots", "Passwords that may be hashed at the same time.", func() float64 { return float64(hasher.Slots()) }},
		{"gatehouse_password_waiting", "Sign-ins that wait for a slot now.", func() float64 { return float64(hasher.Waiting()) }},
		{"gatehouse_password_hashes_total", "Passwords hashed.", func() float64 { return float64(hasher.Hashed()) }},
	}
	if h.Limiters.Shared(time.Time{}) {
		rows = append(rows, ofRedis(h.Limiters)...)
	}
	for _, row := range rows {
		m.registry.MustRegister(reading(row.name, row.help, row.read))
	}
}

// reader is a figure that is read when somebody asks.
type reader struct {
	name, help string
	read       func() float64
}

// ofRedis are what is told where a Redis is configured.
func ofRedis(l *ephemeral.Limiters) []reader {
	return []reader{
		{"gatehouse_redis_shared", "1 while limits are shared through Redis, 0 while this process counts them by itself.", func() float64 { return one(l.Figures().Shared) }},
		{"gatehouse_redis_failures_total", "Questions that Redis did not answer, or not in time.", func() float64 { return float64(l.Figures().Failed) }},
		{"gatehouse_redis_alone_total", "Events that this process counted by itself, because Redis was away.", func() float64 { return float64(l.Figures().Alone) }},
	}
}

// one is 1 for what is so.
func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// reading is a gauge, or a counter when its name says so, that is read when
// somebody asks.
func reading(name, help string, read func() float64) prometheus.Collector {
	if strings.HasSuffix(name, "_total") {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read)
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
