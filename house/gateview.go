package house

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/proxy"
	"gatehouse/wire"
)

// GateState is where the routes come from, and whether they can be used here.
func (h *House) GateState() wire.Gate {
	set, c := h.Routes.Current(), h.Config.Gate
	return wire.Gate{
		Listens: c.Wanted(), Files: c.InFiles(), From: h.Routes.From(), Hash: set.Hash(), Routes: len(set.Routes()), Tests: set.Tests(),
		Problem: h.Routes.Problem(), Decisions: h.Decisions != nil, Networks: append([]string{}, c.UpstreamNetworks...),
	}
}

// servedOver is for how long a route tells what it decided.
const servedOver = 7

// ServedRoutes are the routes that this process serves, in the order of their ids, with what all
// replicas decided by each.
func (h *House) ServedRoutes(ctx context.Context) ([]wire.ServedRoute, error) {
	missing, err := h.Routes.Missing(ctx)
	if err != nil {
		return nil, err
	}
	today := audit.DayOf(time.Now())
	counted, err := h.Store.Tallies(ctx, today.AddDate(0, 0, 1-servedOver), today.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	decisions := map[string]map[string]int64{}
	for _, t := range counted {
		if t.What != CountedGate {
			continue
		}
		if decisions[t.Detail] == nil {
			decisions[t.Detail] = map[string]int64{}
		}
		decisions[t.Detail][string(t.Outcome)] += t.N
	}
	vain := proxy.InVain(missing)
	var all []wire.ServedRoute
	for _, r := range h.Routes.Current().Routes() {
		one := wire.ServedRoute{Route: wire.OfRoute(r), Decisions: decisions[r.ID], Tests: len(r.Tests)}
		if one.Decisions == nil {
			one.Decisions = map[string]int64{}
		}
		one.Missing = vain[r.ID]
		all = append(all, one)
	}
	return all, nil
}

// ServedUpstreams are the servers behind the gate of this process.
func (h *House) ServedUpstreams() (all []wire.ServedUpstream) {
	set := h.Routes.Current()
	for _, u := range set.Upstreams() {
		all = append(all, wire.OfUpstream(u, set.Routes()))
	}
	return all
}

// ServedEdges are the proxies that may ask the gate of this process.
func (h *House) ServedEdges() (all []wire.ServedEdge) {
	for _, e := range h.Routes.Current().Edges() {
		all = append(all, wire.OfEdge(e))
	}
	return all
}

// gateWith is the set of routes with one changed, that which is served for nil.
func (h *House) gateWith(ctx context.Context, o *gate.Object) (*gate.Set, error) {
	if o == nil {
		return h.Routes.Current(), nil
	}
	return h.Gate.With(ctx, *o)
}

// ExplainGate is ExplainRequest by the routes that are served, and the policy of now.
func (h *House) ExplainGate(ctx context.Context, method, url string, q access.Question, methods []string) (wire.GateAnswer, error) {
	policy, err := h.Policy.Current(ctx)
	if err != nil {
		return wire.GateAnswer{}, err
	}
	return ExplainRequest(h.Routes.Current(), policy, method, url, q, methods)
}

// ExplainRequest is what the gate would do with a request of somebody, of nobody where q.Principal
// is zero. The permission of q is what the route asks for.
func ExplainRequest(set *gate.Set, policy *access.Snapshot, method, url string, q access.Question, methods []string) (a wire.GateAnswer, err error) {
	host, path, err := gate.ReadURL(url)
	if err != nil {
		return a, err
	}
	m, err := proxy.RouteOf(set, host, path, method)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.NotAllowed) {
		return wire.GateAnswer{Decision: "no route", Reason: fault.CodeOf(err)}, nil
	}
	if err != nil {
		return a, err
	}
	routed := wire.OfMatch(method, host, path, &m)
	a.Routed = &routed
	r := proxy.Replayer{Set: set, Policy: policy}
	a.Decision, a.Reason = r.Simulate(&proxy.Entry{
		At: q.Now, Subject: q.Principal.ID, Kind: string(q.Principal.Kind), ACR: q.Level.String(), AMR: methods, AuthTime: q.AuthTime.Unix(),
		Method: method, Host: host, Path: path.String(), IP: q.Request.IP, Attrs: q.Resource.Attrs,
	})
	if m.Route.Public || q.Principal.ID == "" || routed.Permission == "" {
		return a, nil
	}
	q.Permission, q.Org, q.Resource.ID = routed.Permission, routed.Org, routed.Resource
	e, err := policy.Explain(&q)
	if fault.CodeOf(err) == "permission.unknown" { // the answer says that nobody gets through
		return a, nil
	}
	if err != nil {
		return a, err
	}
	told := wire.OfExplanation(&q, e)
	a.Explanation = &told
	return a, nil
}

// The bounds of a replay that somebody waits for.
const (
	replayBytes   = 64 << 20 // of the log, the latest
	replayChanges = 100      // that are told one by one
)

// ReplayGate makes the decisions of this process's log since then again, by its routes with one
// changed, and tells what turns by that change alone. Conflict "gate.no_decisions" where no log is kept.
func (h *House) ReplayGate(ctx context.Context, since time.Time, o *gate.Object) (wire.Replayed, error) {
	if h.Decisions == nil {
		return wire.Replayed{}, fault.New(fault.Conflict, "gate.no_decisions", "Nothing is written down of what the gate decides. Set gate.decisions.file, and restart.")
	}
	set, err := h.gateWith(ctx, o)
	if err != nil {
		return wire.Replayed{}, err
	}
	policy, err := h.Policy.Current(ctx)
	if err != nil {
		return wire.Replayed{}, err
	}
	r, first := proxy.Replayer{Set: set, Policy: policy}, time.Time{}
	if o != nil {
		r.Served = h.Routes.Current()
	}
	strange, err := recentDecisions(h.Config.Gate.Decisions.File, since, func(e *proxy.Entry) error {
		if e.At.Before(since) {
			return nil
		}
		if first.IsZero() {
			first = e.At
		}
		r.Replay(e)
		return ctx.Err()
	})
	if err != nil {
		return wire.Replayed{}, err
	}
	told := replayed(r.Done())
	told.Left += strange
	told.Since = first
	return told, nil
}

// recentDecisions calls f for the decisions of the end of a log: of as many files, and of as much
// of the oldest of them, as replayBytes allow. A log that is not there yet has none.
func recentDecisions(file string, since time.Time, f func(e *proxy.Entry) error) (strange int, err error) {
	type piece struct {
		name string
		skip int64
	}
	var pieces []piece
	left := int64(replayBytes)
	for n := 0; n <= setAside && left > 0; n++ {
		name := file
		if n > 0 {
			name = aside(file, n)
		}
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if info.ModTime().Before(since) {
			break
		}
		pieces = append(pieces, piece{name, max(info.Size()-left, 0)})
		left -= info.Size()
	}
	for _, p := range slices.Backward(pieces) {
		none, err := decisionsFrom(p.name, p.skip, f)
		if errors.Is(err, fs.ErrNotExist) { // set aside meanwhile
			continue
		}
		if strange += none; err != nil {
			return strange, err
		}
	}
	return strange, nil
}

// decisionsFrom reads a file of decisions from behind the line in which skip lies.
func decisionsFrom(name string, skip int64, f func(e *proxy.Entry) error) (strange int, err error) {
	in, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if skip > 0 {
		if _, err := in.Seek(skip, io.SeekStart); err != nil {
			return 0, err
		}
		strange = -1 // what is left of that line is none
	}
	none, err := eachLine(in, name, f)
	return max(strange+none, 0), err
}

// replayed is the shape of what came out.
func replayed(done proxy.Replayed) wire.Replayed {
	w := wire.Replayed{Decisions: done.Decisions, Left: done.Left, Turns: []wire.Turn{}, Changes: []wire.TurnedEntry{}}
	for _, t := range done.Turns {
		w.Turns = append(w.Turns, wire.Turn{From: t.From, To: t.To, Count: t.Count})
	}
	for i := range done.Changes[:min(len(done.Changes), replayChanges)] {
		c := &done.Changes[i]
		w.Changes = append(w.Changes, wire.TurnedEntry{
			At: c.Entry.At, Subject: wire.Subject{Kind: access.Kind(c.Entry.Kind), ID: c.Entry.Subject}, Method: c.Entry.Method, Host: c.Entry.Host, Path: c.Entry.Path,
			From: c.From, To: c.To, Route: c.Route, Why: c.Why,
		})
	}
	return w
}
