package oauth

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// telling is what is told of one person at one moment.
type telling struct {
	claims map[string]any
	until  time.Time // when the first of it is not so any more; zero: not within the life of a token
	left   []string  // claims that were left out, because they would have been too large
}

// tell puts together what t tells of somebody. Values are those of their claims that may
// be told.
func (t *Told) tell(s Assignments, values map[string]any, now time.Time) telling {
	out := telling{claims: map[string]any{}}
	out.list(&t.Roles, s.Roles, now)
	out.list(&t.Groups, s.Groups, now)
	size := 0
	for _, m := range t.mappings() {
		value, until, has := m.source.value(s, values, now)
		if !has {
			continue
		}
		name := strings.Join(m.path, ".")
		if size += len(name) + sizeOf(value); size > MaxToldSize {
			out.left = append(out.left, name)
			continue
		}
		out.put(m.path, value)
		out.until = sooner(out.until, until)
	}
	return out
}

// lasts reports whether what ends then is worth being told of now.
func lasts(until, now time.Time) bool { return until.IsZero() || !until.Before(now.Add(ShortestToken)) }

func (o *telling) list(l *Listing, held []Assignment, now time.Time) {
	path, err := claimPath(l.Claim)
	if err != nil || reserved(path[0]) {
		return
	}
	names, until := []string{}, time.Time{}
	for _, h := range held {
		if l.matches(h.ID) && lasts(h.Until, now) {
			names, until = append(names, l.Prefix+h.ID), sooner(until, h.Until)
		}
	}
	value := l.shape(names)
	if len(names) > MaxListed || sizeOf(value) > MaxToldSize {
		o.left = append(o.left, l.Claim)
		return
	}
	o.put(path, value)
	o.until = sooner(o.until, until)
}

func (l *Listing) shape(names []string) any {
	switch l.Format {
	case FormatString:
		return strings.Join(names, " ")
	case FormatObject:
		object := map[string]bool{}
		for _, name := range names {
			object[name] = true
		}
		return object
	}
	return names
}

// matches reports whether the name is to be told. One with a slash is a role of
// Gatehouse itself, of which an application hears only where a pattern has one too.
func (l *Listing) matches(name string) bool {
	own := strings.Contains(name, "/")
	if len(l.Only) == 0 {
		return !own
	}
	return slices.ContainsFunc(l.Only, func(pattern string) bool {
		return (!own || strings.Contains(pattern, "/")) && like(pattern, name)
	})
}

// like reports whether name is the pattern, in which * is any text. It takes no longer
// than their lengths multiplied.
func like(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// put sets a member of nested objects. Paths do not meet: that was checked when they
// were written, and what does not fit changes nothing.
func (o *telling) put(path []string, value any) {
	at := o.claims
	for _, name := range path[:len(path)-1] {
		next, ok := at[name].(map[string]any)
		if !ok {
			if at[name] != nil {
				return
			}
			next = map[string]any{}
			at[name] = next
		}
		at = next
	}
	at[path[len(path)-1]] = value
}

func sizeOf(value any) int {
	b, err := json.Marshal(value)
	if err != nil {
		return MaxToldSize + 1
	}
	return len(b)
}
