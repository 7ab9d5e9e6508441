package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/wire"
)

// Gateway tells what the gate serves, and what it would do; *house.House does.
type Gateway interface {
	GateState() wire.Gate
	// ServedRoutes, ServedUpstreams and ServedEdges are what this process serves, the caller's own.
	ServedRoutes(ctx context.Context) ([]wire.ServedRoute, error)
	ServedUpstreams() []wire.ServedUpstream
	ServedEdges() []wire.ServedEdge
	// ExplainGate is about a request of q.Principal, or of nobody.
	ExplainGate(ctx context.Context, method, url string, q access.Question, methods []string) (wire.GateAnswer, error)
	// Shadowed is what routes in the shadow let through since then and would not have; "" is all routes.
	Shadowed(ctx context.Context, since time.Time, route string) (wire.Shadowed, error)
	// GateRefusals is what the gate did not let through since then; "" is all routes.
	GateRefusals(ctx context.Context, since time.Time, route string) (wire.Shadowed, error)
	// ReplayGate makes what was decided since then again, by the routes with o in the place of what
	// is called so. Conflict "gate.no_decisions".
	ReplayGate(ctx context.Context, since time.Time, o *gate.Object) (wire.Replayed, error)
}

// gateLook adds the routes of what the gate does, and would do: none of them changes anything.
func (d *Door) gateLook() {
	const read, write = "routes:read", "routes:write"
	add(d, Route{Method: http.MethodGet, Path: "/gate", ID: "getGate", Permission: read, Summary: "See where the routes of the gate come from, and whether they can be used"}, d.getGate)
	d.gateServed()
	d.shadow()
	add(d, Route{Method: http.MethodPost, Path: "/gate/trial", ID: "tryGateRoute", Permission: write, Summary: "Try whether a route could be used with all others, and passes its tests, without changing anything", Idempotent: true}, d.tryGateRoute)
	add(d, Route{Method: http.MethodGet, Path: "/gate/explanation", ID: "explainGateRequest", Permission: "grants:read", Summary: "Tell what the gate would do with somebody's request, and why"}, d.explainGateRequest)
	add(d, Route{Method: http.MethodPost, Path: "/gate/replay", ID: "replayGateDecisions", Permission: write, Summary: "Make what the gate decided again by a changed route, and tell what would turn", Idempotent: true, Heavy: true}, d.replayGateDecisions)
}

func (d *Door) getGate(context.Context, *Call, *struct{}) (*One[wire.Gate], error) {
	return &One[wire.Gate]{Body: d.Gateway.GateState()}, nil
}

// GateDraft is a route as it might be.
type GateDraft struct {
	ID   string         `json:"id" maxLength:"64"`
	Spec gate.RouteSpec `json:"spec" doc:"What docs/gate.md says of a Route"`
}

// object is the draft as the gate has it; nil for none.
func (g *GateDraft) object() *gate.Object {
	if g == nil {
		return nil
	}
	return &gate.Object{ID: g.ID, Route: &g.Spec}
}

// GateTrial is what a route comes to.
type GateTrial struct {
	Tests int `json:"tests" doc:"How many tests of all routes hold with it"`
}

type tryIn struct{ Body GateDraft }

func (d *Door) tryGateRoute(ctx context.Context, _ *Call, in *tryIn) (*One[GateTrial], error) {
	set, err := d.Gate.With(ctx, *in.Body.object())
	if err != nil {
		return nil, err
	}
	return &One[GateTrial]{Body: GateTrial{set.Tests()}}, nil
}

// explainIn is a request that nobody made.
type explainIn struct {
	Method   string `query:"method" enum:"GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS" default:"GET"`
	URL      string `query:"url" required:"true" maxLength:"2048" doc:"Such as https://api.example.com/orders/42"`
	User     string `query:"user" maxLength:"64" doc:"The id of the person who asks, usr_…"`
	Service  string `query:"service" maxLength:"64" doc:"The service account that asks; with neither, nobody is known"`
	At       string `query:"at" maxLength:"64" format:"date-time" doc:"When; absent: now. By the policy as it is now"`
	ACR      string `query:"acr" enum:"aal1,aal2" default:"aal1" doc:"How strongly the person is proved"`
	Age      int    `query:"age" minimum:"0" maximum:"31536000" default:"0" doc:"How many seconds ago they were"`
	IP       string `query:"ip" maxLength:"64" doc:"From which address"`
	Resource string `query:"resource" maxLength:"4096" doc:"What the upstream would tell of the thing, a JSON object"`
}

func (d *Door) explainGateRequest(ctx context.Context, _ *Call, in *explainIn) (*One[wire.GateAnswer], error) {
	q, methods, err := d.questionOf(ctx, in)
	if err != nil {
		return nil, err
	}
	a, err := d.Gateway.ExplainGate(ctx, in.Method, in.URL, q, methods)
	if err != nil {
		return nil, err
	}
	return &One[wire.GateAnswer]{Body: a}, nil
}

// questionOf is who asks, when and how they are proved.
func (d *Door) questionOf(ctx context.Context, b *explainIn) (q access.Question, methods []string, err error) {
	q = access.Question{Now: time.Now(), Request: access.Request{IP: b.IP}}
	if b.At != "" {
		if q.Now, err = moment("at", b.At); err != nil {
			return q, nil, err
		}
	}
	if b.Resource != "" {
		if err := json.Unmarshal([]byte(b.Resource), &q.Resource.Attrs); err != nil || q.Resource.Attrs == nil {
			return q, nil, invalid(aParameter+"resource", "must be a JSON object")
		}
	}
	switch {
	case b.User != "" && b.Service != "":
		return q, nil, invalid(aParameter+"service", "is there beside a user; one of them asks")
	case b.User != "":
		u, err := d.Identity.User(ctx, id.UserOf(b.User))
		if fault.Is(err, fault.NotFound) {
			return q, nil, noSuch("user")
		}
		if err != nil {
			return q, nil, err
		}
		q.Principal = person(u.ID)
		if q.Level = proof.AAL1; b.ACR == proof.AAL2.String() {
			q.Level = proof.AAL2
		}
		methods = q.Level.Usual()
		q.AuthTime = q.Now.Add(-time.Duration(b.Age) * time.Second)
	case b.Service != "":
		a, err := d.Access.ServiceAccount(ctx, b.Service)
		if fault.Is(err, fault.NotFound) {
			return q, nil, noSuch("service")
		}
		if err != nil {
			return q, nil, err
		}
		q.Principal = access.Subject{Kind: access.ServiceAccount, ID: a.ID}
	}
	return q, methods, nil
}

// GateReplay says what is made again.
type GateReplay struct {
	Hours int        `json:"hours,omitempty" minimum:"1" maximum:"720" doc:"How far back; absent: 24. Of a long log, the latest 64 MiB are looked at"`
	Draft *GateDraft `json:"draft,omitempty" doc:"A route as it might be, in the place of what is called so"`
}

type replayIn struct{ Body GateReplay }

const replayHours = 24

// replayGateDecisions tells whose requests would turn to whoever may know what everybody may.
func (d *Door) replayGateDecisions(ctx context.Context, c *Call, in *replayIn) (*One[wire.Replayed], error) {
	hours := in.Body.Hours
	if hours == 0 {
		hours = replayHours
	}
	done, err := d.Gateway.ReplayGate(ctx, time.Now().Add(-time.Duration(hours)*time.Hour), in.Body.Draft.object())
	if err != nil {
		return nil, err
	}
	if c.May(access.Gatehouse+"/grants:read") != nil {
		done.Changes = []wire.TurnedEntry{}
	}
	return &One[wire.Replayed]{Body: done}, nil
}
