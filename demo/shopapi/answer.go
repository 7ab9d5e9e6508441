package shopapi

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
)

// maxBody bounds a request, in bytes.
const maxBody = 16 << 10

// handler answers, or returns why not and has written nothing.
type handler func(w http.ResponseWriter, r *http.Request) error

// problem is an error as callers read it (RFC 9457).
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []field `json:"errors,omitempty"`
}

type field struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// Error returns the text for the log.
func (p *problem) Error() string { return p.Detail }

func refused(status int, detail string, fields ...field) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields}
}

func notFound(detail string) *problem { return refused(http.StatusNotFound, detail) }

func invalid(fields ...field) *problem {
	return refused(http.StatusUnprocessableEntity, "Some of what was sent cannot be used.", fields...)
}

// problemOf is what somebody is told of an error. What is no problem is ours, and logged.
func problemOf(r *http.Request, err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	slog.Error("the shop failed", "method", r.Method, "error", err.Error())
	return refused(http.StatusInternalServerError, "The shop failed.")
}

func answering(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		p := problemOf(r, err)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // who asked is gone
	})
}

func write(w http.ResponseWriter, status int, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // who asked is gone
	return nil
}

// read reads the one JSON object of a request, strictly.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return refused(http.StatusRequestEntityTooLarge, "The request is too large.")
		}
		return refused(http.StatusBadRequest, "The body is not the JSON that is expected here.")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refused(http.StatusBadRequest, "There is more than one JSON value in the body.")
	}
	return nil
}

// tag is the entity tag of a thing at a revision.
func tag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// unchanged refuses a change of what the caller has not seen as it is (RFC 9110 section
// 13.1.1). Without If-Match nothing was claimed.
func unchanged(r *http.Request, revision int64) error {
	if seen := r.Header.Get("If-Match"); seen != "" && seen != "*" && seen != tag(revision) {
		return refused(http.StatusPreconditionFailed, "It was changed meanwhile: it is "+tag(revision)+" now.")
	}
	return nil
}
