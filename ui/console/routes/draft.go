package routes

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/gate"
)

// draft is a route as somebody types it: what most routes say has an input of its own, and
// everything else stands in Rest, as docs/gate.md has it.
type draft struct {
	ID           string
	Hosts, Paths string // a line each
	Methods      []string
	Mode         string
	Public       bool
	Authn        []string
	API          string
	Permission   string // one for all methods, or a line each: GET orders:read
	Resource     string
	Condition    string
	Upstream     string
	Rest         string // JSON, "" for nothing
}

// draftOf is a route as it is typed.
func draftOf(name string, s gate.RouteSpec) draft {
	d := draft{
		ID: name, Hosts: lines(s.Match.Hosts), Paths: lines(s.Match.Paths), Methods: s.Match.Methods, Mode: s.Mode, Public: s.Public, Authn: s.Authn,
		API: s.Authorize.API, Permission: s.Authorize.Permission, Resource: s.Authorize.Resource.ID, Condition: s.Authorize.Condition, Upstream: s.Upstream,
	}
	if d.Permission == "" {
		var each []string
		for _, method := range slices.Sorted(maps.Keys(s.Authorize.Permissions)) {
			each = append(each, method+" "+s.Authorize.Permissions[method])
		}
		d.Permission = lines(each)
	}
	d.Rest = restOf(s)
	return d
}

// restOf is what has no input of its own, as JSON.
func restOf(s gate.RouteSpec) string {
	s.Match, s.Mode, s.Public, s.Authn, s.Upstream = gate.MatchSpec{}, "", false, nil, ""
	s.Authorize.API, s.Authorize.Permission, s.Authorize.Permissions, s.Authorize.Resource.ID, s.Authorize.Condition = "", "", nil, "", ""
	text, _ := json.Marshal(s) // it came as JSON
	var all map[string]any
	_ = json.Unmarshal(text, &all)
	delete(all, "match")
	if len(all) == 0 {
		return ""
	}
	text, _ = json.MarshalIndent(all, "", "  ")
	return string(text)
}

// typed is what a form brought.
func typed(form url.Values) draft {
	return draft{
		ID: strings.TrimSpace(form.Get("id")), Hosts: form.Get("hosts"), Paths: form.Get("paths"), Methods: form["methods"], Mode: form.Get("mode"), Public: form.Get("public") != "",
		Authn: form["authn"], API: strings.TrimSpace(form.Get("api")), Permission: form.Get("permission"), Resource: strings.TrimSpace(form.Get("resource")),
		Condition: strings.TrimSpace(form.Get("condition")), Upstream: form.Get("upstream"), Rest: form.Get("rest"),
	}
}

// spec is the route that was typed. What cannot be read is a fault with the inputs' names.
func (d draft) spec() (s gate.RouteSpec, err error) {
	if text := strings.TrimSpace(d.Rest); text != "" {
		in := json.NewDecoder(strings.NewReader(text))
		in.DisallowUnknownFields()
		if err := in.Decode(&s); err != nil {
			return s, wrong("rest", "is not to be read: "+reason(err))
		}
		if in.More() {
			return s, wrong("rest", "has more than one thing in it")
		}
		if again := restOf(s); !same(again, text) {
			return s, wrong("rest", "has what has an input of its own")
		}
	}
	s.Match = gate.MatchSpec{Hosts: listed(d.Hosts), Paths: listed(d.Paths), Methods: d.Methods}
	if s.Mode, s.Public, s.Upstream = d.Mode, d.Public, d.Upstream; s.Mode == gate.Enforce.String() {
		s.Mode = ""
	}
	if s.Authn = d.Authn; slices.Equal(s.Authn, []string{gate.ByBearer}) {
		s.Authn = nil
	}
	a := &s.Authorize
	a.API, a.Resource.ID, a.Condition = d.API, d.Resource, d.Condition
	a.Permission, a.Permissions, err = permissions(d.Permission)
	return s, err
}

// permissions reads one permission for all methods, or one for each.
func permissions(text string) (one string, each map[string]string, err error) {
	all := listed(text)
	if len(all) == 1 && !strings.Contains(all[0], " ") {
		return all[0], nil, nil
	}
	for _, line := range all {
		method, permission, ok := strings.Cut(line, " ")
		if !ok {
			return "", nil, wrong("permission", "must be one permission, or a method and a permission in each line")
		}
		if each == nil {
			each = map[string]string{}
		}
		each[strings.ToUpper(method)] = strings.TrimSpace(permission)
	}
	return "", each, nil
}

// reason is what is wrong with JSON, without the words of the decoder.
func reason(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Error()
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// same reports whether two texts are the same JSON.
func same(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return strings.TrimSpace(a) == "" && strings.TrimSpace(b) == "{}"
	}
	left, _ := json.Marshal(x)
	right, _ := json.Marshal(y)
	return string(left) == string(right)
}

func wrong(input, problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: gate.CodeRoutes, Detail: "The route cannot be used.", Fields: []fault.Field{{Name: input, Problem: problem}}}
}

func lines(all []string) string { return strings.Join(all, "\n") }

// listed are the lines of a text without what is around them.
func listed(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// inputs are the places of a route that have inputs, by how their names begin; the first that
// fits counts.
var inputs = []struct{ place, input string }{
	{"metadata.id", "id"},
	{"id", "id"},
	{"spec.match.hosts", "hosts"},
	{"spec.match.paths", "paths"},
	{"spec.match.methods", "methods"},
	{"spec.match", "hosts"},
	{"spec.mode", "mode"},
	{"spec.public", "public"},
	{"spec.authn", "authn"},
	{"spec.authorize.api", "api"},
	{"spec.authorize.permission", "permission"},
	{"spec.authorize.resource.id", "resource"},
	{"spec.authorize.condition", "condition"},
	{"spec.upstream", "upstream"},
}

// within says where in the rest something is wrong.
func within(place, problem string) string { return strings.TrimPrefix(place, "spec.") + ": " + problem }

// placed is err with what is wrong at the inputs of the form. What has none is wrong in the rest,
// with the place.
func placed(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	moved := *f
	moved.Fields = nil
	for _, one := range f.Fields {
		name := strings.TrimPrefix(one.Name, "body.")
		name = strings.TrimPrefix(name, "draft.")
		at := slices.IndexFunc(inputs, func(in struct{ place, input string }) bool {
			return name == in.place || strings.HasPrefix(name, in.place+".") || strings.HasPrefix(name, in.place+"[") || in.place == "spec.authorize.permission" && strings.HasPrefix(name, in.place)
		})
		switch {
		case at >= 0:
			moved.Fields = append(moved.Fields, fault.Field{Name: inputs[at].input, Problem: one.Problem})
		case name == "rest" || slices.ContainsFunc(inputs, func(in struct{ place, input string }) bool { return in.input == name }):
			moved.Fields = append(moved.Fields, fault.Field{Name: name, Problem: one.Problem})
		default:
			moved.Fields = append(moved.Fields, fault.Field{Name: "rest", Problem: within(name, one.Problem)})
		}
	}
	return &moved
}
