package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error says what was refused and why, without anything of the request's credentials.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", p.Status, p.Code())
	if p.Detail != nil {
		b.WriteString(": " + *p.Detail)
	}
	for _, e := range p.Errors {
		place := ""
		switch {
		case e.Pointer != nil:
			place = *e.Pointer + " "
		case e.Parameter != nil:
			place = *e.Parameter + " "
		}
		b.WriteString(" (" + place + e.Detail + ")")
	}
	if p.Instance != nil {
		b.WriteString(" [" + *p.Instance + "]")
	}
	return b.String()
}

// Code is the stable name of the refusal, such as "user.not_found": the last part of its
// type. It is "about:blank" where something in between answered, and not Gatehouse.
func (p *Problem) Code() string { return p.Type[strings.LastIndexByte(p.Type, '/')+1:] }

// CodeOf is the code of the Problem in an error, "" where there is none.
func CodeOf(err error) string {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Code()
	}
	return ""
}

// StatusOf is the status of the Problem in an error, 0 where there is none: 404 is what
// does not exist, 412 what somebody else has changed.
func StatusOf(err error) int {
	if p, ok := errors.AsType[*Problem](err); ok {
		return int(p.Status)
	}
	return 0
}

// problemOf is the refusal in an answer.
func problemOf(resp *http.Response, text []byte) *Problem {
	p := &Problem{}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if kind == "application/problem+json" && json.Unmarshal(text, p) == nil && p.Type != "" {
		return p
	}
	return &Problem{Type: "about:blank", Title: http.StatusText(resp.StatusCode), Status: int64(resp.StatusCode)}
}
