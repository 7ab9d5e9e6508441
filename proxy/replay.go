package proxy

import (
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/proof"
)

// Replayed is what recorded decisions come to by another policy, or other routes.
type Replayed struct {
	Decisions int       `json:"decisions"` // that were made again
	Left      int       `json:"left_out"`  // those of which not all is recorded that they depended on
	Turns     []Turn    `json:"turns"`     // how many would turn from what to what, the most first
	Changes   []Changed `json:"changes"`   // the first of them, one by one
}

// Turn is how many decisions would turn from one answer to another.
type Turn struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// Changed is one that would turn.
type Changed struct {
	Entry Entry  `json:"was"`
	From  string `json:"from"` // what was decided, or what the routes that are served would decide now
	To    string `json:"to"`
	Route string `json:"route,omitempty"` // that would take it
	Why   string `json:"why,omitempty"`
}

// mostChanges bounds how many changes are told one by one.
const mostChanges = 1000

// Replayer makes recorded decisions again, one after the other.
type Replayer struct {
	Set    *gate.Set
	Policy *access.Snapshot
	// Served are the routes that Set is compared with under the same policy: what grants, locks and
	// earlier changes turned since then is none of its doing. Nil: with what was decided.
	Served *gate.Set

	done  Replayed
	turns map[[2]string]int
}

// Replay makes one again: by the clock of then, with what the caller had proved then and
// what was known of the resource.
func (r *Replayer) Replay(e *Entry) {
	to, route, why, ok := r.decide(e)
	from, known := r.from(e)
	if !ok || !known {
		r.done.Left++
		return
	}
	r.done.Decisions++
	if to == from {
		return
	}
	if r.turns == nil {
		r.turns = map[[2]string]int{}
	}
	r.turns[[2]string{from, to}]++
	if len(r.done.Changes) < mostChanges {
		r.done.Changes = append(r.done.Changes, Changed{*e, from, to, route, why})
	}
}

// from is what a decision is compared with; false: nobody can tell.
func (r *Replayer) from(e *Entry) (decision string, ok bool) {
	if r.Served == nil {
		return e.Decision, true
	}
	served := Replayer{Set: r.Served, Policy: r.Policy}
	decision, _, _, ok = served.decide(e)
	return decision, ok
}

// Done returns what came out.
func (r *Replayer) Done() Replayed {
	done := r.done
	done.Turns = []Turn{}
	for turn, n := range r.turns {
		done.Turns = append(done.Turns, Turn{turn[0], turn[1], n})
	}
	slices.SortFunc(done.Turns, func(a, b Turn) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.From+a.To, b.From+b.To)
	})
	return done
}

// Simulate is what would become of a request that nobody made: the outcome in the words of
// Entry.Decision or "no route", "mcp" where it depends on a body, and why. What is not known of
// the resource is unknown. Who is given shows that in a way that the route takes, if there is one.
func (r *Replayer) Simulate(e *Entry) (to, why string) {
	asked := *e
	asked.Decision, asked.Reason = "unknown", string(access.ResourceUnknown)
	m, to, why := r.find(&asked)
	switch {
	case to != "":
		return to, why
	case m.Route.MCP != nil:
		return "mcp", ""
	case e.Subject == "":
		return "unknown", ""
	case !reaches(m.Route, e):
		return "unknown", unknownThere
	}
	to, why, _ = r.weigh(&asked, &m)
	return to, why
}

// decide is what a recorded decision comes to now; false: nobody can tell.
func (r *Replayer) decide(e *Entry) (to, route, why string, ok bool) {
	if e.Decision == "error" || e.Decision == "limited" || e.Key != "" || e.Decision == access.Refused.String() && e.Reason == "" { // for what they came with
		return "", "", "", false
	}
	if _, err := gate.ParsePath(e.Path); err != nil {
		return "", "", "", false
	}
	m, to, why := r.find(e)
	if m.Route != nil {
		route = m.Route.ID
	}
	switch {
	case to != "":
		return to, route, why, true
	case e.MCP, m.Route.MCP != nil:
		return "", "", "", false
	case e.Subject == "":
		return "unknown", route, "", e.Decision == "unknown" // of who came to a public route nothing is recorded
	case !knows(m.Route, e):
		return "unknown", route, unknownThere, true
	}
	to, why, ok = r.weigh(e, &m)
	return to, route, why, ok
}

// unknownThere is why somebody is nobody at a route.
const unknownThere = "the route does not know callers by what this one came with"

// find finds the route that takes a request. To is what becomes of it whoever sent it: "no route"
// or "public"; "": that depends.
func (r *Replayer) find(e *Entry) (m gate.Match, to, why string) {
	path, err := gate.ParsePath(e.Path)
	if err == nil {
		m, err = RouteOf(r.Set, e.Host, path, e.Method)
	}
	switch {
	case err != nil:
		return m, "no route", detail(err)
	case m.Route.Public:
		return m, "public", ""
	}
	return m, "", ""
}

// reaches reports whether there is a way in which somebody may come by a route: people with a
// session or a token of ours, and service accounts with a key, or by the word of those whom the
// route trusts.
func reaches(r *gate.Route, e *Entry) bool {
	switch {
	case r.Own && r.Accepts(gate.ByBearer):
		return true
	case e.Kind == string(access.User):
		return r.Accepts(gate.BySession)
	}
	byCertificate := r.ClientCA != nil && slices.ContainsFunc(r.ClientCA.Callers, func(rule gate.CertificateCallerSpec) bool { return rule.Service == e.Subject })
	return byCertificate || slices.ContainsFunc(append(slices.Clone(r.Issuers), r.Opaque), func(i *gate.Issuer) bool { return leads(i, e.Subject) })
}

// leads reports whether an issuer, nil for none, has a rule by which its callers act as a service
// account.
func leads(i *gate.Issuer, service string) bool {
	return i != nil && slices.ContainsFunc(i.Callers, func(rule gate.IssuerCallerSpec) bool { return rule.Service == service })
}

// knows reports whether a route knows the caller of a recorded decision by what they came
// with: by the word of those whom it trusts (caller.Caller.Via), or by ours. Which of the
// rules of an issuer counted is not recorded; that none leads to that account is known.
func knows(r *gate.Route, e *Entry) bool {
	by, rest, _ := strings.Cut(e.Via, " ")
	name, _, _ := strings.Cut(rest, " ")
	switch by {
	case "issuer":
		return slices.ContainsFunc(append(slices.Clone(r.Issuers), r.Opaque), func(i *gate.Issuer) bool {
			return leads(i, e.Subject) && i.ID == name
		})
	case "certificate":
		return r.ClientCA != nil && r.ClientCA.ID == name &&
			slices.ContainsFunc(r.ClientCA.Callers, func(rule gate.CertificateCallerSpec) bool { return rule.Service == e.Subject })
	}
	if e.Session != "" && !e.Token {
		return r.Accepts(gate.BySession)
	}
	return r.Own && r.Accepts(gate.ByBearer)
}

// weigh is decide of who came by a route that asks for something.
func (r *Replayer) weigh(e *Entry, m *gate.Match) (to, why string, ok bool) {
	who := r.callerOf(e)
	ask := question(m, e.Method, access.Request{Method: e.Method, Path: e.Path, IP: e.IP})
	if m.Route.Filter {
		got, err := narrowed(r.Policy, who.q, &ask)
		if err != nil {
			return "error", detail(err), true
		}
		return got, "", true
	}
	missing := false
	w, err := weigh(who, variesBy(r.Policy, who.q), r.Policy, e.Subject, m.Route, ask, func() (map[string]any, error) {
		missing = e.Attrs == nil
		return e.Attrs, nil
	})
	switch {
	case err != nil:
		return "error", detail(err), true
	case missing && w.Reason == access.ResourceUnknown && e.Reason != string(access.ResourceUnknown):
		return "", "", false // it was not asked for then
	case w.own:
		return "own", "", true
	}
	return w.Outcome.String(), string(w.Reason), true
}

// callerOf is who came then, as they were proved then.
func (r *Replayer) callerOf(e *Entry) *recorded {
	level, _ := proof.ParseLevel(e.ACR) // programs prove none
	who := &recorded{r.Policy, access.Question{
		Principal: access.Subject{Kind: access.Kind(e.Kind), ID: e.Subject}, Now: e.At, Session: id.Session(e.Session), Level: level,
		Delegated: e.Token, Scopes: e.Scopes,
	}, e.AMR}
	if e.Token {
		who.q.Client = id.Client(e.Client)
	}
	if e.AuthTime != 0 {
		who.q.AuthTime = time.Unix(e.AuthTime, 0)
	}
	return who
}

// recorded is the caller of a recorded decision.
type recorded struct {
	s      *access.Snapshot
	q      access.Question
	proved []string
}

// Decide implements decider.
func (r *recorded) Decide(a caller.Asked) (access.Decision, error) {
	q := r.q
	return caller.Decide(r.s, &q, &a, r.proved)
}
