package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/web"
)

// maxFields is how many things that are wrong one answer lists.
const maxFields = 20

// Problem is a refusal (RFC 9457).
type Problem struct {
	Type     string         `json:"type" format:"uri" doc:"Names the refusal. Its last part is the stable code, which docs/problems.md explains"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty" doc:"What is wrong, for people"`
	Instance string         `json:"instance,omitempty" doc:"The id of the request, by which the log finds it"`
	Errors   []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one thing that is wrong with a request.
type ProblemField struct {
	Pointer   string `json:"pointer,omitempty" doc:"A member of the body, as a JSON Pointer in a URI fragment"`
	Parameter string `json:"parameter,omitempty" doc:"A parameter of the query, the path or the header"`
	Detail    string `json:"detail"`
}

// Refuse is the Refuser of the API: each answer is a problem document with a type that
// does not change.
func Refuse(issuer string) web.Refuser {
	return func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
		p := Problem{
			Type: issuer + "/problems/" + f.Code, Title: http.StatusText(status), Status: status, Detail: f.Detail,
			Instance: string(web.InfoOf(r.Context()).ID),
		}
		for _, field := range f.Fields {
			p.Errors = append(p.Errors, problemField(field))
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(p) // the caller has gone if this fails
	}
}

// aParameter begins the name of a field that is no member of the body.
const aParameter = "?"

func problemField(f fault.Field) ProblemField {
	if name, ok := strings.CutPrefix(f.Name, aParameter); ok {
		return ProblemField{Parameter: name, Detail: f.Problem}
	}
	return ProblemField{Pointer: pointer(f.Name), Detail: f.Problem}
}

// placeOf is the name of a field for where the library found something wrong: "body.a[0]",
// "query.limit".
func placeOf(location string) string {
	in, name, _ := strings.Cut(location, ".")
	if in, _, listed := strings.Cut(in, "["); listed && in == "body" {
		return strings.TrimPrefix(location, "body")
	}
	if in == "body" {
		return name
	}
	return aParameter + name
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1", "[", "/", "]", "", ".", "/")

// pointer is a path such as redirect_uris[0].host as a JSON Pointer (RFC 6901 section 6).
func pointer(path string) string {
	if path == "" {
		return "#"
	}
	return "#/" + strings.TrimPrefix(escapes.Replace(path), "/")
}

// lost answers what no route takes: 405 where another method has one.
func (d *Door) lost(m *web.Mux) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		allowed := d.allowed(r.URL.EscapedPath())
		if allowed == "" {
			allowed = m.Allow(r) // the document and its page
		}
		if allowed == "" {
			return fault.New(fault.NotFound, "request.no_route", "The API has no such path.")
		}
		w.Header().Set("Allow", allowed)
		return fault.New(fault.NotAllowed, "request.method", "What is at this address is asked by: "+allowed+".")
	}
}

// allowed are the methods of the document for a path, "" where it has no such one. Of two
// that fit, such as /grants/bulk and /grants/{grant}, it is the one that names more.
func (d *Door) allowed(path string) string {
	asked := strings.Split(path, "/")
	named, methods := -1, []string(nil)
	for _, rt := range d.routes {
		n, fits := fit(strings.Split(Base+rt.Path, "/"), asked)
		if !fits || n < named {
			continue
		}
		if n > named {
			named, methods = n, nil
		}
		if methods = append(methods, rt.Method); rt.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// fit reports whether a path is one of a route's, and how much of it that names.
func fit(route, path []string) (named int, fits bool) {
	if len(route) != len(path) {
		return 0, false
	}
	for i, part := range route {
		switch {
		case strings.HasPrefix(part, "{") && path[i] != "":
		case part != path[i]:
			return 0, false
		default:
			named++
		}
	}
	return named, true
}
