package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"gatehouse/fault"
	"gatehouse/id"
)

// problems gathers what is wrong with an input.
type problems []fault.Field

func (p *problems) add(name, format string, args ...any) {
	*p = append(*p, fault.Field{Name: name, Problem: fmt.Sprintf(format, args...)})
}

// text complains about text that is too long, or that would not be shown as it is.
func (p *problems) text(name, value string, most int) {
	switch {
	case len(value) > most:
		p.add(name, "is longer than %d bytes", most)
	case strings.ContainsFunc(value, invisible):
		p.add(name, "has characters that cannot be seen")
	}
}

// invisible reports whether a letter would not be shown, or not in its place, or is
// none: no database and no reader may meet one.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}

// id complains about what cannot name an API or a role.
func (p *problems) id(name, value string, reserved ...string) {
	switch {
	case !isID(value):
		p.add(name, "must begin with a small letter, and go on with at most %d small letters, digits, - or _", maxSegment-1)
	case slices.Contains(reserved, value):
		p.add(name, "is a name that Gatehouse keeps for itself")
	}
}

func (p *problems) requirement(name string, r Requirement) {
	if !r.Level.Known() {
		p.add(name, "asks for a level that there is not")
	}
	if r.MaxAge < 0 || r.MaxAge > 0 && r.MaxAge < time.Second {
		p.add(name, "asks for a proof that is younger than a second")
	}
}

func (p *problems) reason(reason string) {
	if reason == "" {
		p.add("reason", "is missing: say why, for whoever asks later")
	}
	p.text("reason", reason, maxReason)
}

// window complains about one that never holds, or that nobody can write.
func (p *problems) window(w Window, now time.Time) {
	p.moment("not_before", w.NotBefore)
	p.moment("expires_at", w.ExpiresAt)
	switch {
	case !w.ExpiresAt.IsZero() && !w.ExpiresAt.After(now):
		p.add("expires_at", "must be in the future")
	case !w.ExpiresAt.IsZero() && !w.ExpiresAt.After(w.NotBefore):
		p.add("expires_at", "must be later than it begins")
	}
}

// moment complains about a time of a year that has no four digits: RFC 3339 cannot say
// it, and an event of the audit log would not tell what was done.
func (p *problems) moment(name string, at time.Time) {
	if year := at.UTC().Year(); !at.IsZero() && (year < 1 || year > 9999) {
		p.add(name, "is of no year from 1 to 9999")
	}
}

// err returns the fault, nil when nothing is wrong.
func (p problems) err(code, detail string) error {
	if len(p) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: code, Detail: detail, Fields: p}
}

// errOr is err, but by the code and the detail of first where there is one.
func (p problems) errOr(first *fault.Error, code, detail string) error {
	if first == nil {
		return p.err(code, detail)
	}
	return &fault.Error{Kind: first.Kind, Code: first.Code, Detail: first.Detail, Fields: p, Err: first.Err}
}

// missingFor is a fault about what there is not, as one of the field that names it.
func missingFor(err error, field, name string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) > 0 || f.Kind != fault.NotFound && f.Code != "permission.unknown" {
		return err
	}
	told := *f
	told.Fields, told.Err = []fault.Field{{Name: field, Problem: fmt.Sprintf("names nothing that there is: %q", short(name))}}, err
	return &told
}

func full(things string, most int) error {
	return fault.New(fault.Conflict, "access.full", fmt.Sprintf("There are %d %s, and there can be no more.", most, things))
}

// grantFor is what is in the way of what goes, and how to end it.
func grantFor(grant id.Grant) string {
	return fmt.Sprintf("The grant %s is for it. %s", grant, revokeFirst(grant))
}

func revokeFirst(grant id.Grant) string {
	return fmt.Sprintf("Revoke it first: gatehouse grant revoke %s --reason WHY", grant)
}

func inUse(code, by string) error {
	return fault.New(fault.Conflict, code, by)
}
