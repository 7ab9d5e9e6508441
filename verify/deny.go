package verify

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// deny answers a request that may not pass, and writes a security event.
func (v *Verifier) deny(w http.ResponseWriter, r *http.Request, c *call, e *Error) {
	status, code := statusOf(e.Reason)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	} else {
		h.Set("WWW-Authenticate", v.challenge(e, code))
	}
	v.note(r, c, e, status)
	if v.config.Deny != nil {
		v.config.Deny(w, r, status, e)
		return
	}
	h.Set("Content-Type", "application/json")
	h.Del("Content-Length")
	w.WriteHeader(status)
	if code == "" {
		code = "invalid_token"
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": e.Public()}) // the caller has gone if this fails
}

// statusOf returns how a reason is answered, and its registered code. Without a
// token there is no code (RFC 6750 section 3.1).
func statusOf(r Reason) (status int, code string) {
	switch r {
	case Missing:
		return http.StatusUnauthorized, ""
	case Malformed:
		return http.StatusBadRequest, "invalid_request"
	case Invalid, Expired, Ended:
		return http.StatusUnauthorized, "invalid_token"
	case Forbidden:
		return http.StatusForbidden, "insufficient_scope"
	case StepUp:
		return http.StatusUnauthorized, "insufficient_user_authentication"
	default:
		return http.StatusServiceUnavailable, "temporarily_unavailable"
	}
}

// challenge is RFC 6750 section 3's, with RFC 9470's and RFC 9728's parameters.
func (v *Verifier) challenge(e *Error, code string) string {
	var b strings.Builder
	b.WriteString("Bearer realm=" + quoted(v.config.Realm))
	add := func(name, value string) {
		if value != "" {
			b.WriteString(", " + name + "=" + quoted(value))
		}
	}
	add("error", code)
	if code != "" {
		add("error_description", e.Public())
	}
	add("acr_values", e.Level)
	if e.MaxAge > 0 {
		add("max_age", strconv.FormatInt(int64(e.MaxAge/time.Second), 10))
	}
	if v.config.Resource != "" {
		add("resource_metadata", v.MetadataURL())
	}
	return b.String()
}

// quoted writes a quoted-string of what may stand in error_description.
func quoted(s string) string {
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s) + `"`
}

// note writes a security event: who was denied what, and why. There is neither a
// token in it nor a query.
func (v *Verifier) note(r *http.Request, c *call, e *Error, status int) {
	level := slog.LevelWarn
	switch e.Reason {
	case Missing:
		level = slog.LevelInfo
	case Unavailable:
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("event", "access_denied"), slog.String("reason", string(e.Reason)), slog.Int("status", status),
		slog.String("method", short(r.Method)), slog.String("path", short(r.URL.Path)), slog.String("remote", r.RemoteAddr),
	}
	add := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, short(value)))
		}
	}
	add("route", r.Pattern)
	add("detail", e.Detail)
	add("needs", e.Needs)
	if e.Err != nil {
		add("error", e.Err.Error())
	}
	if c.claims != nil {
		add("sub", c.claims.Subject)
		add("client_id", c.claims.ClientID)
		add("jti", c.claims.ID)
		add("sid", c.claims.Session)
	}
	v.config.Log.LogAttrs(r.Context(), level, "access denied", attrs...)
}

func short(s string) string {
	if len(s) > maxName {
		return s[:maxName] + "…"
	}
	return s
}
