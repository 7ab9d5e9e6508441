// Package fault is how Gatehouse says no: a kind, a stable code, one sentence
// for the visitor, the cause for the log.
//
// Packages answer with a *Error; whoever asks uses KindOf, so that nobody needs
// another package's sentinel. What nobody classified is Internal and shows
// nothing to the visitor.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal an error is. The zero Kind is Internal.
type Kind int

// The kinds, each with the HTTP status that the doors answer with.
const (
	Internal        Kind = iota // 500: our mistake, or a store that failed
	Invalid                     // 422: the request breaks a rule
	Unauthenticated             // 401: nobody proved who they are
	Forbidden                   // 403: known, but not allowed
	NotFound                    // 404: it is not there
	Conflict                    // 409: it changed meanwhile, or exists already
	TooMany                     // 429: ask again later (RetryAfter)
	Unavailable                 // 503: we cannot answer now (RetryAfter)
	Malformed                   // 400: the request could not be read
	NotAllowed                  // 405: not by this method
	Outdated                    // 412: it is another than the one that was named
	Unguarded                   // 428: it must be named as it was seen
	Unanswered                  // 502: whom we asked for the answer gave none
	Misdirected                 // 421: it came by a connection that is for somebody else
	Early                       // 425: it may have been sent before, by somebody else
)

// CodeExists is the code of the Conflict by which a store says that it has something already.
const CodeExists = "store.exists"

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_many", "unavailable", "malformed", "not_allowed", "outdated", "unguarded", "unanswered", "misdirected", "early"}

// String returns the kind's name for logs and metrics.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Field is one thing that is wrong with the input.
type Field struct {
	Name    string // the path of the input: "redirect_uris[0]"
	Problem string // what is wrong and what would be right
}

// Error is a refusal. Detail is for the visitor and holds no secret; Err is for
// the log alone.
type Error struct {
	Kind       Kind
	Code       string // stable, looked up in docs/problems.md: "client.redirect_uri"
	Detail     string
	Fields     []Field
	RetryAfter time.Duration
	Err        error
}

// Error returns the text for the log.
func (e *Error) Error() string {
	text := e.Code
	if text == "" {
		text = e.Kind.String()
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	for _, f := range e.Fields {
		text += fmt.Sprintf(" (%s: %s)", f.Name, f.Problem)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of kind with a stable code and a sentence for the visitor.
func New(kind Kind, code, detail string) *Error {
	return &Error{Kind: kind, Code: code, Detail: detail}
}

// Wrap returns an error of kind that carries err for the log.
func Wrap(err error, kind Kind, code, detail string) *Error {
	return &Error{Kind: kind, Code: code, Detail: detail, Err: err}
}

// Missing returns the NotFound error for a thing, as in Missing("client").
func Missing(thing string) *Error {
	return New(NotFound, thing+".not_found", "There is no such "+thing+".")
}

// Renamed returns err with each of its fields as another part calls it, and with err as the
// cause: what is wrong with the member of a request is wrong with an input of a form. What is no
// fault, or has no fields, it returns as it is.
func Renamed(err error, as func(Field) Field) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields, told.Err = make([]Field, len(e.Fields)), err
	for i, f := range e.Fields {
		told.Fields[i] = as(f)
	}
	return &told
}

// KindOf returns the kind of the first *Error in err's chain, Internal when
// there is none. KindOf(nil) is Internal too: ask about errors only.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err holds an *Error of kind.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

// CodeOf returns the code of the first *Error in err's chain, "" when there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
