package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gatehouse/config"
	"gatehouse/config/manifest"
	"gatehouse/fault"
)

// usageError is a command line that says nothing Gatehouse could try.
type usageError struct {
	err     error
	command string // whose --help explains it; may be empty
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// failure is why a command did not work where no service said so.
type failure struct {
	code string // docs/problems.md explains it
	err  error
}

func (e *failure) Error() string { return e.err.Error() }
func (e *failure) Unwrap() error { return e.err }

func failed(code, format string, args ...any) error {
	return &failure{code, fmt.Errorf(format, args...)}
}

func usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// mostNamed is how much of a name that nobody has is repeated, in characters.
const mostNamed = 80

// missing is err, and says the name under which nothing was found: among several
// names on a command line one has a slip in it.
func missing(err error, name string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.NotFound {
		return err
	}
	return fault.Wrap(err, f.Kind, f.Code, fmt.Sprintf("%s: %q.", strings.TrimSuffix(f.Detail, "."), brief(name)))
}

func exitCode(err error) int {
	if errors.Is(err, errDrift) {
		return exitDrift
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*config.Error](err); ok {
		return exitUsage
	}
	return exitFailed
}

// problem is an error as scripts read it.
type problem struct {
	Code   string  `json:"code"`
	Detail string  `json:"detail"`
	Cause  string  `json:"cause,omitempty"`
	Hint   string  `json:"hint,omitempty"` // what was meant, or where to look
	Fields []field `json:"fields,omitempty"`

	located bool // each line begins with where it is
}

type field struct {
	Name    string `json:"name"`            // as a service calls it, stable
	Flag    string `json:"flag,omitempty"`  // as it was typed
	Value   string `json:"value,omitempty"` // which of several values
	Problem string `json:"problem"`
}

// String says what is wrong with the field, by its flag where it has one.
func (f field) String() string {
	name := f.Name
	if f.Flag != "" {
		name = f.Flag
	}
	if f.Value != "" {
		name += fmt.Sprintf(" %q", f.Value)
	}
	return name + ": " + f.Problem
}

// describe turns err into what the operator reads: the sentence of the fault if
// there is one. The cause is shown as well where the sentence alone would leave
// an operator helpless: of what is not there, or there already, it is complete.
func describe(err error) problem {
	if u, ok := errors.AsType[*usageError](err); ok {
		p := problem{Code: "usage", Detail: u.Error()}
		if u.command != "" {
			p.Cause = `see "` + u.command + ` --help"`
		}
		return p
	}
	if c, ok := errors.AsType[*config.Error](err); ok {
		return problem{Code: "config", Detail: c.Error()}
	}
	if m, ok := errors.AsType[*manifest.Error](err); ok {
		return problem{Code: m.Code, Detail: m.Error(), located: true}
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return problem{Code: f.code, Detail: f.Error()}
	}
	if errors.Is(err, context.Canceled) { // a signal: nothing else ends a command's context
		return problem{Code: "command.interrupted", Detail: "it was interrupted"}
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Detail == "" {
		return problem{Code: fault.Internal.String(), Detail: err.Error()}
	}
	return describeFault(f, err)
}

// describeFault says what a fault says, with what err knows besides: the way out of it, and
// the flags that its fields are called by.
func describeFault(f *fault.Error, err error) problem {
	p := problem{Code: f.Code, Detail: f.Detail}
	if g, ok := errors.AsType[*guidedError](err); ok {
		p.Hint = g.way
	}
	if f.Err != nil && f.Kind != fault.NotFound && f.Kind != fault.Conflict {
		p.Cause = strings.Join(strings.Fields(f.Err.Error()), " ") // drivers write over several lines
	}
	said, _ := errors.AsType[*spokenError](err)
	for _, x := range f.Fields {
		one := field{Name: x.Name, Problem: x.Problem}
		if said != nil {
			one.Flag, one.Value = said.say(x.Name)
		}
		p.Fields = append(p.Fields, one)
	}
	return p
}

// complain prints err on standard error: a sentence, then the fields.
func (a *app) complain(err error) {
	p := describe(err)
	if a.json {
		e := json.NewEncoder(a.stderr)
		e.SetEscapeHTML(false)
		_ = e.Encode(map[string]problem{"error": p}) // nowhere is left to report it
		return
	}
	text := p.Detail
	if p.Cause != "" {
		text += " (" + p.Cause + ")"
	}
	between := " "
	for _, f := range p.Fields {
		if strings.Contains(p.Detail, f.Problem) {
			continue // the sentence says it
		}
		text += "\n  " + f.String()
		between = "\n"
	}
	if p.Hint != "" {
		text += between + p.Hint
	}
	if p.Code != "config" && !p.located {
		text = "gatehouse: " + text
	}
	_, _ = fmt.Fprintln(a.stderr, text)
}
