package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Source is where the value of a mapped claim comes from.
type Source struct {
	Kind  SourceKind
	Name  string // of the claim, the role or the group
	Value any    // of a constant: text, a number or a boolean
}

// SourceKind says what kind of thing a Source names.
type SourceKind string

// The kinds of sources.
const (
	FromClaim    SourceKind = "claims" // a standard claim of the person, or an attribute that is kept of them
	FromRole     SourceKind = "role"   // whether the person has the role on every resource
	FromGroup    SourceKind = "group"  // whether the person is in the group
	FromConstant SourceKind = "const"
)

func (k SourceKind) assigned() bool { return k == FromRole || k == FromGroup }

// ParseSource reads "claims.NAME", "role:ROLE", "group:GROUP" or "const:VALUE". A value
// that is a JSON number, boolean or string is that; any other is text as it stands.
func ParseSource(text string) (Source, error) {
	if len(text) > maxSource {
		return Source{}, fmt.Errorf("must not be longer than %d bytes", maxSource)
	}
	if name, ok := strings.CutPrefix(text, "claims."); ok {
		if !slices.Contains(StandardClaims, name) && !isAttribute(name) {
			return Source{}, errors.New("names no standard claim, and nothing that can be kept of a person")
		}
		return Source{Kind: FromClaim, Name: name}, nil
	}
	kind, rest, _ := strings.Cut(text, ":")
	switch SourceKind(kind) {
	case FromRole, FromGroup:
		return Source{Kind: SourceKind(kind), Name: rest}, checkName(rest)
	case FromConstant:
		value, err := constant(rest)
		return Source{Kind: FromConstant, Value: value}, err
	}
	return Source{}, errors.New("must be claims.NAME, role:ROLE, group:GROUP or const:VALUE")
}

func constant(text string) (any, error) {
	if text == "" {
		return nil, errors.New("must have a value")
	}
	if !printable(text) {
		return nil, errors.New("must not contain control or invisible characters")
	}
	switch text[0] {
	case '{', '[':
		return nil, errors.New("must be text, a number or a boolean")
	case '"':
		var s string
		if err := json.Unmarshal([]byte(text), &s); err != nil || !printable(s) {
			return nil, errors.New("begins like a JSON string and is none")
		}
		return s, nil
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil && value != nil {
		if _, number := value.(float64); number {
			return json.Number(text), nil
		}
		return value, nil
	}
	return text, nil
}

// value returns what the claim says of somebody, and until when.
func (s Source) value(assigned Assignments, values map[string]any, now time.Time) (value any, until time.Time, has bool) {
	held := assigned.Groups
	switch s.Kind {
	case FromClaim:
		value, has = values[s.Name]
		return value, time.Time{}, has
	case FromConstant:
		return s.Value, time.Time{}, true
	case FromRole:
		held = assigned.Roles
	}
	end, is := longest(s.Name, held)
	if is = is && lasts(end, now); !is {
		end = time.Time{}
	}
	return is, end, true
}
