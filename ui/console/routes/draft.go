package routes

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"gatehouse/gate"
	"gatehouse/ui/console/typed"
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
		ID: name, Hosts: typed.Lines(s.Match.Hosts), Paths: typed.Lines(s.Match.Paths), Methods: s.Match.Methods, Mode: s.Mode, Public: s.Public, Authn: s.Authn,
		API: s.Authorize.API, Permission: s.Authorize.Permission, Resource: s.Authorize.Resource.ID, Condition: s.Authorize.Condition, Upstream: s.Upstream,
	}
	if d.Permission == "" {
		var each []string
		for _, method := range slices.Sorted(maps.Keys(s.Authorize.Permissions)) {
			each = append(each, method+" "+s.Authorize.Permissions[method])
		}
		d.Permission = typed.Lines(each)
	}
	d.Rest = restOf(s)
	return d
}

// restOf is what has no input of its own, as JSON.
func restOf(s gate.RouteSpec) string {
	s.Match, s.Mode, s.Public, s.Authn, s.Upstream = gate.MatchSpec{}, "", false, nil, ""
	s.Authorize.API, s.Authorize.Permission, s.Authorize.Permissions, s.Authorize.Resource.ID, s.Authorize.Condition = "", "", nil, "", ""
	return typed.JSON(s, "match")
}

// taken is what a form brought.
func taken(form url.Values) draft {
	return draft{
		ID: strings.TrimSpace(form.Get("id")), Hosts: form.Get("hosts"), Paths: form.Get("paths"), Methods: form["methods"], Mode: form.Get("mode"), Public: form.Get("public") != "",
		Authn: form["authn"], API: strings.TrimSpace(form.Get("api")), Permission: form.Get("permission"), Resource: strings.TrimSpace(form.Get("resource")),
		Condition: strings.TrimSpace(form.Get("condition")), Upstream: form.Get("upstream"), Rest: form.Get("rest"),
	}
}

// spec is the route that was typed. What cannot be read is a fault with the inputs' names.
func (d draft) spec() (s gate.RouteSpec, err error) {
	if err := typed.ReadJSON(d.Rest, &s, func() string { return restOf(s) }); err != nil {
		return s, err
	}
	s.Match = gate.MatchSpec{Hosts: typed.Listed(d.Hosts), Paths: typed.Listed(d.Paths), Methods: d.Methods}
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
	all := typed.Listed(text)
	if len(all) == 1 && !strings.Contains(all[0], " ") {
		return all[0], nil, nil
	}
	for _, line := range all {
		method, permission, ok := strings.Cut(line, " ")
		if !ok {
			return "", nil, typed.Wrong("permission", "must be one permission, or a method and a permission in each line")
		}
		if each == nil {
			each = map[string]string{}
		}
		each[strings.ToUpper(method)] = strings.TrimSpace(permission)
	}
	return "", each, nil
}

// inputs are the places of a route that have inputs.
var inputs = []typed.Input{
	{Place: "metadata.id", Input: "id"},
	{Place: "id", Input: "id"},
	{Place: "spec.match.hosts", Input: "hosts"},
	{Place: "spec.match.paths", Input: "paths"},
	{Place: "spec.match.methods", Input: "methods"},
	{Place: "spec.match", Input: "hosts"},
	{Place: "spec.mode", Input: "mode"},
	{Place: "spec.public", Input: "public"},
	{Place: "spec.authn", Input: "authn"},
	{Place: "spec.authorize.api", Input: "api"},
	{Place: "spec.authorize.permission", Input: "permission"},
	{Place: "spec.authorize.permissions", Input: "permission"},
	{Place: "spec.authorize.resource.id", Input: "resource"},
	{Place: "spec.authorize.condition", Input: "condition"},
	{Place: "spec.upstream", Input: "upstream"},
}
