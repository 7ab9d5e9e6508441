package proxy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// Try runs the tests of a set by a policy. Those that do not hold are a fault
// gate.CodeTests (Invalid), whose fields are named as those of gate.Compile.
func Try(set *gate.Set, s *access.Snapshot) error {
	var bad []fault.Field
	for _, r := range set.Routes() {
		for i := range r.Tests {
			t := &r.Tests[i]
			if problem := try(set, r, t, s); problem != "" {
				bad = append(bad, fault.Field{Name: fault.Object(t.Object, fmt.Sprintf("spec.tests[%d]", t.Index)), Problem: problem})
			}
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: gate.CodeTests, Detail: "The routes of the gate do not pass their tests.", Fields: bad}
}

// try says what is wrong with what becomes of a test's request, "" for nothing.
func try(set *gate.Set, of *gate.Route, t *gate.Test, s *access.Snapshot) string {
	got, taken, why := outcome(set, of, t, s)
	if got != t.Expect {
		return fmt.Sprintf("%s: it is %s, and %s is expected%s", t.Says(), got, t.Expect, why)
	}
	if t.Route != "" && taken != t.Route {
		return fmt.Sprintf("%s: the route %s takes it, and %s is expected", t.Says(), taken, t.Route)
	}
	return ""
}

// outcome is what becomes of a test's request, in the words of gate.Expectations.
func outcome(set *gate.Set, of *gate.Route, t *gate.Test, s *access.Snapshot) (got, route, why string) {
	m, path, err := find(set, t)
	if err != nil {
		return strconv.Itoa(web.Status(fault.KindOf(err))), "", ": " + detail(err)
	}
	r := m.Route
	switch {
	case r.Public:
		return "public", r.ID, ""
	case t.As == nil:
		return "unauthenticated", r.ID, ""
	}
	who, err := imagine(of, t, s)
	if err != nil {
		return "nothing", r.ID, ": " + detail(err)
	}
	ask := question(&m, t.Method, access.Request{Method: t.Method, Path: path.String(), IP: t.IP})
	if r.Filter {
		got, err := narrowed(who.s, who.q, &ask)
		if err != nil {
			return "nothing", r.ID, ": " + detail(err)
		}
		return got, r.ID, ""
	}
	w, err := weigh(who, variesBy(who.s, who.q), who.s, t.As.ID, r, ask, func() (map[string]any, error) { return t.Resource, nil })
	switch {
	case err != nil:
		return "nothing", r.ID, ": " + detail(err)
	case w.own:
		return "own", r.ID, ""
	case w.Outcome == access.Allowed:
		return "allow", r.ID, ""
	}
	return w.Outcome.String(), r.ID, " (" + string(w.Reason) + ")"
}

func detail(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Detail
	}
	return err.Error()
}

// find takes a test's request to its route, as the gate does.
func find(set *gate.Set, t *gate.Test) (m gate.Match, path gate.Path, err error) {
	host, _, err := gate.ParseHost(t.Host)
	if err != nil {
		return m, path, err
	}
	target, query, _ := strings.Cut(t.Target, "?")
	if path, err = gate.ParsePath(target); err != nil {
		return m, path, err
	}
	if err = gate.CheckQuery(query); err != nil {
		return m, path, err
	}
	m, err = RouteOf(set, host, path, t.Method)
	return m, path, err
}

// imagined is somebody who is in no policy.
type imagined struct {
	s *access.Snapshot
	q access.Question
	a *gate.As
}

// Decide implements decider.
func (i *imagined) Decide(a caller.Asked) (access.Decision, error) {
	q := i.q
	return caller.Decide(i.s, &q, &a, i.a.AMR)
}

// imagine puts the caller of a test into a policy. Of is the route whose test it is.
func imagine(of *gate.Route, t *gate.Test, s *access.Snapshot) (*imagined, error) {
	a, now := t.As, t.At
	if now.IsZero() {
		now = time.Now()
	}
	who := access.Subject{Kind: access.Kind(a.Kind), ID: a.ID}
	grants, err := grantsOf(of.API, a, who, s)
	if err != nil {
		return nil, err
	}
	var in []access.Membership
	for _, group := range a.Groups {
		in = append(in, access.Membership{Member: who, Of: access.Subject{Kind: access.Group, ID: group}})
	}
	for _, org := range a.Organised {
		in = append(in, access.Membership{Member: who, Of: access.Subject{Kind: access.Organisation, ID: org}})
	}
	q := access.Question{Principal: who, Now: now, Client: id.Client(a.Client), Delegated: len(a.Scopes) > 0, Scopes: a.Scopes}
	if who.Kind == access.User {
		q.Level, q.AuthTime = a.Level, now.Add(-a.Age)
	}
	return &imagined{s.With(s.Version(), access.Principal{Subject: who}, in, grants), q, a}, nil
}

// grantsOf are what a test says that its caller has.
func grantsOf(api string, a *gate.As, who access.Subject, s *access.Snapshot) (all []access.Grant, err error) {
	add := func(text string, place access.Place) error {
		g := access.Grant{ID: id.Grant("test" + strconv.Itoa(len(all)+1)), Subject: who, Effect: access.Allow, Where: access.Where{Place: place}, Source: access.Manual}
		if !strings.Contains(text, ":") {
			if g.Role = access.RoleNamed(text); !s.HasRole(g.Role) {
				return fault.New(fault.Invalid, "role.not_found", "There is no role "+text+".")
			}
			all = append(all, g)
			return nil
		}
		if !strings.Contains(text, "/") {
			text = api + "/" + text
		}
		if g.Permission, err = access.ParsePattern(text); err == nil {
			all = append(all, g)
		}
		return err
	}
	for _, has := range []struct {
		list  []string
		place access.Place
	}{{a.Roles, access.Everywhere}, {a.Permissions, access.Everywhere}, {a.Own, access.Own}} {
		for _, text := range has.list {
			if err := add(text, has.place); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
