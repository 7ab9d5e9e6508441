// Package filter says which of many things somebody may do something with, as a condition
// over the attributes of one: Gatehouse's answer to "which orders may they see?". A list is
// narrowed by it in the database (SQL), or in memory (Match).
//
// A filter is made of comparisons of one attribute with values, and of "and" and "or" over
// these; there is no "not", so that what is not known (NULL) lets nothing through.
package filter

import (
	"slices"
	"strings"
)

// Op says what a Filter is.
type Op string

// All and None are the filters that ask nothing. And and Or are of others. The rest compares
// an attribute with values; but for Absent they let nothing through that lacks it.
const (
	None Op = "none"
	All  Op = "all"
	And  Op = "and"
	Or   Op = "or"

	In      Op = "in"     // it is one of the values: of the same type, and equal
	NotIn   Op = "not_in" // it is there, and none of them
	Less    Op = "lt"     // it is less than the value: a number by size, a text by its bytes
	AtMost  Op = "le"
	More    Op = "gt"
	AtLeast Op = "ge"

	Prefix      Op = "prefix" // it is a text that begins with the value
	Suffix      Op = "suffix"
	Contains    Op = "contains"
	NotPrefix   Op = "not_prefix" // it is a text that does not
	NotSuffix   Op = "not_suffix"
	NotContains Op = "not_contains"

	Present Op = "present"
	Absent  Op = "absent"
)

// MaxSize bounds a filter: its comparisons and their values together.
const MaxSize = 10_000

// Filter is a condition over the attributes of one thing. The zero Filter lets nothing
// through. A Filter does not change.
type Filter struct {
	Op        Op
	Of        []Filter // of And and Or
	Attribute string
	Values    []any // string, float64 or bool

	size int // of it and all that it is made of, where it was made here
}

// Everything and Nothing are the filters that ask nothing.
var (
	Everything = Filter{Op: All, size: 1}
	Nothing    = Filter{Op: None, size: 1}
)

// Compare is a comparison of an attribute, by an Op that does so. Of numbers give float64.
func Compare(op Op, attribute string, values ...any) Filter {
	switch {
	case op == In && len(values) == 0:
		return Nothing
	case op == NotIn && len(values) == 0:
		return Filter{Op: Present, Attribute: attribute, size: 1}
	}
	return Filter{Op: op, Attribute: attribute, Values: values, size: 1 + len(values)}
}

// AllOf lets through what each of the filters does.
func AllOf(list ...Filter) Filter { return join(And, All, None, list) }

// AnyOf lets through what one of the filters does. Several lists of values for one attribute
// become one.
func AnyOf(list ...Filter) Filter { return join(Or, None, All, list) }

// join puts filters together: neutral ones say nothing, and one that decides says it all.
func join(op, neutral, decides Op, list []Filter) Filter {
	kept, size := make([]Filter, 0, len(list)), 1
	for _, f := range list {
		if f.Op == "" {
			f = Nothing
		}
		switch f.Op {
		case neutral:
			continue
		case decides:
			return Filter{Op: decides, size: 1}
		}
		if op == Or && f.Op == In && merge(kept, f) {
			continue
		}
		kept = append(kept, f)
	}
	switch len(kept) {
	case 0:
		return Filter{Op: neutral, size: 1}
	case 1:
		return kept[0]
	}
	for _, f := range kept {
		size = min(size+f.Size(), MaxSize+1) // what is larger is only said to be
	}
	return Filter{Op: op, Of: kept, size: size}
}

// merge adds the values of f to those that its attribute has already.
func merge(kept []Filter, f Filter) bool {
	at := slices.IndexFunc(kept, func(one Filter) bool { return one.Op == In && one.Attribute == f.Attribute })
	if at < 0 {
		return false
	}
	values := slices.Clone(kept[at].Values)
	for _, v := range f.Values {
		if len(values) <= MaxSize && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	kept[at] = Compare(In, f.Attribute, values...)
	return true
}

// Size is how many comparisons and values f has; beyond MaxSize it may be less than that.
func (f Filter) Size() int {
	if f.size > 0 {
		return f.size
	}
	n := 1 + len(f.Values)
	for _, one := range f.Of {
		n += one.Size()
	}
	return n
}

// Match reports whether f lets a thing through that has these attributes: text, numbers and
// booleans by their names, with its id as the attribute "id". What is nil is not there.
func (f Filter) Match(attributes map[string]any) bool {
	switch f.Op {
	case All:
		return true
	case And:
		return len(f.Of) > 0 && !slices.ContainsFunc(f.Of, func(one Filter) bool { return !one.Match(attributes) })
	case Or:
		return slices.ContainsFunc(f.Of, func(one Filter) bool { return one.Match(attributes) })
	}
	value := plain(attributes[f.Attribute])
	if f.Op == Absent {
		return value == nil
	}
	return value != nil && f.holds(value)
}

// holds compares a value that is there.
func (f Filter) holds(value any) bool {
	switch f.Op {
	case Present:
		return true
	case In:
		return slices.Contains(f.Values, value)
	case NotIn:
		return !slices.Contains(f.Values, value)
	}
	if len(f.Values) != 1 {
		return false
	}
	switch with := f.Values[0].(type) {
	case float64:
		n, ok := value.(float64)
		return ok && ordered(f.Op, n < with, n > with, n == with)
	case string:
		text, ok := value.(string)
		return ok && (ordered(f.Op, text < with, text > with, text == with) || f.parts(text, with))
	}
	return false
}

func ordered(op Op, less, more, equal bool) bool {
	switch op {
	case Less:
		return less
	case AtMost:
		return less || equal
	case More:
		return more
	case AtLeast:
		return more || equal
	}
	return false
}

func (f Filter) parts(text, part string) bool {
	switch f.Op {
	case Prefix:
		return strings.HasPrefix(text, part)
	case NotPrefix:
		return !strings.HasPrefix(text, part)
	case Suffix:
		return strings.HasSuffix(text, part)
	case NotSuffix:
		return !strings.HasSuffix(text, part)
	case Contains:
		return strings.Contains(text, part)
	case NotContains:
		return !strings.Contains(text, part)
	}
	return false
}

// plain is a value as filters compare it.
func plain(value any) any {
	switch v := value.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float32:
		return float64(v)
	}
	return value
}
