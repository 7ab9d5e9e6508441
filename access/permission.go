package access

import (
	"fmt"
	"strings"

	"gatehouse/fault"
	"gatehouse/id"
)

// Any stands for a whole resource or action in a Pattern.
const Any = "*"

// Bounds of names. A pattern is short enough to be shown in a line, and a
// catalogue small enough for a set of its permissions to be a few words.
const (
	maxSegment  = 32
	maxSegments = 4
	maxID       = 64
)

// Pattern names one permission of an API, or with Any several of them:
// "shop/orders:read", "shop/orders:*", "shop/*:read", "shop/*:*". Any is one
// whole side, never a part of it. Whoever has something by it has nothing that its
// catalogue calls sensitive; a deny is of that too. The zero Pattern matches nothing.
type Pattern struct {
	API, Resource, Action string
}

// String returns the pattern as ParsePattern reads it.
func (p Pattern) String() string {
	if p == (Pattern{}) {
		return ""
	}
	return p.API + "/" + p.Resource + ":" + p.Action
}

func patternTexts(list []Pattern) []string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = p.String()
	}
	return texts
}

// One reports whether the pattern names a single permission.
func (p Pattern) One() bool { return p.Resource != Any && p.Action != Any && p != (Pattern{}) }

// ParsePattern reads a pattern. What is none is answered with
// "permission.pattern" (Invalid) and says what one looks like.
func ParsePattern(text string) (Pattern, error) {
	api, rest, ok := strings.Cut(text, "/")
	resource, action, split := strings.Cut(rest, ":")
	if len(text) > maxID*3 || !ok || !split || !isID(api) || !isSide(resource) || !isSide(action) {
		return Pattern{}, &fault.Error{
			Kind: fault.Invalid, Code: "permission.pattern",
			Detail: fmt.Sprintf("%q names no permission. One is written API/RESOURCE:ACTION, such as shop/orders:read; a whole RESOURCE or ACTION may be *.", short(text)),
		}
	}
	return Pattern{api, resource, action}, nil
}

// ParsePermission reads the name of one permission: a pattern without Any.
func ParsePermission(text string) (Pattern, error) {
	p, err := ParsePattern(text)
	if err == nil && !p.One() {
		return Pattern{}, &fault.Error{
			Kind: fault.Invalid, Code: "permission.pattern",
			Detail: fmt.Sprintf("%q names several permissions; one is asked for here, such as shop/orders:read.", short(text)),
		}
	}
	return p, err
}

// Gives reports whether who has what the pattern names has the permission of an API: what is
// sensitive no wildcard gives.
func (p Pattern) Gives(api string, one Permission) bool {
	return (p.API == Any || p.API == api) && p.matches(one.Resource, one.Action, one.Sensitive, true)
}

// matches reports whether the pattern names a permission of this resource and
// action: for who has what it names, or, where that is not having, for who is denied it.
func (p Pattern) matches(resource, action string, sensitive, having bool) bool {
	if having && sensitive && !p.One() {
		return false
	}
	return (p.Resource == Any || p.Resource == resource) && (p.Action == Any || p.Action == action)
}

// isSide reports whether text is Any or a name of at most four segments.
func isSide(text string) bool {
	if text == Any {
		return true
	}
	if strings.Count(text, ".") >= maxSegments {
		return false
	}
	for segment := range strings.SplitSeq(text, ".") {
		if !isSegment(segment) {
			return false
		}
	}
	return true
}

// isSegment reports whether text is a lower-case word that begins with a letter.
func isSegment(text string) bool { return id.IsName(text) }

// isID reports whether text can name an API, a role, a group or an organisation.
func isID(text string) bool { return id.IsName(text) }

// short is text as an error may repeat it.
func short(text string) string {
	if len(text) > maxID {
		return text[:maxID] + "…"
	}
	return text
}
