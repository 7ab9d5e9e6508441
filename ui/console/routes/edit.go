package routes

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/typed"
	"gatehouse/wire"
)

// What the buttons of a form ask for: what it would come to, the page that shows that in full,
// and that it counts.
const (
	doCheck  = "check"
	doReview = "review"
	doSave   = "save"
)

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createGateRoute", nil); err != nil {
		return err
	}
	p, err := newPage(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

func newPage(v *guard.Visit) (editPage, error) {
	p := editPage{Frame: v.Frame(), Methods: methods, Draft: draft{Methods: []string{http.MethodGet}, Authn: []string{gate.ByBearer}}}
	now, err := gateNow(v)
	if err != nil {
		return p, err
	}
	if now.Files {
		return p, gate.ErrInFiles()
	}
	p.same()
	if err := p.offer(v); err != nil {
		return p, err
	}
	p.Empty = len(p.Upstreams) == 0 && v.Can("createGateUpstream", nil)
	return p, nil
}

// offer puts what may be chosen into the form.
func (p *editPage) offer(v *guard.Visit) (err error) {
	if p.Upstreams, err = upstreams(v); err != nil {
		return err
	}
	p.APIs, err = v.APIs()
	return err
}

// upstreams are those that a route may lead to.
func upstreams(v *guard.Visit) (all []string, err error) {
	found, err := guard.Ask[admin.Page[admin.GateUpstream]](v, "listGateUpstreams", admin.Input{Query: url.Values{"limit": {"200"}}})
	if err != nil {
		return nil, err
	}
	for _, u := range found.Body.Items {
		all = append(all, u.ID)
	}
	return all, nil
}

func (d *Door) create(v *guard.Visit) error {
	p, err := newPage(v)
	if err != nil {
		return err
	}
	if p.Draft, err = drafted(v, strings.TrimSpace(v.Value("id"))); err != nil {
		return err
	}
	return p.take(v, nil, func(spec gate.RouteSpec) error {
		_, err := guard.Ask[admin.Made[admin.GateRoute]](v, "createGateRoute", admin.Input{Body: admin.GateRouteCreate{ID: p.Draft.ID, Spec: spec}})
		return err
	})
}

func (d *Door) askEdit(v *guard.Visit) error {
	if err := v.Ready("replaceGateRoute", on(v)); err != nil {
		return err
	}
	_, p, err := editing(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// editing is the page with the form of the route of the address.
func editing(v *guard.Visit) (routeFrame, editPage, error) {
	f, err := read(v)
	if err != nil {
		return f, editPage{}, err
	}
	if f.Kept == nil {
		return f, editPage{}, gate.ErrInFiles()
	}
	p := editPage{Frame: f.Frame, Methods: methods, Of: f.ID, ETag: f.ETag, Draft: draftOf(f.ID, f.Kept.Spec)}
	p.same()
	return f, p, p.offer(v)
}

// drafted is the route that a form brought: as it was typed, or, of the page that shows a change in
// full, as it was shown there.
func drafted(v *guard.Visit, name string) (draft, error) {
	text := v.Value("spec")
	if text == "" {
		d := taken(v.R.PostForm)
		d.ID = name
		return d, nil
	}
	var spec gate.RouteSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return draft{}, fault.Wrap(err, fault.Malformed, "request.body", "The form cannot be read.")
	}
	return draftOf(name, spec), nil
}

func (d *Door) edit(v *guard.Visit) error {
	f, p, err := editing(v)
	if err != nil {
		return err
	}
	p.Fresh, p.present = p.form, p.ETag
	if etag := v.Value("etag"); etag != "" {
		p.ETag = etag // as it was seen
	}
	if p.Draft, err = drafted(v, f.ID); err != nil {
		return err
	}
	return p.take(v, f.Kept, func(spec gate.RouteSpec) error {
		_, err := guard.Ask[admin.One[admin.GateRoute]](v, "replaceGateRoute", admin.Input{Path: on(v), IfMatch: p.ETag, Body: admin.GateRouteSpec{Spec: spec}})
		return err
	})
}

// take does what the button of the form asks for; save is the last of it. was is the route as it
// is now, nil for a new one.
func (p *editPage) take(v *guard.Visit, was *admin.GateRoute, save func(spec gate.RouteSpec) error) error {
	p.same()
	spec, err := p.Draft.spec()
	if err != nil {
		return p.again(v, err)
	}
	switch v.Value("do") {
	case doSave:
		if err := save(spec); err != nil {
			return p.again(v, err)
		}
		return v.Done(pathOf(p.Draft.ID), map[bool]string{true: "made", false: "changed"}[was == nil])
	case doReview:
		if err := v.Ready(map[bool]string{true: "createGateRoute", false: "replaceGateRoute"}[was == nil], nil); err != nil {
			return err
		}
		if was != nil && p.ETag != p.present { // said before they read what would be refused
			return p.again(v, admin.Outdated(nil))
		}
		review, err := reviewed(v, p.Frame, p.Draft.ID, was, spec)
		if err != nil {
			return p.again(v, err)
		}
		review.ETag = p.ETag
		return v.Show(http.StatusOK, review)
	}
	tried, err := try(v, p.Draft.ID, spec)
	if err != nil {
		return p.again(v, err)
	}
	p.Tried = &tried
	return v.Show(http.StatusOK, *p)
}

// try asks whether the route could be used with all others.
func try(v *guard.Visit, name string, spec gate.RouteSpec) (admin.GateTrial, error) {
	found, err := guard.Ask[admin.One[admin.GateTrial]](v, "tryGateRoute", admin.Input{Body: admin.GateDraft{ID: name, Spec: spec}})
	if err != nil {
		return admin.GateTrial{}, err
	}
	return found.Body, nil
}

// again shows the form with what was wrong. Where somebody else changed the route meanwhile it is
// meant, sent again, for what they made of it, which it shows.
func (p *editPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, typed.Placed(err, inputs))
	if !ok {
		return err
	}
	if p.Changed() {
		p.ETag = p.present
	}
	return v.Show(status, *p)
}

// reviewed is the page that shows what a change comes to before it counts.
func reviewed(v *guard.Visit, f guard.Frame, name string, was *admin.GateRoute, spec gate.RouteSpec) (reviewPage, error) {
	p := reviewPage{Frame: f, ID: name, New: was == nil, Spec: spec}
	p.Command = typed.Apply(gate.Object{ID: name, Route: &spec})
	tried, err := try(v, name, spec)
	if err != nil {
		return p, err
	}
	p.Tests = tried.Tests
	if was != nil {
		p.Changes = changes(was.Spec, spec)
	} else {
		p.Changes = changes(gate.RouteSpec{}, spec)
	}
	if p.Unknown, err = unknown(v, spec.Authorize); err != nil || !v.Can("replayGateDecisions", nil) {
		return p, err
	}
	found, err := guard.Ask[admin.One[wire.Replayed]](v, "replayGateDecisions", admin.Input{Body: admin.GateReplay{Draft: &admin.GateDraft{ID: name, Spec: spec}}})
	if fault.CodeOf(err) == "gate.no_decisions" {
		p.NoLog = true
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Replayed = &found.Body
	return p, nil
}
