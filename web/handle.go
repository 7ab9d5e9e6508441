package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
)

// Handler answers a request or returns why it did not. A handler that returns
// an error has written nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Refuser writes the answer for an error; Refuse logs it first.
type Refuser func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error)

// Mux routes by net/http patterns to Handlers, and turns their errors into
// answers in one voice: pages for people, problem documents for programs.
type Mux struct {
	*http.ServeMux
	log      *slog.Logger
	refuse   Refuser
	patterns []string
}

// NewMux returns an empty Mux that says no by refuse.
func NewMux(log *slog.Logger, refuse Refuser) *Mux {
	return &Mux{ServeMux: http.NewServeMux(), log: log, refuse: refuse}
}

// HandleFunc registers h for a net/http pattern.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, h)
}

// Patterns returns the pattern of every route, so that a rule can be tested on
// all of them.
func (m *Mux) Patterns() []string { return slices.Clone(m.patterns) }

// Route registers h for a net/http pattern such as "POST /signin".
func (m *Mux) Route(pattern string, h Handler) {
	m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			Refuse(w, r, m.log, err, m.refuse)
		}
	})
}

// Refuse logs err and answers by how, for who says no in a voice of their own.
func (m *Mux) Refuse(w http.ResponseWriter, r *http.Request, err error, how Refuser) {
	Refuse(w, r, m.log, err, how)
}

// Otherwise answers what no route takes in the voice of the others, and not in net/http's
// own: with the methods that a path has where only the method is wrong, and else that
// there is nothing. Call it once, behind the routes. A Mux that has a route for every
// path keeps it.
func (m *Mux) Otherwise() {
	if slices.Contains(m.patterns, "/") {
		return
	}
	m.ServeMux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		status, f := http.StatusNotFound, fault.New(fault.NotFound, "page.not_found", "There is no such page.")
		if allow := m.Allow(r); allow != "" {
			w.Header().Set("Allow", allow)
			status, f = http.StatusMethodNotAllowed, fault.New(fault.Malformed, "request.method", "What is at this address is asked by: "+allow+".")
		}
		logRefusal(r, m.log, status, f, f)
		m.refuse(w, r, status, f)
	})
}

// Allow returns the methods that routes have for the path of r, as the header of that
// name tells them; "" for none.
func (m *Mux) Allow(r *http.Request) string {
	var list []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		as := *r
		as.Method = method
		if _, pattern := m.Handler(&as); strings.Contains(pattern, " ") {
			list = append(list, method)
		}
	}
	return strings.Join(list, ", ")
}

// Refuse logs err once and answers with what a visitor may know of it.
func Refuse(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error, refuse Refuser) {
	f := AsFault(err)
	status := Status(f.Kind)
	logRefusal(r, log, status, f, err)
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(Seconds(f.RetryAfter)))
	}
	refuse(w, r, status, f)
}

func logRefusal(r *http.Request, log *slog.Logger, status int, f *fault.Error, err error) {
	level := slog.LevelInfo
	// That the visitor went away is no error of ours.
	gone := errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled)
	if status >= 500 && !gone {
		level = slog.LevelError
	}
	log.LogAttrs(r.Context(), level, "request refused",
		slog.String("request_id", string(InfoOf(r.Context()).ID)),
		slog.String("code", f.Code), slog.Int("status", status), slog.String("error", cut(err.Error(), maxLogged)))
}

// maxLogged is how much of an error a log line holds, in bytes: it may quote what
// a stranger sent.
const maxLogged = 1000

func cut(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// AsFault returns the fault in err's chain. What nobody classified becomes an
// Internal one that tells the visitor nothing.
func AsFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		return f
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(tooLarge, fault.Malformed, "request.too_large", "The request is larger than this page accepts.")
	}
	return fault.Wrap(err, fault.Internal, "internal", "Something went wrong on our side. Try again; if it stays, tell the administrator the request id.")
}

var statuses = map[fault.Kind]int{
	fault.Internal: 500, fault.Invalid: 422, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404,
	fault.Conflict: 409, fault.TooMany: 429, fault.Unavailable: 503, fault.Malformed: 400,
	fault.NotAllowed: 405, fault.Outdated: 412, fault.Unguarded: 428, fault.Unanswered: 502, fault.Misdirected: 421, fault.Early: 425,
}

// Status returns the HTTP status for a kind.
func Status(k fault.Kind) int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return 500
}

// Seconds returns d in whole seconds, rounded up, at least 1: the value of Retry-After.
func Seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

// Problem is a problem document (RFC 9457).
type Problem struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`
	Instance string         `json:"instance,omitempty"`
	Errors   []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one thing that is wrong with the input.
type ProblemField struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
}

// RefuseWithProblem is the Refuser for programs: RFC 9457.
func RefuseWithProblem(issuer string) Refuser {
	return func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
		p := Problem{Type: issuer + "/problems/" + f.Code, Title: http.StatusText(status), Status: status, Detail: f.Detail, Instance: string(InfoOf(r.Context()).ID)}
		for _, field := range f.Fields {
			p.Errors = append(p.Errors, ProblemField(field))
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(p) // the visitor has gone if this fails
	}
}

// RefuseWithPage is the Refuser for people.
func RefuseWithPage(pages Pages) Refuser {
	return func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
		pages.Error(w, r, ErrorPage{Status: status, Code: f.Code, Detail: f.Detail, Fields: f.Fields, RetryAfter: f.RetryAfter})
	}
}

// JSON writes v as the answer's body, never to be cached.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
