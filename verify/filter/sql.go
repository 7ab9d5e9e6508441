package filter

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Dialect is the language of a database.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Type is what a column holds. One of NULL is of a thing that has not that attribute.
type Type string

// The types.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean"
)

// Column is where an attribute is kept. The attribute "id", which is text everywhere, may
// be kept as Integer.
type Column struct {
	Name string `json:"column"` // orders.owner_id: letters, digits and underscores, as it was created
	Type Type   `json:"type"`
}

// Query is how a filter becomes a part of a statement.
type Query struct {
	Dialect Dialect
	Columns map[string]Column // by attribute
	// First is the number of the first placeholder, for Postgres; 0 is 1.
	First int
}

// ColumnError is that an attribute cannot be asked for: it has no column, or one that does
// not do.
type ColumnError struct{ Attribute, Problem string }

// Error names the attribute.
func (e *ColumnError) Error() string {
	return fmt.Sprintf("filter: the attribute %q %s", e.Attribute, e.Problem)
}

// SQL writes f as a condition for WHERE, in brackets, with the values that belong to its
// placeholders. Nothing of a filter is in the text but the names of the columns. NULL lets
// nothing through, but where the filter asks for what is absent. Its error is a
// *ColumnError, or says what is wrong with q.
//
// A column must hold what its type says. On Postgres its collation must be a
// deterministic one, as all are that nobody made otherwise.
func (f Filter) SQL(q Query) (where string, values []any, err error) {
	if q.Dialect != SQLite && q.Dialect != Postgres {
		return "", nil, fmt.Errorf("filter: %q is no dialect", q.Dialect)
	}
	if f.Size() > MaxSize {
		return "", nil, fmt.Errorf("filter: it has more than %d parts", MaxSize)
	}
	for attribute, c := range q.Columns {
		if problem := c.problem(); problem != "" {
			return "", nil, &ColumnError{attribute, problem}
		}
	}
	w := writer{Query: q}
	where, err = w.write(f)
	if err != nil {
		return "", nil, err
	}
	return "(" + where + ")", w.values, nil
}

// problem says what is wrong with a column, "" for nothing.
func (c Column) problem() string {
	parts := strings.Split(c.Name, ".")
	if len(parts) > 3 || slices.ContainsFunc(parts, func(p string) bool { return !isName(p) }) {
		return "has a column whose name is none: letters, digits and underscores, with up to two dots between"
	}
	if !slices.Contains([]Type{Text, Integer, Number, Boolean}, c.Type) {
		return "has a column of no type: text, integer, number or boolean"
	}
	return ""
}

// isName reports whether a text can be a name in both dialects. A longer one would be cut
// by Postgres to that of another column.
func isName(s string) bool {
	if s == "" || len(s) > 63 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}

const (
	always = "1 = 1"
	never  = "1 = 0"
)

type writer struct {
	Query
	values []any
}

func (w *writer) write(f Filter) (string, error) {
	switch f.Op {
	case All:
		return always, nil
	case And, Or:
		return w.joined(f)
	case None, "":
		return never, nil
	}
	c, ok := w.Columns[f.Attribute]
	if !ok {
		return "", &ColumnError{f.Attribute, "has no column"}
	}
	if !f.formed() {
		return "", errForm
	}
	return w.compare(f, c)
}

func (w *writer) joined(f Filter) (string, error) {
	if len(f.Of) == 0 {
		return never, nil
	}
	parts := make([]string, len(f.Of))
	for i, one := range f.Of {
		part, err := w.write(one)
		if err != nil {
			return "", err
		}
		parts[i] = "(" + part + ")"
	}
	return tree(parts, " "+strings.ToUpper(string(f.Op))+" "), nil
}

// tree joins parts so that none is deep in brackets: SQLite counts a chain as one bracket
// within another.
func tree(parts []string, by string) string {
	const most = 100
	if len(parts) <= most {
		return strings.Join(parts, by)
	}
	half := len(parts) / 2
	return "(" + tree(parts[:half], by) + ")" + by + "(" + tree(parts[half:], by) + ")"
}

func (w *writer) compare(f Filter, c Column) (string, error) {
	name := w.quoted(c.Name)
	if f.Attribute == "id" && c.Type != Text {
		return w.id(f, c, name)
	}
	switch f.Op {
	case Present:
		return name + " IS NOT NULL", nil
	case Absent:
		return name + " IS NULL", nil
	case In, NotIn:
		return w.among(f.Op, f.Values, c, name), nil
	case Less, AtMost, More, AtLeast:
		return w.order(f, c, name), nil
	}
	if c.Type != Text {
		return never, nil
	}
	return w.part(f, name), nil
}

// id compares ids that are kept as numbers with the texts that they are everywhere else.
func (w *writer) id(f Filter, c Column, name string) (string, error) {
	if c.Type != Integer {
		return "", &ColumnError{f.Attribute, "must be kept as text or as an integer"}
	}
	switch f.Op {
	case Present:
		return name + " IS NOT NULL", nil
	case Absent:
		return name + " IS NULL", nil
	case In, NotIn:
	default:
		return "", &ColumnError{f.Attribute, "is compared as text, and is kept as an integer"}
	}
	var numbers []any
	for _, v := range f.Values {
		text, _ := v.(string)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
			numbers = append(numbers, n)
		}
	}
	return w.list(f.Op, numbers, name, "bigint"), nil
}

// among writes In and NotIn. A value of another type than the column's is equal to none.
func (w *writer) among(op Op, values []any, c Column, name string) string {
	var kept []any
	cast := casts[c.Type]
	for _, v := range values {
		if n, ok := v.(float64); ok && c.Type == Integer {
			if v, ok = whole(n); !ok {
				continue
			}
		}
		if fits(v, c.Type) {
			kept = append(kept, v)
		}
	}
	if c.Type == Text && w.Dialect == SQLite {
		name += " COLLATE BINARY" // a column may compare without capitals
	}
	return w.list(op, kept, name, cast)
}

func (w *writer) list(op Op, values []any, name, cast string) string {
	switch {
	case len(values) == 0 && op == In:
		return never
	case len(values) == 0:
		return name + " IS NOT NULL"
	case len(values) == 1 && op == In:
		return name + " = " + w.value(values[0], cast)
	case len(values) == 1:
		return name + " <> " + w.value(values[0], cast)
	}
	var b strings.Builder
	b.WriteString(name)
	if op == NotIn {
		b.WriteString(" NOT")
	}
	b.WriteString(" IN (")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w.value(v, cast))
	}
	b.WriteByte(')')
	return b.String()
}

var signs = map[Op]string{Less: " < ", AtMost: " <= ", More: " > ", AtLeast: " >= "}

// order writes an inequality. What a database puts behind all else, and is no value of the
// type, is kept out: NaN, and what SQLite keeps of another type than the column's.
func (w *writer) order(f Filter, c Column, name string) string {
	value, cast := f.Values[0], casts[c.Type]
	if isText(value) != (c.Type == Text) || c.Type == Boolean {
		return never
	}
	if n, ok := value.(float64); ok && c.Type == Integer {
		if value, ok = whole(n); !ok {
			value, cast = n, casts[Number]
		}
	}
	guard := ""
	if f.Op == More || f.Op == AtLeast {
		guard = w.guard(c.Type, name)
	}
	if c.Type == Text {
		name += map[Dialect]string{SQLite: " COLLATE BINARY", Postgres: ` COLLATE "C"`}[w.Dialect]
	}
	return name + signs[f.Op] + w.value(value, cast) + guard
}

func (w *writer) guard(t Type, name string) string {
	switch {
	case w.Dialect == SQLite && t == Text:
		return " AND typeof(" + name + ") = 'text'"
	case w.Dialect == SQLite:
		return " AND typeof(" + name + ") IN ('integer', 'real')"
	case t == Number:
		return " AND " + name + " <> 'NaN'::double precision"
	}
	return ""
}

// part writes a comparison with a part of a text.
func (w *writer) part(f Filter, name string) string {
	text := f.Values[0].(string)
	n := strconv.Itoa(utf8.RuneCountInString(text))
	is := map[Op]string{Prefix: " = ", Suffix: " = ", NotPrefix: " <> ", NotSuffix: " <> ", Contains: " > 0", NotContains: " = 0"}[f.Op]
	if text == "" { // a part of every text
		if strings.HasPrefix(string(f.Op), "not_") {
			return never
		}
		return name + " IS NOT NULL"
	}
	switch f.Op {
	case Contains, NotContains:
		function := map[Dialect]string{SQLite: "instr", Postgres: "strpos"}[w.Dialect]
		return function + "(" + name + ", " + w.value(text, casts[Text]) + ")" + is
	case Prefix, NotPrefix:
		if w.Dialect == Postgres {
			return "left(" + name + ", " + n + ")" + is + w.value(text, casts[Text])
		}
		return "substr(" + name + ", 1, " + n + ")" + is + w.value(text, casts[Text])
	}
	if w.Dialect == Postgres {
		return "right(" + name + ", " + n + ")" + is + w.value(text, casts[Text])
	}
	return "substr(" + name + ", -" + n + ")" + is + w.value(text, casts[Text])
}

// value adds a value, and returns its placeholder.
func (w *writer) value(v any, cast string) string {
	w.values = append(w.values, v)
	if w.Dialect == SQLite {
		return "?"
	}
	return "$" + strconv.Itoa(max(w.First, 1)+len(w.values)-1) + "::" + cast
}

// quoted writes a name so that it is one, whatever word it is. In double quotes SQLite takes
// a name that it does not know for a text, which is unlike most things.
func (w *writer) quoted(name string) string {
	left, right := `"`, `"`
	if w.Dialect == SQLite {
		left, right = "[", "]"
	}
	return left + strings.ReplaceAll(name, ".", right+"."+left) + right
}

var casts = map[Type]string{Text: "text", Integer: "bigint", Number: "double precision", Boolean: "boolean"}

func fits(v any, t Type) bool {
	switch v.(type) {
	case string:
		return t == Text
	case bool:
		return t == Boolean
	case float64:
		return t == Number
	}
	return t == Integer
}

// whole returns a number as an integer, if it is one.
func whole(n float64) (any, bool) {
	const most = 1 << 53
	if n != math.Trunc(n) || n <= -most || n >= most {
		return n, false
	}
	return int64(n), true
}
