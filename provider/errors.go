package provider

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// refusal is an error of the protocol: a registered code and a sentence in the
// character set of RFC 6749 section 5.2. It never quotes what the client sent.
type refusal struct {
	code        string // "invalid_grant"
	description string
	status      int    // of a JSON answer
	challenge   string // WWW-Authenticate, "" for none
	retryAfter  time.Duration
	err         error     // for the log, as is what follows
	client      id.Client // whom it is about, where that is known
	genuine     bool      // what was presented is no guess: it is the client's own, or was
}

func (e *refusal) Error() string {
	text := e.code + ": " + e.description
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

func (e *refusal) Unwrap() error { return e.err }

// because returns a copy of e that carries err for the log.
func (e *refusal) because(err error) *refusal {
	c := *e
	c.err = err
	return &c
}

// about returns a copy of e that says in the log which client it is about.
func (e *refusal) about(client id.Client) *refusal {
	c := *e
	c.client = client
	return &c
}

// refuse returns a refusal with status 400.
func refuse(code, description string) *refusal {
	return &refusal{code: code, description: description, status: http.StatusBadRequest}
}

// refusalOf turns any error into one of the protocol. A storage failure is
// temporarily_unavailable or server_error, never a refusal of the client.
func refusalOf(err error) *refusal {
	if e, ok := errors.AsType[*refusal](err); ok {
		return e
	}
	if no, ok := errors.AsType[*oauth.Refusal](err); ok {
		return refuse(no.Code, no.Description).because(no.Unwrap())
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Unavailable || f.Kind == fault.TooMany) {
		return &refusal{code: "temporarily_unavailable", description: "The server cannot answer now. Try again in a moment.", status: web.Status(f.Kind), retryAfter: max(f.RetryAfter, time.Second), err: err}
	}
	return &refusal{code: "server_error", description: "The server met an error of its own.", status: http.StatusInternalServerError, err: err}
}

// unavailable says that something that had to be asked did not answer. It is
// 503 whatever the failure was: the client may try again, and learns nothing
// about the token.
func unavailable(err error) *refusal {
	wait := time.Second
	if f, ok := errors.AsType[*fault.Error](err); ok {
		wait = max(wait, f.RetryAfter)
	}
	return &refusal{code: "temporarily_unavailable", description: "The server cannot answer now. Try again in a moment.", status: http.StatusServiceUnavailable, retryAfter: wait, err: err}
}

// orUnavailable is unavailable for an error, and nothing for none.
func orUnavailable(err error) error {
	if err == nil {
		return nil
	}
	return unavailable(err)
}

type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// writeRefusal answers a program: RFC 6749 section 5.2.
func (p *Provider) writeRefusal(w http.ResponseWriter, r *http.Request, err error) {
	e := refusalOf(err)
	p.logRefusal(r, e)
	h := w.Header()
	if e.challenge != "" {
		h.Set("WWW-Authenticate", e.challenge)
	}
	if e.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(web.Seconds(e.retryAfter)))
	}
	noStore(h)
	h.Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(errorBody{e.code, legal(e.description + whereToLook(r, e))}) // the client has gone if this fails
}

// whereToLook leads those who set a client up to the reason, which strangers
// must not learn.
func whereToLook(r *http.Request, e *refusal) string {
	if request := web.InfoOf(r.Context()).ID; e.code == "invalid_client" && request != "" {
		return " The server's log says why, at request " + string(request) + "."
	}
	return ""
}

func (p *Provider) logRefusal(r *http.Request, e *refusal) {
	level := slog.LevelInfo
	if e.status >= 500 {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("request_id", string(web.InfoOf(r.Context()).ID)), slog.String("path", r.URL.Path),
		slog.String("code", e.code), slog.String("error", cut(e.Error(), 1000)),
	}
	if e.client != "" {
		attrs = append(attrs, slog.String("client", cut(string(e.client), 128)))
	}
	p.Log.LogAttrs(r.Context(), level, "oauth request refused", attrs...)
}

// noStore forbids caching (RFC 6749 section 5.1).
func noStore(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
}

// legal drops what error_description may not hold: %x20-21 / %x23-5B / %x5D-7E
// (RFC 6749 section 5.2).
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
}

// cut returns at most n bytes of s.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
