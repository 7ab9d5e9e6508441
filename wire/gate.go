package wire

import (
	"time"

	"gatehouse/gate"
)

// Gate is where the routes of the gate come from, and whether they can be used.
type Gate struct {
	Listens   bool   `json:"listens"`           // there is a gate
	Files     bool   `json:"in_files"`          // they are in a folder, and change there
	From      string `json:"from"`              // the folder, or the database
	Hash      string `json:"hash"`              // of what is served; replicas with the same routes have the same
	Routes    int    `json:"routes"`            // that are served
	Tests     int    `json:"tests"`             // that hold
	Problem   string `json:"problem,omitempty"` // why what lies there is not served
	Decisions bool   `json:"decisions"`         // this process writes down what it decides, so that it can be made again
	// Networks are those in which upstreams of the database must lie (gate.upstream_networks);
	// none: there is nowhere that these could lead to.
	Networks []string `json:"upstream_networks"`
}

// ServedRoute is a route that the gate serves, with what it decided.
type ServedRoute struct {
	Route
	Decisions map[string]int64 `json:"decisions"` // of the last seven days, by what came out
	Tests     int              `json:"tests"`
}

// Decided is how much was decided of what came out, and how much of it was not let through.
func Decided(decisions map[string]int64) (all, refused int) {
	for outcome, n := range decisions {
		all += int(n)
		if outcome != "allow" && outcome != "public" && outcome != "preflight" {
			refused += int(n)
		}
	}
	return all, refused
}

// ServedUpstream is a server behind the gate, as it is reached.
type ServedUpstream struct {
	ID       string   `json:"id"`
	Targets  []string `json:"targets"`
	Protocol string   `json:"protocol"`         // http or h2c
	Audience string   `json:"audience"`         // of the assertion that tells it who calls
	Health   string   `json:"health,omitempty"` // the path at which its targets are asked how they are; absent: nowhere
	Routes   []string `json:"routes"`           // that lead to it, or ask it about a resource
}

// OfUpstream is u as programs read it, with those of routes that need it.
func OfUpstream(u *gate.Upstream, routes []*gate.Route) ServedUpstream {
	w := ServedUpstream{ID: u.ID, Targets: []string{}, Protocol: "http", Audience: u.Audience, Health: u.Health.Path, Routes: []string{}}
	if u.H2C {
		w.Protocol = "h2c"
	}
	for _, t := range u.Targets {
		w.Targets = append(w.Targets, t.Scheme+"://"+t.Host)
	}
	for _, r := range routes {
		if r.Upstream == u || r.Fetch != nil && r.Fetch.Upstream == u {
			w.Routes = append(w.Routes, r.ID)
		}
	}
	return w
}

// ServedEdge is another proxy that may ask the gate.
type ServedEdge struct {
	ID      string   `json:"id"`
	Dialect string   `json:"dialect"`
	Peers   []string `json:"peers"`  // the networks that it asks from
	Shows   []string `json:"shows"`  // for itself: secret, certificate
	Routes  []string `json:"routes"` // that it may ask about; none: all
}

// OfEdge is e as programs read it: nothing of what it shows.
func OfEdge(e *gate.Edge) ServedEdge {
	w := ServedEdge{ID: e.ID, Dialect: string(e.Dialect), Peers: []string{}, Shows: []string{}, Routes: append([]string{}, e.Routes...)}
	for _, p := range e.Peers {
		w.Peers = append(w.Peers, p.String())
	}
	if e.AsksSecret() {
		w.Shows = append(w.Shows, "secret")
	}
	if e.AsksCertificate() {
		w.Shows = append(w.Shows, "certificate")
	}
	return w
}

// GateAnswer is what the gate would do with a request.
type GateAnswer struct {
	Routed *Routed `json:"routed,omitempty"` // the route that takes it; absent: none does
	// Decision is allow, own, filter, deny, challenge, unknown (a sign-in is asked for), public,
	// mcp (it depends on the body), error or no route; Reason says why.
	Decision    string       `json:"decision"`
	Reason      string       `json:"reason,omitempty"`
	Explanation *Explanation `json:"explanation,omitempty"` // of the permission, for somebody
}

// Replayed is what recorded decisions of the gate come to by other routes.
type Replayed struct {
	Since     time.Time     `json:"since,omitzero"` // the first that was looked at
	Decisions int           `json:"decisions"`      // that were made again
	Left      int           `json:"left_out"`       // those of which not all is recorded that they depended on
	Turns     []Turn        `json:"turns"`          // how many would turn from what to what, the most first
	Changes   []TurnedEntry `json:"changes"`        // the first of them, one by one
}

// Turn is how many decisions would turn from one answer to another.
type Turn struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// TurnedEntry is a decision that would turn.
type TurnedEntry struct {
	At      time.Time `json:"at"`
	Subject Subject   `json:"subject,omitzero"`
	Method  string    `json:"method"`
	Host    string    `json:"host"`
	Path    string    `json:"path"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Route   string    `json:"route,omitempty"` // that would take it
	Why     string    `json:"why,omitempty"`
}
